/** OTLP as JSON (opentelemetry-proto, "JSON Protobuf Encoding"): lower camel case, hex ids, 64-bit integers as text. */
export type AnyValue =
  | { readonly stringValue: string }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly boolValue: boolean }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } }
  | { readonly kvlistValue: { readonly values: readonly KeyValue[] } };

export type KeyValue = { readonly key: string; readonly value: AnyValue };

export type Resource = { readonly attributes: readonly KeyValue[] };
export type Scope = { readonly name?: string; readonly version?: string };

export type Span = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly status: { readonly code?: number; readonly message?: string };
};

export type LogRecord = {
  readonly timeUnixNano: string;
  readonly body: AnyValue | Record<string, never>;
  readonly attributes: readonly KeyValue[];
  readonly traceId?: string;
  readonly spanId?: string;
};

export type NumberPoint = {
  readonly attributes?: readonly KeyValue[];
  readonly startTimeUnixNano?: string;
  readonly timeUnixNano: string;
  readonly asInt: string;
};

export type Metric = {
  readonly name: string;
  readonly sum: {
    readonly dataPoints: readonly NumberPoint[];
    readonly aggregationTemporality: 1 | 2;
    readonly isMonotonic: boolean;
  };
};

export type ResourceSpans = {
  readonly resource: Resource;
  readonly scopeSpans: readonly { readonly scope: Scope; readonly spans: readonly Span[] }[];
};
export type ResourceLogs = {
  readonly resource: Resource;
  readonly scopeLogs: readonly { readonly scope: Scope; readonly logRecords: readonly LogRecord[] }[];
};
export type ResourceMetrics = {
  readonly resource: Resource;
  readonly scopeMetrics: readonly { readonly scope: Scope; readonly metrics: readonly Metric[] }[];
};

export type TracesBody = { readonly resourceSpans: readonly ResourceSpans[] };
export type LogsBody = { readonly resourceLogs: readonly ResourceLogs[] };
export type MetricsBody = { readonly resourceMetrics: readonly ResourceMetrics[] };

/** SpanKind and status numbers of opentelemetry-proto `trace.proto`. */
export const spanKind = { internal: 1, server: 2, client: 3 } as const;
export const statusError = 2;

/** `flags` as Envoy 1.40 writes them: sampled (1), "remote bit is known" (0x100), and remote (0x200). */
export const flags = { local: 0x101, remoteParent: 0x301 } as const;

export const text = (key: string, value: string): KeyValue => ({ key, value: { stringValue: value } });
export const int = (key: string, value: number): KeyValue => ({ key, value: { intValue: String(value) } });
/** Semantic conventions write headers as arrays: a header may occur more than once. */
export const texts = (key: string, values: readonly string[]): KeyValue => ({
  key,
  value: { arrayValue: { values: values.map((value) => ({ stringValue: value })) } },
});

/** Attributes that are there, in order; null ones are left out. */
export const present = (...attributes: readonly (KeyValue | null)[]): readonly KeyValue[] =>
  attributes.filter((attribute) => attribute !== null);

export const nanos = (microseconds: number): string => `${microseconds}000`;
