import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { positionOf } from "../../../src/diagnostics/source.ts";
import { modelCalled } from "../../../src/genai/price.ts";
import { readPrices } from "../../../src/plan/gen-ai-override.ts";
import { builtInPrices } from "../../../src/plan/gen-ai-prices.ts";

const read = (text: string) => readPrices({ path: "prices.yaml", text }, builtInPrices());

describe("a platform's own prices", () => {
  test("go before the built-in ones, which stay", () => {
    const { value, diagnostics } = read(`
providers:
  - id: openai
    models:
      - {id: gpt-4o, prices: {input_mtok: 1, output_mtok: {base: 2, tiers: [{start: 1000, price: 3}]}}}
  - id: self-hosted
    models:
      - id: llama
        match: {or: [{starts_with: llama}, {regex: "^l[0-9]$"}]}
        prices:
          - prices: {input_mtok: 0.1}
          - {constraint: {start_date: 2026-07-01}, prices: {input_mtok: 0.2}}
          - {constraint: {start_time: "22:00:00Z", end_time: "06:00:00Z"}, prices: {input_mtok: 0.05}}
`);
    assert.deepEqual(diagnostics, []);
    const [openai, own] = ["openai", "self-hosted"].map((id) => value.providers.find((provider) => provider.id === id));
    assert.ok(openai !== undefined && own !== undefined);
    assert.deepEqual(modelCalled(value, openai, "GPT-4o")?.prices, [
      { when: null, rates: { input_mtok: 1, output_mtok: { base: 2, tiers: [{ start: 1000, price: 3 }] } } },
    ]);
    assert.equal(modelCalled(value, openai, "gpt-4o-mini")?.id, "gpt-4o-mini");
    assert.deepEqual(
      modelCalled(value, own, "llama-3")?.prices.map(({ when }) => when),
      [null, { from: "2026-07-01" }, { secondOfDay: { from: 79_200, to: 21_600 } }],
    );
    assert.match(value.version, /^genai-prices [\d.]+\+[0-9a-f]+$/);
  });

  const wrong: readonly [name: string, text: string, at: string, says: RegExp][] = [
    ["a negative price", "- {id: a, models: [{id: m, prices: {input_mtok: -1}}]}", "-1", /input_mtok .*0 or more/],
    ["a price that is text", "- {id: a, models: [{id: m, prices: {input_mtok: free}}]}", "free", /must be a number/],
    [
      "a price nobody knows",
      "- {id: a, models: [{id: m, prices: {inputs: 1}}]}",
      "1}",
      /inputs .*no price of the grammar/,
    ],
    ["a misspelt field", "- {id: a, modles: []}", "modles", /did you mean "models"/],
    [
      "two ways to match",
      "- {id: a, models: [{id: m, match: {equals: m, contains: k}, prices: {}}]}",
      "{equals",
      /exactly one of/,
    ],
    ["a pattern RE2 lacks", '- {id: a, models: [{id: m, match: {regex: "(?!x)"}, prices: {}}]}', '"(?!x)"', /RE2/],
    [
      "a day that is none",
      "- {id: a, models: [{id: m, prices: [{constraint: {start_date: 2026-13-01}, prices: {}}]}]}",
      "2026-13",
      /must be a day/,
    ],
    ["a model without prices", "- {id: a, models: [{id: m}]}", "{id: m}", /prices .*is missing/],
    ["a provider without an id", "- {models: []}", "{models", /id .*is missing/],
  ];
  for (const [name, text, at, says] of wrong) {
    test(`${name} is told at its place, and the rest counts`, () => {
      const { value, diagnostics } = read(`${text}\n- {id: b, models: [{id: ok, prices: {input_mtok: 1}}]}\n`);
      const [found] = diagnostics;
      assert.equal(found?.code, "TP4021");
      assert.match(found?.message ?? "", says);
      assert.equal(found?.at?.start, text.indexOf(at), JSON.stringify(positionOf(text, found?.at?.start ?? 0)));
      assert.ok(value.providers.some(({ id, models }) => id === "b" && models.length === 1));
    });
  }
});
