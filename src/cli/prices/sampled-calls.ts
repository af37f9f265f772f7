import { suggestions } from "../../base/suggest.ts";
import { conventions } from "../../genai/aliases.ts";
import { matches } from "../../genai/match.ts";
import { modelCalled, pricesTokens, providerByModel } from "../../genai/price.ts";
import type { PriceTable } from "../../genai/price-table.ts";
import { knownProviders } from "../../genai/providers.ts";

/** A model as some telemetry names it, how often, and what its price is or why it has none. */
export type SampledModel = {
  readonly provider: string;
  readonly model: string;
  readonly records: number;
  readonly price: string;
  readonly isPriced: boolean;
};

type Attributes = ReadonlyMap<string, string>;

/** Every list of attributes in OTLP JSON, wherever it stands. */
const attributeLists = (value: unknown): readonly Attributes[] => {
  if (Array.isArray(value)) return value.flatMap(attributeLists);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key !== "attributes" || !Array.isArray(item)) return attributeLists(item);
    const pairs = item.flatMap((pair: { key?: unknown; value?: { stringValue?: unknown } }): [string, string][] =>
      typeof pair?.key === "string" && typeof pair.value?.stringValue === "string"
        ? [[pair.key, pair.value.stringValue]]
        : [],
    );
    return [new Map(pairs)];
  });
};

const firstOf = (attributes: Attributes, field: string): string | null => {
  for (const { aliases } of conventions)
    for (const alias of aliases) {
      const value = alias.field === field ? attributes.get(alias.from) : undefined;
      if (value !== undefined && !["-", "", "null", "unknown"].includes(value)) return value;
    }
  return null;
};

const priceIdOf = (table: PriceTable, provider: string | null, model: string): string | null => {
  if (provider === null || provider.includes("/")) return providerByModel(table, model)?.id ?? null;
  const name = provider.toLowerCase();
  const own = table.providers.find(({ providerMatch }) => providerMatch !== undefined && matches(providerMatch, name));
  if (own !== undefined) return own.id;
  const known = knownProviders.find((candidate) => candidate.name === name || candidate.aliases.includes(name));
  return known?.prices ?? table.providers.find(({ id }) => id === name)?.id ?? null;
};

const judged = (
  table: PriceTable,
  provider: string | null,
  model: string,
): Pick<SampledModel, "price" | "isPriced"> => {
  const id = priceIdOf(table, provider, model);
  const prices = table.providers.find((candidate) => candidate.id === id);
  if (prices === undefined)
    return { isPriced: false, price: "no known provider: set gen_ai.provider.name, or add it with --prices" };
  const found = modelCalled(table, prices, model);
  if (found === null) {
    const close = suggestions(
      model.toLowerCase(),
      prices.models.map((candidate) => candidate.id),
    );
    const hint = close.length === 0 ? "add it with --prices" : `closest: ${close.join(", ")}`;
    return { isPriced: false, price: `${prices.id} has no such model; ${hint}` };
  }
  const tokens = found.prices.some(({ rates }) => pricesTokens(rates)) || matches({ ends_with: ":free" }, found.id);
  return tokens
    ? { isPriced: true, price: `${prices.id}/${found.id}` }
    : { isPriced: false, price: `${prices.id}/${found.id} has no price per token` };
};

/** The models that OTLP JSON names. */
export const sampledModels = (documents: readonly unknown[], table: PriceTable): readonly SampledModel[] => {
  const found = new Map<string, SampledModel>();
  for (const attributes of documents.flatMap(attributeLists)) {
    const model = firstOf(attributes, "responseModel") ?? firstOf(attributes, "requestModel");
    if (model === null) continue;
    const provider = firstOf(attributes, "provider");
    const key = `${provider ?? ""} ${model}`;
    const known = found.get(key) ?? { provider: provider ?? "", model, records: 0, ...judged(table, provider, model) };
    found.set(key, { ...known, records: known.records + 1 });
  }
  return [...found.values()].sort((a, b) => Number(a.isPriced) - Number(b.isPriced) || b.records - a.records);
};
