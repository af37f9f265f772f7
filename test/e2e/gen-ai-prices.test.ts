import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { calcPrice, type Provider, type Usage, waitForUpdate } from "@pydantic/genai-prices";
import { knownProviders } from "../../src/genai/providers.ts";
import { type Span, text } from "../../src/traffic/otlp.ts";
import { seeded } from "../../src/traffic/random.ts";
import {
  callAttributes,
  gatewayResource,
  inParts,
  logOf,
  logsExport,
  metricsPolicy,
  spanOf,
  tracesExport,
} from "../support/model-calls.ts";
import { type PolicyCollector, runPolicies } from "../support/policy-collector.ts";
import { poll } from "../support/poll.ts";

/** A call, and what the library says it costs: null where it knows no price. */
type Case = {
  readonly id: string;
  readonly span: Span;
  readonly at: Date;
  readonly price: number | null;
  readonly about: string;
};

const attributeOfUsage: { readonly [usage: string]: string } = {
  input_tokens: "gen_ai.usage.input_tokens",
  output_tokens: "gen_ai.usage.output_tokens",
  cache_read_tokens: "gen_ai.usage.cache_read.input_tokens",
  cache_write_tokens: "gen_ai.usage.cache_creation.input_tokens",
  cache_write_1h_tokens: "gen_ai.usage.cache_write_1h.input_tokens",
  input_audio_tokens: "gen_ai.usage.audio.input_tokens",
  output_audio_tokens: "gen_ai.usage.audio.output_tokens",
  cache_audio_read_tokens: "gen_ai.usage.audio.cache_read.input_tokens",
  input_image_tokens: "gen_ai.usage.image.input_tokens",
  output_image_tokens: "gen_ai.usage.image.output_tokens",
  cache_image_read_tokens: "gen_ai.usage.image.cache_read.input_tokens",
  input_video_tokens: "gen_ai.usage.video.input_tokens",
  output_video_tokens: "gen_ai.usage.video.output_tokens",
  web_searches: "gen_ai.usage.server_tool_use.web_search_requests",
  output_reasoning_tokens: "gen_ai.usage.reasoning.output_tokens",
};

const noon = new Date("2026-10-01T12:00:00Z");
const random = seeded(5);
const upTo = (most: number): number => Math.floor(random.next() * most);

const usages = (): readonly Usage[] => {
  const input = 1000 + upTo(90_000);
  const read = upTo(input / 2);
  const write = upTo(input / 3);
  return [
    { input_tokens: input, output_tokens: 1 + upTo(20_000) },
    { input_tokens: input, output_tokens: 1 + upTo(20_000), cache_read_tokens: read, cache_write_tokens: write },
    { input_tokens: 128_000, output_tokens: 7, cache_read_tokens: 64_000 },
  ];
};

