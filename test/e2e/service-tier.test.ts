import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { calcPrice, type Usage } from "@pydantic/genai-prices";
import { text } from "../../src/traffic/otlp.ts";
import {
  callAttributes,
  gatewayResource,
  logOf,
  logsExport,
  metricsPolicy,
  spanOf,
  tracesExport,
} from "../support/model-calls.ts";
import { type PolicyCollector, runPolicies, testBase } from "../support/policy-collector.ts";
import { poll } from "../support/poll.ts";

const prices = `
- id: openai
  service_tier: {batch: 0.5, flex: 0.5, priority: 2}
  models:
    - id: mine
      service_tier: {priority: 1.75, night: 0}
      prices: {input_mtok: 2, output_mtok: 8}
- id: anthropic
  service_tier: {batch: 0.5}
- id: azure
  service_tier: {batch: 0.4}
- id: house
  provider_match: {or: [{equals: vllm}, {starts_with: our-}]}
  models:
    - id: mine
      prices: {input_mtok: 2, output_mtok: 8}
`;

const responseTier = "openai.response.service_tier";
const requestTier = "openai.request.service_tier";
const mine = { total_price: (1000 * 2 + 100 * 8) / 1e6 };

type Case = {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly usage?: Usage;
  readonly tiers: { readonly [attribute: string]: string };
  /** null: it has no price in that tier. */
  readonly factor: number | null;
};

const plain: Usage = { input_tokens: 1000, output_tokens: 100 };
const cached: Usage = { input_tokens: 50_000, cache_read_tokens: 20_000, cache_write_tokens: 5000, output_tokens: 900 };
const long: Usage = { input_tokens: 300_000, output_tokens: 900 };

const cases: readonly Case[] = [
  { id: "none", provider: "openai", model: "gpt-4o", tiers: {}, factor: 1 },
  ...["default", "auto", "standard"].map(
    (tier): Case => ({ id: tier, provider: "openai", model: "gpt-4o", tiers: { [responseTier]: tier }, factor: 1 }),
  ),
  { id: "batch", provider: "openai", model: "gpt-4o", usage: cached, tiers: { [responseTier]: "batch" }, factor: 0.5 },
  {
    id: "older name",
    provider: "openai",
    model: "gpt-4o",
    tiers: { "gen_ai.openai.response.service_tier": "flex" },
    factor: 0.5,
  },
  { id: "capitals", provider: "openai", model: "gpt-4o", tiers: { [responseTier]: "FLEX" }, factor: 0.5 },
  { id: "priority", provider: "openai", model: "gpt-4o", tiers: { [requestTier]: "priority" }, factor: 2 },
  {
    id: "downgraded",
    provider: "openai",
    model: "gpt-4o",
    tiers: { [requestTier]: "priority", [responseTier]: "default" },
    factor: 1,
  },
  { id: "prepaid", provider: "openai", model: "gpt-4o", tiers: { [responseTier]: "scale" }, factor: null },
  { id: "own", provider: "openai", model: "mine", tiers: { [responseTier]: "priority" }, factor: 1.75 },
  { id: "own of the provider", provider: "openai", model: "mine", tiers: { [responseTier]: "batch" }, factor: 0.5 },
  {
    id: "above a boundary",
    provider: "anthropic",
    model: "claude-sonnet-4-5",
    usage: long,
    tiers: { [responseTier]: "batch" },
    factor: 0.5,
  },
  {
    id: "of another provider",
    provider: "anthropic",
    model: "claude-sonnet-4-5",
    tiers: { [responseTier]: "flex" },
    factor: null,
  },
  {
    id: "a fallback's model",
    provider: "azure.ai.openai",
    model: "gpt-4o",
    tiers: { [responseTier]: "batch" },
    factor: 0.4,
  },
  { id: "a provider by its own name", provider: "our-east", model: "mine", tiers: {}, factor: 1 },
  { id: "a provider by a known name", provider: "vllm", model: "mine", tiers: {}, factor: 1 },
  {
    id: "nobody's factor",
    provider: "groq",
    model: "llama-3.3-70b-versatile",
    tiers: { [responseTier]: "flex" },
    factor: null,
  },
];

