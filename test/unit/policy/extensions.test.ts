import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { meaningOf } from "../../../src/policy/meaning.ts";
import { nonPortable } from "../../../src/policy/portable.ts";
import { policyText, read, readOne } from "./told.ts";

const everything = [
  "tracing: {customAttributes: [{attributeName: a, fromHeader: x-a}]}",
  "metrics:",
  "  enabled: true",
  "  genAI: {profile: latest, source: gateway-logs, prices: [gpt-5], dimensions: [{key: team, fromHeader: x-team}], budgets: [{name: a, usdPerMonth: 50, by: team}]}",
  "  overrides: [{name: request_count, disabled: false, dimensions: [{key: a, fromAttribute: b.c}, {key: d, value: e}, {key: f, remove: true}]}]",
  "accessLogs: {enabled: true, provider: {type: OTLP, endpoint: 'otel.infra.svc:4317'}, matches: [{cel: 'true'}]}",
].join("\n");

describe("extension fields", () => {
  test("are accepted in the draft, and each is named by validate --portable", () => {
    const { set, codes } = read(policyText("draft", everything));
    assert.deepEqual(codes, []);
    assert.deepEqual(
      nonPortable(set).map(({ code, message }) => `${code} ${message.split(" ")[0]}`),
      [
        "TP2601 spec.accessLogs.matches[0].cel",
        "TP2601 spec.accessLogs.provider",
        "TP2601 spec.metrics.genAI",
        "TP2601 spec.metrics.overrides[0].dimensions[0].fromAttribute",
        "TP2601 spec.metrics.overrides[0].dimensions[1].value",
        "TP2601 spec.metrics.overrides[0].dimensions[2].remove",
        "TP2601 spec.metrics.overrides[0].disabled",
        "TP2601 spec.tracing.customAttributes[0].fromHeader",
      ],
    );
  });
  test("are accepted in the agentic dialect; what that dialect has itself is portable", () => {
    const { set, codes } = read(policyText("agentic", everything));
    assert.deepEqual(codes, []);
    assert.ok(nonPortable(set).every(({ message }) => !message.includes("matches[0].cel")));
  });
  test("metrics and access logs are accepted in GEP-4768", () =>
    assert.deepEqual(read(policyText("gep4768", everything.replace(/^tracing.*\n/, ""))).codes, []));
  test("genAI", () => {
    const genAI = readOne(policyText("draft", everything)).metrics?.genAI;
    assert.equal(genAI?.enabled.value, true);
    assert.equal(genAI?.profile?.value, "latest");
    assert.deepEqual(
      genAI?.budgets.map(({ name, usdPerMonth, by }) => [name.value, usdPerMonth.value, by?.value]),
      [["a", 50, "team"]],
    );
  });
});

describe("annotations", () => {
  const annotated = (annotations: readonly string[], spec: string) =>
    policyText("draft", spec, `name: edge, namespace: team-a, annotations: {${annotations.join(", ")}}`);

  test("mean the same as the fields", () => {
    const fields = readOne(
      policyText(
        "draft",
        "metrics: {enabled: true, genAI: {profile: latest}}\naccessLogs: {enabled: true, matches: [{path: /a, cel: 'a ? b : c'}]}",
      ),
    );
    const notes = readOne(
      annotated(
        ["otel-policy.dev/metrics.genAI: '{profile: latest}'", "otel-policy.dev/accessLogs.matches.0.cel: 'a ? b : c'"],
        "metrics: {enabled: true}\naccessLogs: {enabled: true, matches: [{path: /a}]}",
      ),
    );
    assert.deepEqual(meaningOf(notes), meaningOf(fields));
  });
  test("the index after the last entry adds one", () => {
    const { accessLogs } = readOne(
      annotated(
        ["otel-policy.dev/accessLogs.matches.1: '{cel: \"true\"}'"],
        "accessLogs: {enabled: true, matches: [{path: /a}]}",
      ),
    );
    assert.deepEqual(
      accessLogs?.matches.map(({ path, cel }) => [path?.value, cel?.value]),
      [
        ["/a", undefined],
        [undefined, "true"],
      ],
    );
  });
  test("a value wrong inside an annotation is found at the annotation", () => {
    const text = annotated(["otel-policy.dev/metrics.genAI: '{profil: latest}'"], "metrics: {enabled: true}");
    const { diagnostics } = read(text);
    assert.deepEqual(
      diagnostics.map(({ code, at }) => `${code} ${text.slice(at?.start, at?.end)}`),
      ["TP2001 '{profil: latest}'"],
    );
  });
  const refused: readonly (readonly [string, string, string])[] = [
    ["TP2602", "accessLogs.format: Text", "accessLogs: {enabled: true}"],
    ["TP2602", "nonsense: x", ""],
    ["TP2603", "accessLogs.provider: '{}'", "accessLogs: {enabled: true, provider: {type: OTLP}}"],
    ["TP2603", "accessLogs.matches.5.cel: x", "accessLogs: {enabled: true}"],
    ["TP2603", "metrics.genAI: '[1'", "metrics: {enabled: true}"],
    ["TP2003", "metrics.genAI: {profile: latest}", "metrics: {enabled: true}"],
  ];
  for (const [code, annotation, spec] of refused)
    test(`${code} ${annotation}`, () =>
      assert.deepEqual(read(annotated([`otel-policy.dev/${annotation}`], spec)).codes, [code]));
  test("annotations of others are theirs", () => assert.deepEqual(read(annotated(["example.com/x: y"], "")).codes, []));
});
