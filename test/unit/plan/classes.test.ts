import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compileText, draftPolicy } from "../../support/compile-text.ts";

const classesOf = (text: string, signal: string): number =>
  compileText(text).plan.classes.filter((policyClass) => policyClass.signal === signal).length;

describe("policies of equal structure share a class", () => {
  const sampled = (percent: number, env: string): string =>
    `  tracing: {samplingRate: {percent: ${percent}}, customAttributes: [{attributeName: env, literalValue: ${env}}]}`;

  test("rates and literals are data", () => {
    assert.equal(
      classesOf([draftPolicy("a", sampled(5, "x")), draftPolicy("b", sampled(50, "y"))].join("---\n"), "traces"),
      1,
    );
  });
  test("paths are data, how many there are is structure", () => {
    const logs = (...paths: string[]): string =>
      `  accessLogs: {enabled: true, matches: [${paths.map((path) => `{path: ${path}}`).join(", ")}]}`;
    assert.equal(classesOf([draftPolicy("a", logs("/a")), draftPolicy("b", logs("/b"))].join("---\n"), "logs"), 1);
    assert.equal(
      classesOf([draftPolicy("a", logs("/a")), draftPolicy("b", logs("/b", "/c"))].join("---\n"), "logs"),
      2,
    );
  });
  test("the name of an attribute is structure", () => {
    const named = (name: string): string =>
      `  tracing: {customAttributes: [{attributeName: ${name}, literalValue: x}]}`;
    assert.equal(
      classesOf([draftPolicy("a", named("env")), draftPolicy("b", named("team"))].join("---\n"), "traces"),
      2,
    );
  });
  test("another backend is another class", () => {
    const to = (host: string): string => `  tracing: {provider: {type: OTLP, endpoint: "${host}.monitoring.svc:4317"}}`;
    assert.equal(classesOf([draftPolicy("a", to("one")), draftPolicy("b", to("two"))].join("---\n"), "traces"), 2);
  });
  test("a signal without a block is read for metrics and otherwise left alone", () => {
    const { plan } = compileText(draftPolicy("a", "  metrics: {enabled: true}"));
    assert.deepEqual(plan.classes.map(({ signal, passthrough }) => [signal, passthrough]).sort(), [
      ["logs", true],
      ["metrics", false],
      ["traces", true],
    ]);
  });
  test("metrics that are off derive nothing", () => {
    const { plan } = compileText(draftPolicy("a", "  metrics: {enabled: false}"));
    assert.deepEqual(
      plan.classes.map(({ signal, stages }) => [signal, stages.map(({ kind }) => kind)]),
      [["metrics", ["drop"]]],
    );
  });
});

describe("what a Collector cannot do is said", () => {
  const codesOf = (spec: string): readonly string[] =>
    compileText(draftPolicy("a", spec)).diagnostics.map(({ code }) => code);
  const cases: readonly [string, string][] = [
    ["  tracing: {context: [W3C]}", "TP4001"],
    ["  accessLogs: {enabled: true, matches: [{cel: 'connection.mtls'}]}", "TP2804"],
    ["  metrics: {enabled: true, overrides: [{name: reqest_count}]}", "TP4005"],
    ["  accessLogs: {enabled: true, fields: [respnse_code]}", "TP4006"],
    ["  accessLogs: {enabled: true, fields: [gen_ai.usage.input_token]}", "TP4006"],
    [
      "  metrics: {enabled: true, overrides: [{name: request_count, dimensions: [{key: id, fromHeader: x-request-id}]}]}",
      "TP4007",
    ],
    [
      "  metrics: {enabled: true, overrides: [{name: request_count, dimensions: [{key: m, fromHeader: x-model-id}]}]}",
      "TP4010",
    ],
    ["  metrics: {enabled: true, overrides: [{name: request_duration, type: Counter}]}", "TP4011"],
    ["  accessLogs: {enabled: true, fields: [Authorization]}", "TP4013"],
  ];
  for (const [spec, code] of cases)
    test(`${code} for ${spec.trim()}`, () => assert.ok(codesOf(spec).includes(code), codesOf(spec).join(" ")));

  test("attributes by their own names are no mistake", () =>
    assert.deepEqual(
      codesOf("  accessLogs: {enabled: true, fields: [gen_ai.usage.input_tokens, session.id, x-team, url.path]}"),
      ["TP3005"],
    ));

  test("a propagation list makes the policy partially programmed", () => {
    const [status] = compileText(draftPolicy("a", "  tracing: {context: [B3]}")).status;
    const programmed = status?.ancestors[0]?.conditions.find(({ type }) => type === "Programmed");
    assert.equal(programmed?.reason, "PartiallyProgrammed");
    assert.match(programmed?.message ?? "", /tracing\.context/);
  });
});
