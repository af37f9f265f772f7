import { byText } from "../base/order.ts";
import { type LabelsOf, type MetricName, metricNames, type NamesOf, rowOf } from "./names.ts";

export type Labels = { readonly [label: string]: string };

/** One series: a value, and for histograms how the observations are spread. */
export type Series = {
  readonly labels: Labels;
  readonly value: number;
  /** Observations at or below each bound of the table, cumulative, and their number in all. */
  readonly histogram?: { readonly buckets: readonly number[]; readonly count: number };
};

/** The values of the agent's metrics, in this process alone, so that `/metrics` needs no SDK. */
export type Registry = {
  readonly increment: <N extends NamesOf<"counter">>(name: N, labels: LabelsOf<N>, by?: number) => void;
  readonly set: <N extends NamesOf<"gauge">>(name: N, labels: LabelsOf<N>, value: number) => void;
  /** All series of a metric at once: those not given are gone. For counters that somebody else counts, too. */
  readonly replace: <N extends NamesOf<"gauge" | "counter">>(
    name: N,
    series: readonly { readonly labels: LabelsOf<N>; readonly value: number }[],
  ) => void;
  readonly observe: <N extends NamesOf<"histogram">>(name: N, labels: LabelsOf<N>, value: number) => void;
  /** In the order of their labels. */
  readonly series: (name: MetricName) => readonly Series[];
};

/** Above it, further values of labels that no list bounds are counted together as `other`. */
const maxSeries = 5000;
const overflow = "other";

type Cell = { labels: Labels; value: number; buckets: number[]; count: number };

export const createRegistry = (limit = maxSeries): Registry => {
  const metrics = new Map<MetricName, Map<string, Cell>>(metricNames.map((name) => [name, new Map()]));

  const cellsOf = (name: MetricName): Map<string, Cell> => {
    const cells = metrics.get(name) ?? new Map<string, Cell>();
    metrics.set(name, cells);
    return cells;
  };
  // `typed` is some LabelsOf<N>: strings by name, which a mapped type over an open N cannot show.
  const cellOf = (name: MetricName, typed: object): Cell => {
    const given: Labels = { ...typed };
    const cells = cellsOf(name);
    const known = cells.get(keyOf(given));
    if (known !== undefined) return known;
    const labels = cells.size < limit ? given : withoutFreeLabels(name, given);
    const key = keyOf(labels);
    const cell = cells.get(key) ?? { labels, value: 0, buckets: (rowOf(name).buckets ?? []).map(() => 0), count: 0 };
    cells.set(key, cell);
    return cell;
  };
  // A metric without labels has one series from the start: a dashboard can tell 0 from nobody there.
  for (const name of metricNames) {
    if (Object.keys(rowOf(name).labels).length === 0 && rowOf(name).type !== "gauge") cellOf(name, {});
  }

  return {
    increment: (name, labels, by = 1) => {
      cellOf(name, labels).value += by;
    },
    set: (name, labels, value) => {
      cellOf(name, labels).value = value;
    },
    replace: (name, series) => {
      cellsOf(name).clear();
      for (const { labels, value } of series) cellOf(name, labels).value += value;
    },
    observe: (name, labels, value) => {
      const cell = cellOf(name, labels);
      const bounds = rowOf(name).buckets ?? [];
      cell.value += value;
      cell.count += 1;
      for (const [i, bound] of bounds.entries()) if (value <= bound) cell.buckets[i] = (cell.buckets[i] ?? 0) + 1;
    },
    series: (name) =>
      [...cellsOf(name)]
        .sort(([a], [b]) => byText(a, b))
        .map(([, { labels, value, buckets, count }]) =>
          rowOf(name).type === "histogram"
            ? { labels, value, histogram: { buckets: [...buckets], count } }
            : { labels, value },
        ),
  };
};

const keyOf = (labels: Labels): string =>
  Object.entries(labels)
    .sort(([a], [b]) => byText(a, b))
    .flat()
    .join("\0");

const withoutFreeLabels = (name: MetricName, labels: Labels): Labels =>
  Object.fromEntries(
    Object.entries(labels).map(([label, value]) => [
      label,
      typeof rowOf(name).labels[label] === "string" ? overflow : value,
    ]),
  );
