import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readPolicies } from "../../../src/policy/read.ts";
import { options, policyText, read } from "./told.ts";

describe("context objects", () => {
  const text = [
    "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: g, namespace: infra}, spec: {listeners: []}}",
    "{apiVersion: v1, kind: Namespace, metadata: {name: team-a}}",
    "{apiVersion: v1, kind: Service, metadata: {name: otel}}",
    "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r}}",
    "{apiVersion: inference.networking.k8s.io/v1, kind: InferencePool, metadata: {name: p}}",
    "{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {name: allow, namespace: infra}, spec: {from: [{group: gateway.networking.k8s.io, kind: TelemetryPolicy, namespace: team-a}], to: [{group: '', kind: Service}]}}",
  ].join("\n---\n");

  test("are read, in order of kind and name", () =>
    assert.deepEqual(
      read(text).set.context.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`),
      [
        "Gateway infra/g",
        "HTTPRoute default/r",
        "InferencePool default/p",
        "Namespace team-a/team-a",
        "ReferenceGrant infra/allow",
        "Service default/otel",
      ],
    ));
  test("a ReferenceGrant says from and to", () => {
    const grant = read(text).set.context.find(({ kind }) => kind === "ReferenceGrant");
    assert.ok(grant?.kind === "ReferenceGrant");
    assert.deepEqual(grant.from, [
      { group: "gateway.networking.k8s.io", kind: "TelemetryPolicy", namespace: "team-a" },
    ]);
    assert.deepEqual(grant.to, [{ group: "", kind: "Service", name: null }]);
  });
  test("Istio's Gateway is not one", () => {
    const { set, codes } = read("{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g}}");
    assert.deepEqual(set.context, []);
    assert.deepEqual(codes, ["TP1020", "TP1004"]);
  });
});

describe("lists", () => {
  const items = (["a", "b"] as const).map((name) =>
    policyText("draft", "", `name: ${name}`).trimEnd().split("\n").join("\n    "),
  );
  test("List", () =>
    assert.deepEqual(
      read(`apiVersion: v1\nkind: List\nitems:\n  - ${items.join("\n  - ")}\n`).set.policies.map(({ id }) => id),
      ["default/a", "default/b"],
    ));
  test("a typed list may say apiVersion and kind once", () => {
    const bare = items.map((item) => item.replace(/^apiVersion.*\n *kind.*\n */, ""));
    const text = `apiVersion: gateway.networking.k8s.io/v1alpha2\nkind: TelemetryPolicyList\nitems:\n  - ${bare.join("\n  - ")}\n`;
    const { set, codes } = read(text);
    assert.deepEqual(codes, []);
    assert.equal(set.policies.length, 2);
  });
  test("an empty list is no policy", () =>
    assert.deepEqual(read("{apiVersion: v1, kind: List, items: []}").codes, ["TP1004"]));
});

describe("neighbours", () => {
  const table: readonly (readonly [string, string])[] = [
    [
      "{apiVersion: extensions.kuadrant.io/v1alpha1, kind: TelemetryPolicy, spec: {metrics: {default: {labels: {}}}}}",
      "TP1022",
    ],
    ["{policies: [{id: a, name: b, log: {match: [], keep: none}}]}", "TP1023"],
    ["{id: a, name: b, trace: {match: [], keep: {percent: 5}}}", "TP1023"],
    ["{type: trace-sampling, sampling_rate: 5}", "TP1023"],
    ["{apiVersion: opentelemetry.io/v1, kind: TelemetryPolicy}", "TP1023"],
    ["{apiVersion: example.com/v1, kind: TelemetryPolicy}", "TP1021"],
    ["{apiVersion: gateway.networking.k8s.io/v1alpha2, kind: TelemetryPolicies}", "TP1028"],
    ["{policies: [1]}", "TP1019"],
  ];
  for (const [text, code] of table) test(`${code} ${text.slice(0, 80)}`, () => assert.equal(read(text).codes[0], code));
});

describe("several files", () => {
  const file = (path: string, name: string, spec = "") => ({ path, text: policyText("draft", spec, `name: ${name}`) });
  test("policies are in order of id, whatever the files are called", () =>
    assert.deepEqual(
      readPolicies([file("z.yaml", "a"), file("a.yaml", "b")], options).value.policies.map(({ id }) => id),
      ["default/a", "default/b"],
    ));
  test("two copies with one meaning are one policy", () => {
    const { value, diagnostics } = readPolicies([file("a.yaml", "a"), file("b.yaml", "a")], options);
    assert.equal(value.policies.length, 1);
    assert.deepEqual(
      diagnostics.map(({ code, at }) => [code, at?.file]),
      [["TP2011", "b.yaml"]],
    );
  });
  test("two meanings under one id apply neither", () => {
    const { value, diagnostics } = readPolicies([file("a.yaml", "a"), file("b.yaml", "a", "tracing: {}")], options);
    assert.deepEqual(value.policies, []);
    assert.deepEqual(
      value.rejected.map(({ id }) => id),
      ["default/a"],
    );
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ["TP2010"],
    );
  });
  test("a broken file leaves the others alone", () => {
    const { value } = readPolicies([file("a.yaml", "a"), { path: "b.yaml", text: "a: [" }], options);
    assert.deepEqual(
      value.policies.map(({ id }) => id),
      ["default/a"],
    );
  });
  test("no file at all", () =>
    assert.deepEqual(
      readPolicies([], options).diagnostics.map(({ message }) => message),
      ["no TelemetryPolicy found in the input: it has no files"],
    ));
});
