import type { Sample } from "../../collector/metrics-text.ts";
import type { AnyValue, KeyValue, LogRecord, Metric, Resource, Span } from "../../traffic/otlp.ts";
import type { Plain } from "./test-file.ts";

/** A record as tests see it: the attributes of its resource and its own, which win, as text, numbers and booleans. */
export type Seen = ReadonlyMap<string, Plain>;

/**
 * What came out of the Collector, by kind; a metric is one per series, with its newest value, under the name that its sink
 * sees: `http.server.request.count` by OTLP, `http_server_request_count_total` at the Prometheus endpoint.
 */
export type CameOut = {
  readonly spans: readonly Seen[];
  readonly logs: readonly Seen[];
  /** Access-log lines: the fields of JSON in their order, or `line` for text. */
  readonly lines: readonly Seen[];
  readonly metrics: readonly { readonly seen: Seen; readonly value: number }[];
};

type Group<T extends string, R> = { readonly resource?: Resource } & { readonly [key in T]?: readonly R[] };
type Body = {
  readonly resourceSpans?: readonly Group<"scopeSpans", { readonly spans?: readonly Span[] }>[];
  readonly resourceLogs?: readonly Group<"scopeLogs", { readonly logRecords?: readonly LogRecord[] }>[];
  readonly resourceMetrics?: readonly Group<"scopeMetrics", { readonly metrics?: readonly Metric[] }>[];
};

/** From the bodies of export requests, in order of arrival, the lines on standard output, and the Prometheus endpoint. */
export const cameOut = (bodies: readonly object[], lines: readonly string[], scraped: readonly Sample[]): CameOut => {
  const spans: Seen[] = [];
  const logs: Seen[] = [];
  const series = new Map<string, { seen: Seen; value: number }>();
  for (const body of bodies as readonly Body[]) {
    for (const { resource, scopeSpans = [] } of body.resourceSpans ?? [])
      for (const span of scopeSpans.flatMap((scope) => scope.spans ?? []))
        spans.push(new Map([["name", span.name ?? ""], ...attributes(resource), ...attributes(span)]));
    for (const { resource, scopeLogs = [] } of body.resourceLogs ?? [])
      for (const log of scopeLogs.flatMap((scope) => scope.logRecords ?? []))
        logs.push(new Map([...bodyOf(log), ...attributes(resource), ...attributes(log)]));
    for (const { resource, scopeMetrics = [] } of body.resourceMetrics ?? [])
      for (const metric of scopeMetrics.flatMap((scope) => scope.metrics ?? [])) addPoints(series, resource, metric);
  }
  const pulled = scraped.map(({ name, labels, value }) => ({
    seen: new Map<string, Plain>([["name", name], ...labels]),
    value,
  }));
  return { spans, logs, lines: lines.map(lineOf), metrics: [...series.values(), ...pulled] };
};

type Point = {
  readonly attributes?: readonly KeyValue[];
  readonly asInt?: string | number;
  readonly asDouble?: number;
  /** Of a histogram. */
  readonly count?: string | number;
};
type Points = {
  readonly dataPoints?: readonly Point[];
  readonly aggregationTemporality?: unknown;
};

const addPoints = (
  series: Map<string, { seen: Seen; value: number }>,
  resource: Resource | undefined,
  metric: Metric,
): void => {
  const kinds = Object.values<unknown>(metric).filter((value) => isPoints(value));
  for (const { dataPoints = [], aggregationTemporality } of kinds)
    for (const point of dataPoints) {
      const seen: Seen = new Map([["name", metric.name], ...attributes(resource), ...attributes(point)]);
      const key = JSON.stringify([...seen]);
      const value = Number(point.count ?? point.asInt ?? point.asDouble ?? 0);
      // 1 is delta: such points add up; of the others the newest counts.
      const before = aggregationTemporality === 1 ? (series.get(key)?.value ?? 0) : 0;
      series.set(key, { seen, value: before + value });
    }
};

const isPoints = (value: unknown): value is Points =>
  typeof value === "object" && value !== null && "dataPoints" in value;

const attributes = (
  holder: { readonly attributes?: readonly KeyValue[] } | undefined,
): readonly (readonly [string, Plain])[] => (holder?.attributes ?? []).map(({ key, value }) => [key, plain(value)]);

const bodyOf = (log: LogRecord): readonly (readonly [string, Plain])[] =>
  Object.keys(log.body ?? {}).length === 0 ? [] : [["body", plain(log.body as AnyValue)]];

const plain = (value: AnyValue): Plain => {
  if ("stringValue" in value) return value.stringValue;
  if ("intValue" in value) return Number(value.intValue);
  if ("doubleValue" in value) return value.doubleValue;
  if ("boolValue" in value) return value.boolValue;
  if ("arrayValue" in value) {
    const items = (value.arrayValue.values ?? []).map(plain);
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : JSON.stringify(items);
  }
  return JSON.stringify(value);
};

const lineOf = (line: string): Seen => {
  try {
    const fields: unknown = JSON.parse(line);
    if (typeof fields === "object" && fields !== null && !Array.isArray(fields))
      return new Map(
        Object.entries(fields).map(([key, value]) => [key, typeof value === "object" ? JSON.stringify(value) : value]),
      );
  } catch {
    // a line of text
  }
  return new Map([["line", line]]);
};
