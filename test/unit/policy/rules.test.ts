import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { policyText, read } from "./told.ts";

const dimensions = (text: string) =>
  `metrics: {enabled: true, overrides: [{name: request_count, dimensions: [${text}]}]}`;
const attribute = (text: string) => `tracing: {customAttributes: [${text}]}`;

/** Rule, what is written, and the codes found at which text. */
const table: readonly (readonly [string, string, readonly string[]])[] = [
  ["endpoint-allowed", "tracing: {provider: {type: OTLP, endpoint: 'otel.infra.svc.cluster.local:4317'}}", []],
  ["endpoint-allowed", "tracing: {provider: {type: OTLP, endpoint: 'otel.infra:4317'}}", ["TP2302 'otel.infra:4317'"]],
  [
    "endpoint-allowed",
    "metrics: {enabled: true, provider: {type: Prometheus, endpoint: 'http://prom.example.org/api/v1/write'}}",
    ["TP2302 'http://prom.example.org/api/v1/write'"],
  ],
  [
    "endpoint-allowed",
    "accessLogs: {enabled: true, provider: {type: OTLP, endpoint: 'https://logs.example.org'}}",
    ["TP2302 'https://logs.example.org'"],
  ],
  ["reserved-names", dimensions("{key: le, value: x}"), ["TP2403 le"]],
  ["reserved-names", dimensions("{key: __name__, value: x}"), ["TP2403 __name__"]],
  ["reserved-names", attribute("{attributeName: otel.policy.class, literalValue: x}"), ["TP2403 otel.policy.class"]],
  ["reserved-names", attribute("{attributeName: otel_policyholder, literalValue: x}"), []],
  ["attribute-names", attribute("{attributeName: 'a b', literalValue: x}"), ["TP2401 'a b'"]],
  ["attribute-names", attribute("{attributeName: a.b/c:d_e-f, literalValue: x}"), []],
  ["attribute-names", attribute("{attributeName: a, fromAttribute: 'x[1]'}"), ["TP2401 'x[1]'"]],
  ["attribute-names", attribute(`{attributeName: ${"a".repeat(257)}, literalValue: x}`), [`TP2008 ${"a".repeat(257)}`]],
  ["header-names", attribute("{attributeName: a, fromHeader: 'x y'}"), ["TP2402 'x y'"]],
  ["header-names", attribute("{attributeName: a, fromHeader: X-Model.Id}"), []],
  ["header-names", dimensions('{key: a, fromHeader: ""}'), ['TP2008 ""']],
  [
    "distinct-attributes",
    attribute("{attributeName: a, literalValue: x}, {attributeName: a, literalValue: x}"),
    ["TP2014 a"],
  ],
  ["distinct-overrides", "metrics: {enabled: true, overrides: [{name: a}, {name: b}, {name: a}]}", ["TP2014 a"]],
  ["distinct-dimensions", dimensions("{key: a.b, value: x}, {key: a-b, value: x}"), ["TP2014 a-b"]],
  [
    "match-path",
    "accessLogs: {enabled: true, matches: [{path: '/'}, {path: a}, {path: '/a#b'}]}",
    ["TP2501 a", "TP2503 '/a#b'"],
  ],
  ["distinct-fields", "accessLogs: {enabled: true, fields: [a, b, a]}", ["TP2014 a"]],
  ["literal values", attribute("{attributeName: a, literalValue: ''}"), []],
  ["literal values", attribute(`{attributeName: a, literalValue: ${"é".repeat(1024)}}`), []],
  ["literal values", attribute("{attributeName: a, literalValue: 'a$b ${env:HOME} \" \\ é 😀'}"), []],
  ["one source", attribute("{attributeName: a, literalValue: x, fromHeader: y}"), ["TP2405 fromHeader"]],
  ["one source", dimensions("{key: a, remove: false}"), ["TP2404 {key: a, remove: false}"]],
  ["one source", dimensions("{key: a, remove: true}"), []],
  ["budgets", "metrics: {enabled: true, genAI: {budgets: [{name: a, usdPerMonth: -5}]}}", ["TP2003 -5"]],
];

describe("rules", () => {
  for (const [rule, spec, expected] of table)
    test(`${rule}: ${spec.slice(0, 90)}`, () => {
      const text = policyText("draft", spec);
      const { set, diagnostics } = read(text);
      assert.deepEqual(
        diagnostics.map(({ code, at }) => `${code} ${text.slice(at?.start, at?.end)}`),
        expected,
      );
      const errors = diagnostics.filter(({ severity }) => severity === "error").length;
      assert.equal(set.policies.length, errors === 0 ? 1 : 0);
      assert.equal(set.rejected.length, errors === 0 ? 0 : 1);
    });

  test("targets are distinct after defaults are filled in", () => {
    const reference = "group: gateway.networking.k8s.io, kind: Gateway, name: a";
    const text = policyText("agentic", "").replace(
      /targetRefs: .*/,
      `targetRefs: [{${reference}}, {${reference}, namespace: team-a}]`,
    );
    assert.deepEqual(read(text).codes, ["TP2014"]);
  });
});

describe("a rejected policy", () => {
  test("is known by id, targets and generation", () => {
    const text = policyText("draft", "metrics: {enabled: 1}", "name: edge, namespace: team-a, generation: 4");
    const { set } = read(text);
    assert.deepEqual(
      set.rejected.map(({ id, generation, targets }) => ({ id, generation, targets })),
      [{ id: "team-a/edge", generation: 4, targets: [{ kind: "Gateway", namespace: "team-a", name: "my-gateway" }] }],
    );
  });
  test("is known even when its YAML is broken; findings carry its name", () => {
    const { set, diagnostics } = read(policyText("draft", "tracing: {provider: {type: 'OTLP}}"));
    assert.deepEqual(
      set.rejected.map(({ id, targets }) => [id, targets.length]),
      [["team-a/edge", 1]],
    );
    assert.deepEqual(
      diagnostics.map(({ code, policy }) => [code, policy]),
      [["TP1005", "team-a/edge"]],
    );
  });
});
