import type { Match } from "./match.ts";
import type { DatedRates, PricedModel, PriceProvider, PriceTable, Rates, When } from "./price-table.ts";

// The committed form of a price table: JSON lines in which prices stand once and matches are short texts.

type CodedMatch = string | CodedList;
interface CodedList extends ReadonlyArray<CodedMatch> {}
type CodedModel = readonly [id: string, match: CodedMatch, ...prices: (readonly [price: number, when: When | null])[]];
type CodedProvider = readonly [
  id: string,
  api: string,
  modelMatch: CodedMatch | null,
  fallback: readonly string[],
  models: readonly CodedModel[],
];

/** `=gpt-4o`, `^gpt-4`, `$-latest`, `*claude`, `~^o[13]`; lists begin with their operator. */
const encodeMatch = (match: Match): CodedMatch => {
  if ("equals" in match) return `=${match.equals}`;
  if ("starts_with" in match) return `^${match.starts_with}`;
  if ("ends_with" in match) return `$${match.ends_with}`;
  if ("contains" in match) return `*${match.contains}`;
  if ("regex" in match) return `~${match.regex}`;
  if ("or" in match) return ["|", ...match.or.map(encodeMatch)];
  if ("and" in match) return ["&", ...match.and.map(encodeMatch)];
  return ["!", encodeMatch(match.not)];
};

const decodeMatch = (coded: CodedMatch): Match => {
  if (typeof coded === "string") {
    const text = coded.slice(1);
    switch (coded[0]) {
      case "=":
        return { equals: text };
      case "^":
        return { starts_with: text };
      case "$":
        return { ends_with: text };
      case "*":
        return { contains: text };
      default:
        return { regex: text };
    }
  }
  const [operator, ...parts] = coded;
  const [first] = parts;
  if (operator === "|") return { or: parts.map(decodeMatch) };
  if (operator === "&" || first === undefined) return { and: parts.map(decodeMatch) };
  return { not: decodeMatch(first) };
};

export const encodeTable = (table: PriceTable): readonly string[] => {
  const sets = new Map<string, number>();
  const indexOf = (rates: Rates): number => {
    const text = JSON.stringify(rates);
    const known = sets.get(text) ?? sets.size;
    sets.set(text, known);
    return known;
  };
  const providers = table.providers.map(
    ({ id, api, modelMatch, fallback, models }): CodedProvider => [
      id,
      api,
      modelMatch === null ? null : encodeMatch(modelMatch),
      fallback,
      models.map(
        ({ id: model, match, prices }): CodedModel => [
          model,
          encodeMatch(match),
          ...prices.map(({ when, rates }) => [indexOf(rates), when] as const),
        ],
      ),
    ],
  );
  const all = JSON.stringify({ version: table.version, sets: [...sets.keys()].map((text): Rates => JSON.parse(text)) });
  return [all, ...providers.map((provider) => JSON.stringify(provider))];
};

export const decodeTable = (lines: readonly string[]): PriceTable => {
  const [first = "", ...rest] = lines;
  const { version, sets }: { version: string; sets: readonly Rates[] } = JSON.parse(first);
  const dated = ([price, when]: readonly [number, When | null]): DatedRates => ({ when, rates: sets[price] ?? {} });
  const providers = rest.map((line): PriceProvider => {
    const [id, api, modelMatch, fallback, models]: CodedProvider = JSON.parse(line);
    return {
      id,
      api,
      modelMatch: modelMatch === null ? null : decodeMatch(modelMatch),
      fallback,
      models: models.map(
        ([model, match, ...prices]): PricedModel => ({
          id: model,
          match: decodeMatch(match),
          prices: prices.map(dated),
        }),
      ),
    };
  });
  return { version, providers };
};
