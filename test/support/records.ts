import type { Export } from "../../src/traffic/batch.ts";
import { type KeyValue, nanos, text } from "../../src/traffic/otlp.ts";
import { seeded } from "../../src/traffic/random.ts";

/** Single OTLP records in whatever shape a proxy gives them. */
export type SpanParts = {
  readonly name?: string;
  readonly kind?: number;
  readonly attributes?: readonly KeyValue[];
  readonly traceId?: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly scope?: string;
};

const random = seeded(11);
const now = (): string => nanos(Date.now() * 1000);

/** Attributes as plain data: text stays text, whole numbers are integers, others doubles. */
export const attributes = (values: { readonly [key: string]: string | number | readonly string[] }): KeyValue[] =>
  Object.entries(values).map(([key, value]) => {
    if (typeof value === "string") return text(key, value);
    if (typeof value === "number")
      return { key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } };
    return { key, value: { arrayValue: { values: value.map((item) => ({ stringValue: item })) } } };
  });

export const span = (resource: readonly KeyValue[], { scope, ...parts }: SpanParts = {}): Export =>
  ({
    path: "/v1/traces",
    items: 1,
    body: {
      resourceSpans: [
        {
          resource: { attributes: resource },
          scopeSpans: [
            {
              scope: scope === undefined ? {} : { name: scope },
              spans: [
                {
                  traceId: random.hex(32),
                  spanId: random.hex(16),
                  name: "ingress",
                  kind: 2,
                  flags: 257,
                  startTimeUnixNano: now(),
                  endTimeUnixNano: now(),
                  attributes: [],
                  status: {},
                  ...parts,
                },
              ],
            },
          ],
        },
      ],
    },
  }) as Export;

/** Log records under one resource. */
export const logs = (resource: readonly KeyValue[], records: readonly (readonly KeyValue[])[], body = ""): Export =>
  ({
    path: "/v1/logs",
    items: records.length,
    body: {
      resourceLogs: [
        {
          resource: { attributes: resource },
          scopeLogs: [
            {
              scope: {},
              logRecords: records.map((record) => ({
                timeUnixNano: now(),
                body: body === "" ? {} : { stringValue: body },
                attributes: record,
              })),
            },
          ],
        },
      ],
    },
  }) as Export;

export const log = (resource: readonly KeyValue[], record: readonly KeyValue[], body = ""): Export =>
  logs(resource, [record], body);

export type Family = {
  readonly name: string;
  readonly points: readonly { readonly value: number; readonly attributes: readonly KeyValue[] }[];
};

/** Cumulative counters under one resource. */
export const counters = (resource: readonly KeyValue[], families: readonly Family[]): Export =>
  ({
    path: "/v1/metrics",
    items: families.reduce((sum, { points }) => sum + points.length, 0),
    body: {
      resourceMetrics: [
        {
          resource: { attributes: resource },
          scopeMetrics: [
            {
              scope: {},
              metrics: families.map(({ name, points }) => ({
                name,
                sum: {
                  aggregationTemporality: 2,
                  isMonotonic: true,
                  dataPoints: points.map(({ value, attributes }) => ({
                    asInt: String(value),
                    timeUnixNano: now(),
                    startTimeUnixNano: now(),
                    attributes,
                  })),
                },
              })),
            },
          ],
        },
      ],
    },
  }) as Export;
