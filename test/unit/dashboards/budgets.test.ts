import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { budgetsOf } from "../../../src/plan/budgets.ts";
import { budgetRules } from "../../../src/render/budget-rules.ts";
import { compileText, draftPolicy } from "../../support/compile-text.ts";
import { runCli } from "../cli/run-cli.ts";

const genAI = (lines: string): string => draftPolicy("llm", `  metrics: {enabled: true, genAI: {${lines}}}`);
const budgets = (text: string) => budgetsOf(compileText(text).effective);
const codes = (text: string): readonly string[] => compileText(text).diagnostics.map(({ code }) => code);

describe("budgets", () => {
  test("all targets of a policy share its budget", () => {
    const policy = `apiVersion: agentic.networking.x-k8s.io/v1alpha1
kind: TelemetryPolicy
metadata: {name: p, namespace: ns}
spec:
  targetRefs:
    - {group: gateway.networking.k8s.io, kind: Gateway, name: a}
    - {group: gateway.networking.k8s.io, kind: Gateway, name: b}
  metrics: {enabled: true, genAI: {budgets: [{name: all, usdPerMonth: 300}]}}
`;
    const [budget, ...others] = budgets(policy);
    assert.deepEqual(others, []);
    assert.deepEqual(budget?.targets, [
      { "k8s.gateway.namespace": "ns", "k8s.gateway.name": "a" },
      { "k8s.gateway.namespace": "ns", "k8s.gateway.name": "b" },
    ]);
    const rules = budgetRules(budgets(policy));
    assert.match(rules, /k8s_gateway_name=\\"a\\"\}\[1h\]\) or sum_over_time\(.*k8s_gateway_name=\\"b\\"\}\[1h\]\)/);
    assert.match(rules, /\/ \(300 \* 3600 \/ 2592000\)/);
  });

  test("nothing is rendered for metrics that are off", () => {
    const listed = "budgets: [{name: all, usdPerMonth: 300}]";
    assert.equal(budgets(genAI(listed)).length, 1);
    assert.equal(budgets(genAI(`enabled: false, ${listed}`)).length, 0);
  });

  test("a budget by a dimension that costs do not carry is told", () => {
    const by = (key: string, more = ""): string => genAI(`${more}budgets: [{name: each, usdPerMonth: 1, by: ${key}}]`);
    assert.ok(codes(by("team")).includes("TP4022"));
    assert.ok(!codes(by("team", "dimensions: [{key: team, fromHeader: x-team}], ")).includes("TP4022"));
    for (const key of ["route", "gen_ai.request.model", "k8s.gateway.name"])
      assert.ok(!codes(by(key)).includes("TP4022"), key);
  });

  test("render --rules prints them, and says so when there are none", async () => {
    const some = await runCli("render -q --rules -", { stdin: genAI("budgets: [{name: all, usdPerMonth: 300}]") });
    assert.equal(some.code, 0);
    assert.match(some.out, /^groups:\n {2}- name: "otel_policy_budget ns\/llm all"/);
    const none = await runCli("render -q --rules -", { stdin: genAI("") });
    assert.deepEqual([none.code, none.out], [0, "groups: []\n"]);
    assert.match(none.err, /no policy has metrics\.genAI\.budgets/);
    const both = await runCli("render --rules --topology handover --part core -", { stdin: genAI("") });
    assert.equal(both.code, 2);
  });
});
