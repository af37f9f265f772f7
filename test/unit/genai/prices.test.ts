import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { waitForUpdate } from "@pydantic/genai-prices";
import { RE2JS } from "re2js";
import manifest from "../../../package.json" with { type: "json" };
import type { Match } from "../../../src/genai/match.ts";
import { segmentsOf } from "../../../src/genai/price.ts";
import { decodeTable, encodeTable } from "../../../src/genai/price-code.ts";
import { priceData } from "../../../src/genai/price-data.ts";
import { noTokenPrice, notCompiled, priceForm } from "../../../src/genai/price-form.ts";
import { defaultProviders, pickingNothing } from "../../../src/genai/price-select.ts";
import { knownProviders } from "../../../src/genai/providers.ts";

const table = decodeTable(priceData);
const regexes = (match: Match): readonly string[] => {
  if ("regex" in match) return [match.regex];
  if ("or" in match) return match.or.flatMap(regexes);
  if ("and" in match) return match.and.flatMap(regexes);
  return "not" in match ? regexes(match.not) : [];
};

describe("the committed price data", () => {
  test("is that of the package which package.json pins", async () => {
    assert.equal(table.version, `genai-prices ${manifest.devDependencies["@pydantic/genai-prices"]}`);
    const providers = (await waitForUpdate()) ?? [];
    assert.deepEqual(
      table.providers.map(({ id, models }) => [id, models.map((model) => model.id)]),
      providers.map(({ id, models }) => [id, models.map((model) => model.id)]),
    );
  });

  test("reads back as it was written", () => assert.deepEqual(encodeTable(table), priceData));

  test("holds regular expressions that RE2 knows", () => {
    const all = table.providers.flatMap(({ api, modelMatch, models }) => [
      ...(api === "" ? [] : [api]),
      ...(modelMatch === null ? [] : regexes(modelMatch)),
      ...models.flatMap(({ match }) => regexes(match)),
    ]);
    assert.ok(all.length > 80);
    for (const regex of all) assert.doesNotThrow(() => RE2JS.compile(regex), regex);
  });

  test("has no name with a sign of the lookup tables in it", () => {
    const { names } = priceForm(table, ["*"]);
    assert.deepEqual(
      names.filter(({ key }) => /[|=]/.test(key)),
      [],
    );
  });

  test("is reached from a provider's name, each name meaning one provider", () => {
    const reached = new Set(knownProviders.map(({ prices }) => prices));
    assert.deepEqual(
      table.providers.filter(({ id }) => !reached.has(id)).map(({ id }) => id),
      [],
    );
    const written = knownProviders.flatMap(({ name, aliases }) => [name, ...aliases]);
    assert.deepEqual(written, [...new Set(written)]);
    assert.deepEqual(
      defaultProviders.filter((id) => !table.providers.some((provider) => provider.id === id)),
      [],
    );
  });
});

describe("what a price list charges", () => {
  test("parts without a price of their own cost what they are part of", () => {
    const [only] = segmentsOf({ input_mtok: 2, output_mtok: 8, cache_read_mtok: 1 });
    assert.deepEqual(
      [
        only?.rates.cacheRead,
        only?.rates.cacheWrite,
        only?.rates.cacheWrite1h,
        only?.rates.cacheAudioRead,
        only?.rates.reasoning,
      ],
      [1, 2, 2, 1, 8],
    );
  });

  test("a tier holds above its start, for every price", () => {
    const segments = segmentsOf({
      input_mtok: { base: 1, tiers: [{ start: 100, price: 2 }] },
      output_mtok: { base: 10, tiers: [{ start: 200, price: 20 }] },
    });
    assert.deepEqual(
      segments.map(({ above, rates }) => [above, rates.input, rates.output]),
      [
        [-1, 1, 10],
        [100, 2, 10],
        [200, 2, 20],
      ],
    );
  });
});

describe("a selection", () => {
  test("of one model leaves its neighbours unpriced, not mispriced", () => {
    const form = priceForm(table, ["openai/gpt-4o"]);
    const codeOf = (model: string): number | undefined =>
      form.names.find(({ key }) => key === `${form.providers.find(({ id }) => id === "openai")?.code}/${model}`)?.code;
    assert.ok((codeOf("gpt-4o") ?? -1) >= 0);
    assert.ok([undefined, notCompiled].includes(codeOf("gpt-4o-mini")));
    // OpenRouter calls one of its models so; nobody else does.
    assert.deepEqual(
      form.providers.map(({ id }) => id),
      ["openai", "openrouter"],
    );
  });

  test("of a model that is priced by the hour says so", () => {
    const form = priceForm(table, ["openai/whisper-1"]);
    assert.deepEqual(
      form.names.map(({ code }) => code),
      form.names.map(() => noTokenPrice),
    );
  });

  test("that picks nothing is told", () =>
    assert.deepEqual(pickingNothing(table, ["gpt-4o", "openai/*", "gpt-4q", "nobody/*"]), ["gpt-4q", "nobody/*"]));
});
