import { writeFileSync } from "node:fs";
import { type MatchLogic, type ModelPrice, type Provider, waitForUpdate } from "@pydantic/genai-prices";
import manifest from "../package.json" with { type: "json" };
import { byText } from "../src/base/order.ts";
import type { Match } from "../src/genai/match.ts";
import { encodeTable } from "../src/genai/price-code.ts";
import type { DatedRates, PriceProvider, Rates, When } from "../src/genai/price-table.ts";

// Price data of @pydantic/genai-prices (MIT) → src/genai/price-data.ts. Run it after an update of the package.

/** Lookaheads, which RE2 lacks, in words that it has. A new one fails the run, so that nobody forgets it. */
const withoutLookahead: ReadonlyMap<string, Match> = new Map<string, Match>([
  ["^(?!.*-[tT][tT][sS](?:$|-))", { not: { regex: "-[tT][tT][sS](?:$|-)" } }],
  [
    "^(?![^/]+/)(?:labs-)?(?:(?:mi|code|dev|magi|mini)stral|mixtral|pixtral|voxtral|open-(?:mistral|mixtral))",
    {
      and: [
        { not: { contains: "/" } },
        { regex: "^(?:labs-)?(?:(?:mi|code|dev|magi|mini)stral|mixtral|pixtral|voxtral|open-(?:mistral|mixtral))" },
      ],
    },
  ],
]);

const matchOf = (logic: MatchLogic): Match => {
  if ("or" in logic) return { or: logic.or.map(matchOf) };
  if ("and" in logic) return { and: logic.and.map(matchOf) };
  if (!("regex" in logic) || !/\(\?[!=<]/.test(logic.regex)) return logic;
  const known = withoutLookahead.get(logic.regex);
  if (known === undefined) throw new Error(`no RE2 form is known for ${logic.regex}`);
  return known;
};

const ratesOf = (price: ModelPrice): Rates =>
  Object.fromEntries(
    Object.entries(price)
      .flatMap(([key, rate]): [string, Rates[string]][] => (rate === undefined ? [] : [[key, rate]]))
      .sort(([a], [b]) => byText(a, b)),
  );

/** `00:30:00Z` as seconds of a UTC day. */
const secondOfDay = (time: string): number => {
  const parts = /^(\d\d):(\d\d):(\d\d)Z$/.exec(time);
  if (parts === null) throw new Error(`a time of day in another form: ${time}`);
  const [, hours, minutes, seconds] = parts;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
};

const datedOf = (prices: Provider["models"][number]["prices"]): readonly DatedRates[] => {
  if (!Array.isArray(prices)) return [{ when: null, rates: ratesOf(prices) }];
  return prices.map(({ constraint, prices: price }): DatedRates => {
    let when: When | null = null;
    if (constraint?.type === "start_date") when = { from: constraint.start_date };
    if (constraint?.type === "time_of_date")
      when = { secondOfDay: { from: secondOfDay(constraint.start_time), to: secondOfDay(constraint.end_time) } };
    return { when, rates: ratesOf(price) };
  });
};

const providerOf = (provider: Provider): PriceProvider => ({
  id: provider.id,
  modelMatch: provider.model_match === undefined ? null : matchOf(provider.model_match),
  api: provider.api_pattern,
  fallback: provider.fallback_model_providers ?? [],
  models: provider.models.map(({ id, match, prices }) => ({ id, match: matchOf(match), prices: datedOf(prices) })),
});

/** package.json pins it exactly. */
const version = manifest.devDependencies["@pydantic/genai-prices"];
const providers = await waitForUpdate();
if (providers === null) throw new Error("@pydantic/genai-prices holds no data");
const lines = encodeTable({ version: `genai-prices ${version}`, providers: providers.map(providerOf) });
writeFileSync(
  new URL("../src/genai/price-data.ts", import.meta.url),
  [
    `// Prices of models: data of @pydantic/genai-prices ${version}, Copyright (c) Pydantic Services Inc. 2025 to present,`,
    "// MIT licence (NOTICE). Written by scripts/prices.ts; price-code.ts says how to read it. Do not edit.",
    "",
    "/** One line for the price sets, then one for each provider. */",
    "export const priceData: readonly string[] = [",
    ...lines.map((line) => `  '${line.replace(/[\\']/g, "\\$&")}',`),
    "];",
    "",
  ].join("\n"),
);
