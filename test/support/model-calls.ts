import type { Export } from "../../src/traffic/batch.ts";
import {
  int,
  type KeyValue,
  type LogRecord,
  type Resource,
  type Span,
  spanKind,
  text,
} from "../../src/traffic/otlp.ts";
import { seeded } from "../../src/traffic/random.ts";

const random = seeded(11);

/** A moment as OTLP writes it. */
export const nanosOf = (at: Date): string => `${at.getTime()}000000`;

/** A resource that says it is Gateway `ns/<name>`. */
export const gatewayResource = (name: string, ...more: readonly KeyValue[]): Resource => ({
  attributes: [text("k8s.gateway.name", name), text("k8s.gateway.namespace", "ns"), ...more],
});

export type SpanParts = {
  readonly at?: Date;
  readonly seconds?: number;
  readonly kind?: number;
  readonly status?: Span["status"];
  readonly name?: string;
};

/** A span with these attributes; a client's, of one second, now, unless said otherwise. */
export const spanOf = (attributes: readonly KeyValue[], parts: SpanParts = {}): Span => {
  const { at = new Date(), seconds = 1, kind = spanKind.client, status = {}, name = "chat" } = parts;
  return {
    traceId: random.hex(32),
    spanId: random.hex(16),
    flags: 0x101,
    name,
    kind,
    startTimeUnixNano: nanosOf(at),
    endTimeUnixNano: nanosOf(new Date(at.getTime() + seconds * 1000)),
    attributes,
    status,
  };
};

export const logOf = (attributes: readonly KeyValue[], at = new Date()): LogRecord => ({
  timeUnixNano: nanosOf(at),
  body: {},
  attributes,
});

export const tracesExport = (resource: Resource, spans: readonly Span[], scope = "proxy"): Export => ({
  path: "/v1/traces",
  items: spans.length,
  body: { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: scope }, spans }] }] },
});

export const logsExport = (resource: Resource, logs: readonly LogRecord[]): Export => ({
  path: "/v1/logs",
  items: logs.length,
  body: { resourceLogs: [{ resource, scopeLogs: [{ scope: {}, logRecords: logs }] }] },
});

/** Items in parts of at most `size`. */
export const inParts = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** Attributes of a call in the conventions' own words; absent counts are left out. */
export const callAttributes = (
  provider: string,
  model: string,
  counts: { readonly [attribute: string]: number | undefined },
): readonly KeyValue[] => [
  text("gen_ai.operation.name", "chat"),
  text("gen_ai.provider.name", provider),
  text("gen_ai.request.model", model),
  ...Object.entries(counts).flatMap(([key, value]) => (value === undefined ? [] : [int(key, value)])),
];

/** Draft-dialect policy on Gateway `ns/<name>` with `metrics` below it, each line as written. */
export const metricsPolicy = (
  name: string,
  lines: readonly string[],
): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: ${name}, namespace: ns}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: ${name}}
  metrics:
    enabled: true
    provider: {type: Prometheus}
${lines.map((line) => `    ${line}`).join("\n")}
`;