const priceIds: { readonly [provider: string]: string } = { "azure.ai.openai": "azure" };

const attributesOf = ({ id, provider, model, usage = plain, tiers }: Case) => [
  ...callAttributes(provider, model, {
    "gen_ai.usage.input_tokens": usage.input_tokens,
    "gen_ai.usage.output_tokens": usage.output_tokens,
    "gen_ai.usage.cache_read.input_tokens": usage.cache_read_tokens,
    "gen_ai.usage.cache_creation.input_tokens": usage.cache_write_tokens,
  }),
  ...Object.entries(tiers).map(([key, value]) => text(key, value)),
  text("case.id", id),
];

const usualPrice = ({ provider, model, usage = plain }: Case): number =>
  (model === "mine" ? mine : calcPrice(usage, model, { providerId: priceIds[provider] ?? provider }))?.total_price ??
  assert.fail(`${provider}/${model} has no price`);

describe("service tiers and providers of a platform's own prices", () => {
  let run: PolicyCollector;
  const costs = new Map<string, number>();
  const unpriced = new Map<string, string>();
  before(async () => {
    const dimensions = "dimensions: [{key: case, fromAttribute: case.id}]";
    const policies = [
      metricsPolicy("spans", [`genAI: {enabled: true, ${dimensions}}`]),
      metricsPolicy("logs", [`genAI: {enabled: true, source: gateway-logs, ${dimensions}}`]),
    ].join("---\n");
    run = await runPolicies([{ path: "policies.yaml", text: policies }], ["otlp"], undefined, testBase, {
      path: "prices.yaml",
      text: prices,
    });
    assert.deepEqual(
      run.compilation.diagnostics.filter(({ severity }) => severity === "error"),
      [],
    );
    const stated = [
      ...callAttributes("openai", "gpt-4o", { "gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": 5 }),
      { key: "gen_ai.usage.cost", value: { doubleValue: 0.25 } },
      text(responseTier, "scale"),
      text("case.id", "stated"),
    ];
    const sent = [...cases.map(attributesOf), stated];
    assert.equal(
      await run.send([
        tracesExport(
          gatewayResource("spans"),
          sent.map((attributes) => spanOf(attributes)),
        ),
      ]),
      0,
    );
    assert.equal(
      await run.send([
        logsExport(
          gatewayResource("logs"),
          sent.map((attributes) => logOf([...attributes, text("http.request.method", "POST")])),
        ),
      ]),
      0,
    );
    await poll("every call priced or not", async () => {
      costs.clear();
      unpriced.clear();
      for (const { name, labels, value } of await run.scrape()) {
        const id = `${labels["k8s_gateway_name"]} ${labels["case"]}`;
        if (name === "otel_policy_gen_ai_cost_USD_total") costs.set(id, (costs.get(id) ?? 0) + value);
        if (name === "otel_policy_gen_ai_unpriced_total") unpriced.set(id, labels["reason"] ?? "");
      }
      return costs.size + unpriced.size >= 2 * sent.length;
    });
  });
  after(() => run?.stop());

  for (const gateway of ["spans", "logs"])
    for (const one of cases)
      test(`${one.id}, told by ${gateway}`, () => {
        const id = `${gateway} ${one.id}`;
        if (one.factor === null) {
          assert.deepEqual([costs.get(id), unpriced.get(id)], [undefined, "service_tier"]);
          return;
        }
        const wanted = usualPrice(one) * one.factor;
        const cost = costs.get(id) ?? 0;
        assert.ok(Math.abs(cost - wanted) <= 1e-9 * wanted, `${cost} is not ${wanted}`);
        assert.equal(unpriced.get(id), undefined);
      });

  test("what a gateway states as cost is not changed", () => {
    for (const gateway of ["spans", "logs"]) assert.equal(costs.get(`${gateway} stated`), 0.25);
  });

  test("no statement failed", () => {
    const bad = run.collector
      .log()
      .split("\n")
      .filter((line) => /\t(error|warn)\t/.test(line));
    assert.deepEqual(bad.slice(0, 3), []);
  });
});
