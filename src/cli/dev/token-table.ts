import type { TokenRow } from "../../agent/view.ts";
import { byText, sortedUnique } from "../../base/order.ts";
import { type Line, segment } from "./line.ts";
import { padEnd, padStart } from "./text-width.ts";
import { count } from "./words.ts";

/** Disjoint buckets in the order of a bill; `reasoning` lies inside `output`. */
const order = ["uncached_input", "input", "cache_read", "cache_write", "output", "reasoning"];

const rank = (bucket: string): number => {
  const at = order.indexOf(bucket);
  return at === -1 ? order.length : at;
};

/** Tokens by model and bucket, summed over targets; the model with most tokens first. */
export const tokenTable = (tokens: readonly TokenRow[]): readonly Line[] => {
  if (tokens.length === 0) return [];
  const buckets = sortedUnique(tokens.map((row) => row.bucket)).toSorted((a, b) => rank(a) - rank(b) || byText(a, b));
  const sum = (model: string, bucket?: string): number =>
    tokens
      .filter((row) => row.model === model && (bucket === undefined || row.bucket === bucket))
      .reduce((all, row) => all + row.tokens, 0);
  const models = sortedUnique(tokens.map((row) => row.model)).toSorted((a, b) => sum(b) - sum(a) || byText(a, b));
  return [
    [
      segment(padEnd("  TOKENS BY MODEL", 34), "dim"),
      ...buckets.map((bucket) => segment(padStart(bucket.replace("_", " "), 15), "dim")),
    ],
    ...models.map(
      (model): Line => [
        segment("  "),
        segment(padEnd(model === "" ? "(no model)" : model, 32)),
        ...buckets.map((bucket) => segment(padStart(count(sum(model, bucket)), 15))),
      ],
    ),
  ];
};
