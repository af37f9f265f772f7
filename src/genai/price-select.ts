import type { PricedModel, PriceProvider, PriceTable } from "./price-table.ts";

/** Providers that are priced when a policy lists no models: those the conventions name, which sell their own or host others'. */
export const defaultProviders: readonly string[] = [
  "anthropic",
  "aws",
  "azure",
  "cohere",
  "deepseek",
  "google",
  "groq",
  "mistral",
  "openai",
  "perplexity",
  "x-ai",
];

/** Which models of a table are compiled: `null` is the default set, else patterns as in `metrics.genAI.prices`. */
export type PriceSelection = readonly string[] | null;

/** `*` stands for any text. A pattern may say the provider (`openai/gpt-5*`) or not (`gpt-5*`, `*`). */
const patternRegex = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .toLowerCase()
      .split("*")
      .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"))
      .join(".*")}$`,
  );

export const isPicked = (selection: PriceSelection): ((provider: PriceProvider, model: PricedModel) => boolean) => {
  // Whoever writes down a price wants it to count.
  if (selection === null) return (provider, model) => defaultProviders.includes(provider.id) || model.isOwn === true;
  const patterns = selection.map(patternRegex);
  return (provider, model) => {
    const id = model.id.toLowerCase();
    return patterns.some((pattern) => pattern.test(id) || pattern.test(`${provider.id}/${id}`));
  };
};

/** Patterns that pick nothing. */
export const pickingNothing = (table: PriceTable, selection: readonly string[]): readonly string[] =>
  selection.filter((pattern) => {
    const picked = isPicked([pattern]);
    return !table.providers.some((provider) => provider.models.some((model) => picked(provider, model)));
  });

/** Ids a pattern could have meant, for suggestions. */
export const pickableNames = (table: PriceTable): readonly string[] =>
  table.providers.flatMap(({ id, models }) => models.flatMap((model) => [model.id, `${id}/${model.id}`]));
