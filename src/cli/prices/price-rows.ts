import { isPicked } from "../../genai/price-select.ts";
import { type DatedRates, type PriceTable, type Rate, rateKinds, type TierFactors } from "../../genai/price-table.ts";

/** Columns of the list, USD per million tokens. */
const columns = ["input", "output", "cacheRead", "cacheWrite"] as const;
export const priceHeader: readonly string[] = ["PROVIDER", "MODEL", "INPUT", "OUTPUT", "CACHE READ", "CACHE WRITE", ""];

const rateText = (rate: Rate | undefined): string => {
  if (rate === undefined) return "-";
  return typeof rate === "number"
    ? String(rate)
    : [String(rate.base), ...rate.tiers.map(({ start, price }) => `${price} above ${start}`)].join(", ");
};

const whenText = ({ when }: DatedRates): string => {
  if (when === null) return "";
  if ("from" in when) return `from ${when.from}`;
  const time = (second: number): string => new Date(second * 1000).toISOString().slice(11, 16);
  return `${time(when.secondOfDay.from)}–${time(when.secondOfDay.to)} UTC`;
};

/** What the row's own columns do not show: further prices, by the names of the grammar. */
const restText = ({ rates }: DatedRates): string => {
  const shown = columns.map((kind): string => rateKinds[kind].key);
  return Object.entries(rates)
    .filter(([key]) => !shown.includes(key))
    .map(([key, rate]) => `${key} ${rateText(rate)}`)
    .join(", ");
};

/** Factors of the price in other service tiers than the usual one. */
const tiersText = (tiers: TierFactors): string => {
  const all = Object.entries(tiers).map(([tier, factor]) => `${tier} ×${factor}`);
  return all.length === 0 ? "" : `service_tier ${all.join(", ")}`;
};

/** One row per price list of every model that a pattern picks; all models without patterns. */
export const priceRows = (table: PriceTable, patterns: readonly string[]): readonly (readonly string[])[] => {
  const wanted = patterns.length === 0 ? ["*"] : patterns;
  const picked = isPicked(wanted);
  return table.providers.flatMap((provider) =>
    provider.models
      .filter((model) => picked(provider, model))
      .flatMap((model) =>
        model.prices.map((dated) => [
          provider.id,
          model.id,
          ...columns.map((kind) => rateText(dated.rates[rateKinds[kind].key])),
          [whenText(dated), restText(dated), tiersText({ ...provider.serviceTiers, ...model.serviceTiers })]
            .filter((text) => text !== "")
            .join(" · "),
        ]),
      ),
  );
};

/** Rows under their header, each column as wide as its widest cell. */
export const columnsText = (rows: readonly (readonly string[])[]): string => {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, index) => Math.max(most[index] ?? 0, cell.length)),
    [],
  );
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
};
