import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { runCli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "otel-policy-prices-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const fileOf = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const span = (...pairs: readonly (readonly [string, string])[]) => ({
  attributes: pairs.map(([key, value]) => ({ key, value: { stringValue: value } })),
});

describe("otel-policy prices", () => {
  test("lists what a pattern picks", async () => {
    const { code, out } = await runCli("prices openai/gpt-4o");
    assert.equal(code, 0);
    assert.deepEqual(
      out.split("\n").map((line) => line.split(/ {2,}/).slice(0, 5)),
      [
        ["PROVIDER", "MODEL", "INPUT", "OUTPUT", "CACHE READ"],
        ["openai", "gpt-4o", "2.5", "10", "1.25"],
        ["openrouter", "openai/gpt-4o", "2.5", "10", "-"],
        [""],
      ],
    );
  });

  test("says that nothing is called so", async () => {
    const { code, err } = await runCli("prices no-such-model");
    assert.equal(code, 2);
    assert.match(err, /no model is called no-such-model \(genai-prices/);
  });

  test("checks a file of one's own and lists it", async () => {
    const good = fileOf("good.yaml", "- {id: mine, models: [{id: m1, prices: {input_mtok: 7}}]}\n");
    const listed = await runCli(`prices mine/* --prices ${good}`);
    assert.equal(listed.code, 0);
    assert.match(listed.out, /mine +m1 +7/);
    const bad = fileOf("bad.yaml", "- {id: mine, models: [{id: m1, prices: {input_mtok: much}}]}\n");
    const checked = await runCli(`prices gpt-4o --prices ${bad}`);
    assert.equal(checked.code, 1);
    assert.match(checked.err, /bad\.yaml:1:53 +error TP4021/);
  });

  test("tells of telemetry which models have no price, and what could be meant", async () => {
    const spans = [
      span(["gen_ai.provider.name", "openai"], ["gen_ai.request.model", "gpt-4o"]),
      span(["gen_ai.provider.name", "openai"], ["gen_ai.request.model", "gpt-4o"]),
      span(["gen_ai.provider.name", "Anthropic"], ["gen_ai.request.model", "claud-sonnet-4-5"]),
      span(["llm.model_name", "gemini-2.5-pro"], ["openinference.span.kind", "LLM"]),
      span(["gen_ai.provider.name", "openai"], ["gen_ai.request.model", "whisper-1"]),
      span(["http.request.method", "GET"]),
    ];
    const path = fileOf("spans.json", JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
    const { code, out } = await runCli(`prices --sample ${path}`);
    assert.equal(code, 1);
    const rows = out
      .split("\n")
      .slice(1, -1)
      .map((line) => line.split(/ {2,}/));
    assert.deepEqual(rows, [
      [
        "1",
        "Anthropic",
        "claud-sonnet-4-5",
        "unpriced",
        "anthropic has no such model; closest: claude-sonnet-4-5, claude-sonnet-4-0, claude-sonnet-4-6",
      ],
      ["1", "openai", "whisper-1", "unpriced", "openai/whisper-1 has no price per token"],
      ["2", "openai", "gpt-4o", "priced", "openai/gpt-4o"],
      ["1", "-", "gemini-2.5-pro", "priced", "google/gemini-2.5-pro"],
    ]);
  });

  test("says of telemetry that is none, or names no model, what it wants", async () => {
    const text = await runCli(`prices --sample ${fileOf("metrics.txt", "# HELP infer\n")}`);
    assert.equal(text.code, 2);
    assert.match(text.err, /metrics\.txt is no OTLP JSON: give one document, or one per line/);
    const other = fileOf("other.json", JSON.stringify({ resourceSpans: [{ spans: [span(["url.path", "/"])] }] }));
    const nothing = await runCli(`prices --sample ${other}`);
    assert.equal(nothing.code, 2);
    assert.match(nothing.err, /holds no record that names a model/);
  });

  test("knows providers and service tiers of a file of one's own", async () => {
    const own = fileOf(
      "tiers.yaml",
      `- id: mine
  provider_match: {starts_with: our-}
  service_tier: {batch: 0.5, flex: 0.5}
  models: [{id: m1, service_tier: {flex: 0.6}, prices: {input_mtok: 7}}]
`,
    );
    const listed = await runCli(`prices mine/* --prices ${own}`);
    assert.match(listed.out, /mine +m1 +7 .*service_tier batch ×0\.5, flex ×0\.6/);
    const spans = [span(["gen_ai.provider.name", "Our-East"], ["gen_ai.request.model", "m1"])];
    const path = fileOf("own-spans.json", JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
    const { code, out } = await runCli(`prices --prices ${own} --sample ${path}`);
    assert.equal(code, 0);
    assert.match(out, /Our-East +m1 +priced +mine\/m1/);
    for (const [tiers, problem] of [
      ["{Batch: 0.5}", "must be named in lower case"],
      ["{batch: half}", "must be a number, 0 or more"],
      ["[batch]", "must be a map"],
    ] as const) {
      const bad = fileOf(
        "bad-tiers.yaml",
        `- {id: mine, service_tier: ${tiers}, models: [{id: m1, prices: {input_mtok: 7}}]}\n`,
      );
      const checked = await runCli(`prices gpt-4o --prices ${bad}`);
      assert.equal(checked.code, 1);
      assert.ok(checked.err.includes(problem), checked.err);
    }
  });

  test("a price file reaches the rendered config", async () => {
    const prices = fileOf("own.yaml", "- {id: mine, models: [{id: m1, prices: {input_mtok: 7}}]}\n");
    const policy = fileOf(
      "policy.yaml",
      `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: edge, namespace: prod}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge}
  metrics: {enabled: true, provider: {type: Prometheus}, genAI: {prices: ["mine/*"]}}
`,
    );
    const own = await runCli(`render ${policy} --prices ${prices}`);
    assert.equal(own.code, 0);
    assert.match(own.out, /\|00\/m1=0000\|/);
    const without = await runCli(`render ${policy}`);
    assert.match(without.err, /TP4020 +no price is known for "mine\/\*"/);
  });
});