/** Both sides of each price boundary of a model, tokens and dates, and every kind of token that it prices apart. */
const ownUsages = (model: Provider["models"][number]): readonly (readonly [Usage, Date])[] => {
  const lists = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  const found: [Usage, Date][] = [];
  for (const { constraint, prices } of lists.map((list) => ({ constraint: undefined, ...list }))) {
    for (const rate of Object.values(prices)) {
      if (typeof rate !== "object") continue;
      for (const { start } of rate.tiers)
        for (const input of [start, start + 1])
          found.push([{ input_tokens: input, output_tokens: 100, cache_read_tokens: 50 }, noon]);
    }
    const usage = { input_tokens: 5000, output_tokens: 3000 };
    const has = (key: string): boolean => prices[key] !== undefined;
    if (has("cache_write_1h_mtok"))
      found.push([{ ...usage, cache_write_tokens: 900, cache_write_1h_tokens: 400 }, noon]);
    if (has("input_audio_mtok") || has("output_audio_mtok"))
      found.push([{ ...usage, input_audio_tokens: 800, output_audio_tokens: 700 }, noon]);
    if (has("cache_audio_read_mtok"))
      found.push([{ ...usage, cache_read_tokens: 600, input_audio_tokens: 800, cache_audio_read_tokens: 300 }, noon]);
    if (has("input_image_mtok") || has("output_image_mtok"))
      found.push([{ ...usage, input_image_tokens: 800, output_image_tokens: 700 }, noon]);
    if (has("cache_image_read_mtok"))
      found.push([{ ...usage, cache_read_tokens: 600, input_image_tokens: 800, cache_image_read_tokens: 300 }, noon]);
    if (has("input_video_mtok") || has("output_video_mtok"))
      found.push([{ ...usage, input_video_tokens: 800, output_video_tokens: 700 }, noon]);
    if (has("web_searches_kcount")) found.push([{ ...usage, web_searches: 3 }, noon]);
    if (has("output_reasoning_mtok")) found.push([{ ...usage, output_reasoning_tokens: 1200 }, noon]);
    const moments =
      constraint?.type === "start_date"
        ? [new Date(`${constraint.start_date}T00:00:00Z`)]
        : constraint?.type === "time_of_date"
          ? [constraint.start_time, constraint.end_time].map((time) => new Date(`2026-10-01T${time}`))
          : [];
    for (const moment of moments)
      for (const shift of [-1, 0, 1]) found.push([usage, new Date(moment.getTime() + shift * 1000)]);
  }
  return found;
};

const priceOf = (usage: Usage, model: string, providerId: string, timestamp: Date): number | null =>
  calcPrice(usage, model, { providerId, timestamp })?.total_price ?? null;

