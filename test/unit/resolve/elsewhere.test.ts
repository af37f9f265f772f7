import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { policyViews } from "../../../src/agent/conditions.ts";
import { compile } from "../../../src/compile.ts";

const policy = (name: string, namespace: string, gateway = "edge"): string => `
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: ${gateway}}
  tracing: {customAttributes: [{attributeName: mark, literalValue: "of-${namespace}-${name}"}]}
`;
const base = `receivers: {otlp: {protocols: {http: null}}}
exporters: {nop: null}
service: {pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}
`;
const compiled = (namespaces: ReadonlySet<string> | null) =>
  compile(
    [
      { path: "a.yaml", text: policy("a", "here") },
      { path: "b.yaml", text: policy("b", "there") },
      { path: "c.yaml", text: policy("z-loses", "there") },
    ],
    {
      dataPlanes: [],
      rootNamespace: null,
      allowEndpoints: [],
      base: { path: "base.yaml", text: base },
      topology: "handover",
      collector: null,
      redirectSinks: null,
      namespaces,
    },
  );
const accepted = (namespaces: ReadonlySet<string> | null) =>
  compiled(namespaces).status.map(({ policy: id, ancestors }) => [
    id,
    ancestors.flatMap(({ conditions }) => conditions.filter(({ type }) => type !== "Programmed")),
  ]);

describe("policies of namespaces that are not on this node", () => {
  test("are not rendered", () => {
    const yaml = compiled(new Set(["here"])).rendered?.core.yaml ?? "";
    assert.match(yaml, /of-here-a/);
    assert.doesNotMatch(yaml, /of-there-b/);
    assert.match(compiled(null).rendered?.core.yaml ?? "", /of-there-b/);
  });

  test("are accepted as on every other node, and leave Programmed to those", () => {
    assert.deepEqual(accepted(new Set(["here"])), accepted(null));
    const [, b] = compiled(new Set(["here"])).status;
    const programmed = b?.ancestors[0]?.conditions.find(({ type }) => type === "Programmed");
    assert.deepEqual([programmed?.status, programmed?.reason], ["Unknown", "NotOnNode"]);
    assert.match(programmed?.message ?? "", /no pod of namespace there runs on this node/);
  });

  test("are shown as elsewhere, and whoever lost has lost everywhere", () => {
    assert.deepEqual(
      policyViews(compiled(new Set(["here"])), []).map(({ id, state }) => `${id} ${state}`),
      ["here/a active", "there/b elsewhere", "there/z-loses conflicted"],
    );
  });

  test("with no namespace at all nothing is governed, and it is still a config", () => {
    const { rendered } = compiled(new Set());
    assert.doesNotMatch(rendered?.core.yaml ?? "of-", /of-/);
  });
});
