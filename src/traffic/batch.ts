import { canonicalJson, type Json } from "../base/canonical.ts";
import type { LogsBody, MetricsBody, Resource, Scope, TracesBody } from "./otlp.ts";
import { spanKind } from "./otlp.ts";
import type { Records } from "./source.ts";

/** One OTLP/HTTP export request. `items` counts spans, log records or data points. */
export type Export =
  | { readonly path: "/v1/traces"; readonly items: number; readonly body: TracesBody }
  | { readonly path: "/v1/logs"; readonly items: number; readonly body: LogsBody }
  | { readonly path: "/v1/metrics"; readonly items: number; readonly body: MetricsBody };

/** Groups of equal resource and scope become one, in order of first appearance, as exporters batch. */
const merge = <T>(
  groups: readonly { readonly resource: Resource; readonly scope: Scope; readonly items: readonly T[] }[],
): readonly { readonly resource: Resource; readonly scope: Scope; readonly items: readonly T[] }[] => {
  const merged = new Map<string, { resource: Resource; scope: Scope; items: T[] }>();
  for (const { resource, scope, items } of groups) {
    const key = canonicalJson([resource, scope] satisfies Json);
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { resource, scope, items: [...items] });
    else known.items.push(...items);
  }
  return [...merged.values()];
};

const countOf = (groups: readonly { readonly items: readonly unknown[] }[]): number =>
  groups.reduce((sum, { items }) => sum + items.length, 0);

/** The export requests for these records: at most one for spans and one for logs. */
export const exportsOf = (records: readonly Records[]): readonly Export[] => {
  const spans = merge(records.flatMap((r) => r.spans.map((group) => ({ ...group, items: group.spans }))));
  const logs = merge(records.flatMap((r) => r.logs.map((group) => ({ ...group, items: group.logs }))));
  const exports: Export[] = [];
  if (spans.length > 0) {
    const resourceSpans = spans.map(({ resource, scope, items }) => ({
      resource,
      scopeSpans: [{ scope, spans: items }],
    }));
    exports.push({ path: "/v1/traces", items: countOf(spans), body: { resourceSpans } });
  }
  if (logs.length > 0) {
    const resourceLogs = logs.map(({ resource, scope, items }) => ({
      resource,
      scopeLogs: [{ scope, logRecords: items }],
    }));
    exports.push({ path: "/v1/logs", items: countOf(logs), body: { resourceLogs } });
  }
  return exports;
};

/** Child spans apart from the rest: a child often arrives in an earlier request than its parent, because it ends first. */
export const splitChildren = (records: Records): readonly [children: Records, rest: Records] => {
  const part = (wanted: boolean): Records["spans"] =>
    records.spans
      .map((group) => ({ ...group, spans: group.spans.filter((span) => (span.kind === spanKind.client) === wanted) }))
      .filter((group) => group.spans.length > 0);
  return [
    { spans: part(true), logs: [] },
    { spans: part(false), logs: records.logs },
  ];
};

/** Metrics as an export request. */
export const metricsExport = (body: MetricsBody): Export => ({
  path: "/v1/metrics",
  items: body.resourceMetrics
    .flatMap((r) => r.scopeMetrics)
    .flatMap((s) => s.metrics)
    .reduce((sum, metric) => sum + metric.sum.dataPoints.length, 0),
  body,
});