describe("every model of the price table, on the real Collector", () => {
  const cases: Case[] = [];
  const costs = new Map<string, number>();
  const unpriced = new Map<string, string>();
  let run: PolicyCollector;

  const addCase = (providerId: string, model: string, usage: Usage, at: Date): void => {
    const provider = knownProviders.find(({ prices }) => prices === providerId)?.name ?? providerId;
    const id = `c${cases.length}`;
    const counts = Object.fromEntries(
      Object.entries(usage).map(([key, value]) => [attributeOfUsage[key] ?? assert.fail(key), value]),
    );
    cases.push({
      id,
      span: spanOf([...callAttributes(provider, model, counts), text("case.id", id)], { at }),
      at,
      price: priceOf(usage, model, providerId, at),
      about: `${providerId}/${model} ${JSON.stringify(usage)} ${at.toISOString()}`,
    });
  };

  before(async () => {
    const providers = await waitForUpdate();
    for (const provider of providers ?? []) {
      for (const model of provider.models) {
        for (const usage of usages()) addCase(provider.id, model.id, usage, noon);
        for (const [usage, at] of ownUsages(model)) addCase(provider.id, model.id, usage, at);
        // Names that stand in no table: dated, in capitals, of other regions, and wrong ones.
        for (const name of [
          `${model.id}-20260115`,
          `${model.id}-2026-01-15`,
          ` ${model.id.toUpperCase()} `,
          `eu.${model.id}-v1:0`,
          `${model.id}x`,
        ])
          addCase(provider.id, name, { input_tokens: 1000, output_tokens: 10 }, noon);
      }
    }
    const disabled = [
      "request_count",
      "request_duration",
      "gen_ai_tokens",
      "gen_ai_cost_saved",
      "gen_ai_requests",
      "gen_ai_usage_missing",
      "gen_ai_duration",
      "gen_ai_time_to_first_token",
      "gen_ai_time_per_output_token",
      "tool_calls",
      "tool_duration",
      "gen_ai.client.token.usage",
    ];
    const policyOf = (name: string, source: string): string =>
      metricsPolicy(name, [
        `genAI: {enabled: true, source: ${source}, prices: ["*"], dimensions: [{key: case, fromAttribute: case.id}]}`,
        `overrides: [${disabled.map((family) => `{name: ${family}, disabled: true}`).join(", ")}]`,
      ]);
    const policy = `${policyOf("priced", "gateway-spans")}---\n${policyOf("logged", "gateway-logs")}`;
    run = await runPolicies([{ path: "policy.yaml", text: policy }], ["otlp"]);
    for (const part of inParts(cases, 1000)) {
      const spans = part.map(({ span }) => span);
      assert.equal(await run.send([tracesExport(gatewayResource("priced"), spans)]), 0);
    }
    // The same calls as access-log records: every tenth, since only the words for time and place differ.
    const logged = cases.filter((_, index) => index % 10 === 0);
    for (const part of inParts(logged, 1000)) {
      const logs = part.map(({ span, at }) => logOf([...span.attributes, text("http.request.method", "POST")], at));
      assert.equal(await run.send([logsExport(gatewayResource("logged"), logs)]), 0);
    }
    await poll(
      "every case priced or unpriced",
      async () => {
        costs.clear();
        unpriced.clear();
        for (const { name, labels, value } of await run.scrape()) {
          const id = `${labels["case"] ?? ""}${labels["source"] === "gateway-logs" ? " logged" : ""}`;
          if (name === "otel_policy_gen_ai_cost_USD_total") costs.set(id, (costs.get(id) ?? 0) + value);
          if (name === "otel_policy_gen_ai_unpriced_total") unpriced.set(id, labels["reason"] ?? "");
        }
        const isTold = (id: string): boolean => costs.has(id) || unpriced.has(id);
        return (
          cases.every(({ id, price }) => isTold(id) || price === 0) &&
          logged.every(({ id, price }) => isTold(`${id} logged`) || price === 0)
        );
      },
      30_000,
      500,
    ).catch(() => null);
  });
  after(() => run?.stop());

  test("costs what the library says, within 1e-9", () => {
    const wrong = cases.filter(({ id, price }) => {
      const cost = costs.get(id) ?? 0;
      return Math.abs(cost - (price ?? 0)) > 1e-9 * Math.max(Math.abs(price ?? 0), 1e-12);
    });
    assert.deepEqual(
      wrong
        .slice(0, 20)
        .map(({ id, price, about }) => `${about}: ${costs.get(id)} is not ${price} (${unpriced.get(id)})`),
      [],
      `${wrong.length} of ${cases.length}`,
    );
    assert.ok(cases.filter(({ price }) => price !== null && price > 0).length > 5000, `${cases.length} cases`);
  });

  test("costs the same where the access log tells of the call", () => {
    const logged = cases.filter((_, index) => index % 10 === 0);
    const wrong = logged.filter(({ id }) => {
      const [span, log] = [id, `${id} logged`];
      return costs.get(span) !== costs.get(log) || unpriced.get(span) !== unpriced.get(log);
    });
    assert.deepEqual(
      wrong.slice(0, 10).map(({ id, about }) => `${about}: ${costs.get(`${id} logged`)} is not ${costs.get(id)}`),
      [],
    );
    assert.ok(logged.filter(({ id }) => costs.has(`${id} logged`)).length > 500);
  });

  test("has a reason for every call that costs nothing", () => {
    const silent = cases.filter(({ id, about }) => !costs.has(id) && !unpriced.has(id) && !/:free\b/i.test(about));
    assert.deepEqual(
      silent.slice(0, 20).map(({ about, price }) => `${about}: ${price}`),
      [],
      `${silent.length}`,
    );
    const priced = cases.filter(({ id, price }) => price === null && unpriced.get(id) !== "unknown_model");
    assert.deepEqual(
      priced.slice(0, 20).map(({ about }) => about),
      [],
    );
  });

  test("runs without an error in the Collector's log", () => {
    const errors = run.collector
      .log()
      .split("\n")
      .filter((line) => /\t(error|warn)\t/.test(line));
    assert.deepEqual(errors.slice(0, 3), []);
  });
});
