import type { Rate } from "../../../src/policy/types.ts";
import type { Metric } from "../../../src/traffic/otlp.ts";
import { attributesOf, type Received } from "../../support/sink.ts";
import type { Sent } from "./client.ts";

type Attributed = { readonly attributes: Parameters<typeof attributesOf>[0]["attributes"] };
type Values = { readonly [key: string]: unknown };

/** A record as plain data, with the number of the request that it is about. */
export type Observed<T> = {
  readonly record: T;
  readonly resource: Values;
  readonly values: Values;
  /** null: it is about no request, such as the log of a connection. */
  readonly seq: number | null;
};

const numberIn = (path: unknown): number | null => {
  const [, seq] = /[?&]seq=(\d+)/.exec(String(path)) ?? [];
  return seq === undefined ? null : Number(seq);
};

/** Records whose resource has the value at the key. */
export const observed = <T extends Attributed>(
  received: readonly Received<T>[],
  of?: readonly [key: string, value: string],
): readonly Observed<T>[] =>
  received
    .map(({ resource, record }) => {
      const values = attributesOf(record);
      const path = values["x-envoy-origin-path"] ?? values["http.url"];
      return { record, resource: attributesOf(resource), values, seq: numberIn(path) };
    })
    .filter(({ resource }) => of === undefined || resource[of[0]] === of[1]);

/** The one record of each request, by its number; fails where a request has two. */
export const bySeq = <T>(records: readonly Observed<T>[]): ReadonlyMap<number, Observed<T>> => {
  const map = new Map<number, Observed<T>>();
  for (const each of records) {
    if (each.seq === null) continue;
    if (map.has(each.seq)) throw new Error(`request ${each.seq} has two records: ${JSON.stringify(each.values)}`);
    map.set(each.seq, each);
  }
  return map;
};

/** OpenTelemetry's consistent probability sampling, computed apart from the program's: 56 bits of the trace id. */
export const isKept = (traceId: string, { numerator, denominator }: Rate): boolean =>
  BigInt(`0x${traceId.slice(18)}`) * BigInt(denominator) >= 2n ** 56n * BigInt(denominator - numerator);

export type Histogram = { readonly sum: number; readonly count: number };

/** The fullest state of every series of a histogram, of the points whose attributes include these; it need not come last. */
export const histograms = (
  metrics: readonly Received<Metric>[],
  name: string,
  labels: Values,
): readonly Histogram[] => {
  const series = new Map<string, Histogram>();
  for (const { record } of metrics) {
    if (record.name !== name) continue;
    const { dataPoints } = (record as unknown as { readonly histogram: { readonly dataPoints: readonly Point[] } })
      .histogram;
    for (const { attributes = [], sum, count } of dataPoints) {
      const values = attributesOf({ attributes });
      if (Object.entries(labels).every(([key, value]) => values[key] === value)) {
        const before = series.get(JSON.stringify(values))?.count ?? 0;
        if (Number(count) > before) series.set(JSON.stringify(values), { sum, count: Number(count) });
      }
    }
  }
  return [...series.values()];
};

type Point = { readonly attributes?: Attributed["attributes"]; readonly sum: number; readonly count: string };

export const tally = <T>(items: readonly T[], keyOf: (item: T) => string): { readonly [key: string]: number } => {
  const counts: { [key: string]: number } = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
};

/** Whether a proxy that obeys its caller records a span of the request. */
export const isTraced = ({ wish }: Sent): boolean => wish.parent !== "unsampled";
