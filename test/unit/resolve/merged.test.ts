import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readPolicies } from "../../../src/policy/read.ts";
import { resolve } from "../../../src/resolve/resolve.ts";

const policy = `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: edge, namespace: prod}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge}
  tracing: {samplingRate: {percent: 5}}
`;
const proxy = (merge: string): string => `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyProxy
metadata: {name: shared, namespace: envoy-gateway-system}
spec:
  mergeGateways: ${merge}
`;
const gatewayClass = (name: string, parameters: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: ${name}}
spec:
  controllerName: gateway.envoyproxy.io/gatewayclass-controller
  parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: ${parameters}, namespace: envoy-gateway-system}
`;
const gateway = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: prod}
spec: {gatewayClassName: eg}
`;

const found = (...documents: readonly string[]) => {
  const text = documents.join("---\n");
  const read = readPolicies([{ path: "all.yaml", text }], { allowEndpoints: [], rootNamespace: null });
  assert.deepEqual(
    read.diagnostics.filter(({ severity }) => severity !== "info"),
    [],
  );
  return resolve(read.value, { rootNamespace: null })
    .diagnostics.filter(({ code }) => code === "TP3009")
    .map(({ message, at, policy: id }) => [message, text.slice(at?.start, at?.end), id]);
};

describe("an EnvoyProxy that merges Gateways, among the mounted files", () => {
  const certain = [
    [
      "a policy on Gateway prod/edge cannot be enforced: EnvoyProxy envoy-gateway-system/shared merges all Gateways of class eg",
      "true",
      "prod/edge",
    ],
  ];
  const possible = [
    [
      "a policy on Gateway prod/edge cannot be enforced if EnvoyProxy envoy-gateway-system/shared sets up its proxies: they serve merged Gateways",
      "true",
      "prod/edge",
    ],
  ];
  test("of the Gateway's own class", () =>
    assert.deepEqual(found(policy, proxy("true"), gatewayClass("eg", "shared"), gateway), certain));
  test("of some class, where the Gateway or the class is not among the files", () => {
    assert.deepEqual(found(policy, proxy("true")), possible);
    assert.deepEqual(found(policy, proxy("true"), gatewayClass("eg", "shared")), possible);
    assert.deepEqual(found(policy, proxy("true"), gateway), possible);
  });
  test("of another class, or one that does not merge, is no matter", () => {
    assert.deepEqual(found(policy, proxy("true"), gatewayClass("eg", "own"), gateway), []);
    assert.deepEqual(found(policy, proxy("true"), gatewayClass("other", "shared"), gateway), []);
    for (const off of ["false", '"true"', "null"])
      assert.deepEqual(found(policy, proxy(off), gatewayClass("eg", "shared"), gateway), []);
  });
});
