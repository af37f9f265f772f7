import { once } from "node:events";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import type { KeyValue, LogRecord, Metric, Resource, Scope, Span } from "../../src/traffic/otlp.ts";

/** A record together with the resource and scope it came under. */
export type Received<T> = { readonly resource: Resource; readonly scope: Scope; readonly record: T };

/** What the sink does with a request: the status it answers, after a delay. Records of refused requests are not kept. */
export type SinkBehaviour = { readonly delayMs?: number; readonly status?: number };

export type Sink = {
  readonly url: string;
  readonly port: number;
  readonly spans: Received<Span>[];
  readonly logs: Received<LogRecord>[];
  readonly metrics: Received<Metric>[];
  /** Requests by path, refused ones included; and their headers, newest last. */
  readonly requests: {
    readonly path: string;
    readonly headers: NodeJS.Dict<string | string[]>;
    readonly accepted: boolean;
  }[];
  behave(behaviour: SinkBehaviour): void;
  clear(): void;
  close(): Promise<void>;
};

type Body = {
  readonly resourceSpans?: readonly {
    resource?: Resource;
    scopeSpans?: readonly { scope?: Scope; spans?: readonly Span[] }[];
  }[];
  readonly resourceLogs?: readonly {
    resource?: Resource;
    scopeLogs?: readonly { scope?: Scope; logRecords?: readonly LogRecord[] }[];
  }[];
  readonly resourceMetrics?: readonly {
    resource?: Resource;
    scopeMetrics?: readonly { scope?: Scope; metrics?: readonly Metric[] }[];
  }[];
};

/** The Collector leaves empty lists out of its JSON; tests should not have to care. */
const under = <T extends object>(
  resource: Resource | undefined,
  scope: Scope | undefined,
  records: readonly T[] | undefined,
): Received<T>[] =>
  (records ?? []).map((record) => ({
    resource: { ...resource, attributes: resource?.attributes ?? [] },
    scope: scope ?? {},
    record: "attributes" in record || "sum" in record || "name" in record ? withAttributes(record) : record,
  }));

const withAttributes = <T extends object>(record: T): T => ({ attributes: [], ...record });

/** An OTLP/HTTP receiver for JSON (plain or gzip) on a free loopback port that remembers everything. */
export const startSink = async (initial: SinkBehaviour = {}, port = 0): Promise<Sink> => {
  let behaviour = initial;
  const spans: Received<Span>[] = [];
  const logs: Received<LogRecord>[] = [];
  const metrics: Received<Metric>[] = [];
  const requests: Sink["requests"] = [];

  const keep = (body: Body): void => {
    for (const r of body.resourceSpans ?? [])
      for (const s of r.scopeSpans ?? []) spans.push(...under(r.resource, s.scope, s.spans));
    for (const r of body.resourceLogs ?? [])
      for (const s of r.scopeLogs ?? []) logs.push(...under(r.resource, s.scope, s.logRecords));
    for (const r of body.resourceMetrics ?? [])
      for (const s of r.scopeMetrics ?? [])
        for (const record of s.metrics ?? [])
          metrics.push({ resource: r.resource ?? { attributes: [] }, scope: s.scope ?? {}, record });
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { delayMs = 0, status = 200 } = behaviour;
      const answer = (): void => {
        const raw = Buffer.concat(chunks);
        const isJson = (request.headers["content-type"] ?? "").startsWith("application/json");
        const accepted = status < 300 && isJson;
        requests.push({ path: request.url ?? "", headers: request.headers, accepted });
        if (accepted)
          keep(JSON.parse(String(request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw)) as Body);
        response.writeHead(accepted ? 200 : isJson ? status : 415, { "content-type": "application/json" });
        response.end("{}");
      };
      if (delayMs === 0) answer();
      else setTimeout(answer, delayMs).unref(); // a closed sink answers nobody
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the sink has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    spans,
    logs,
    metrics,
    requests,
    behave: (next) => {
      behaviour = next;
    },
    clear: () => {
      for (const list of [spans, logs, metrics, requests]) list.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** An attribute's value as plain data, or undefined. 64-bit integers become numbers. */
export const attributeOf = (holder: { readonly attributes: readonly KeyValue[] }, key: string): unknown => {
  const value = holder.attributes.find((attribute) => attribute.key === key)?.value;
  if (value === undefined) return undefined;
  if ("intValue" in value) return Number(value.intValue);
  if ("arrayValue" in value)
    return value.arrayValue.values.map((item) => attributeOf({ attributes: [{ key, value: item }] }, key));
  return Object.values(value)[0];
};

/** All attributes as one plain object. */
export const attributesOf = (holder: {
  readonly attributes: readonly KeyValue[];
}): { readonly [key: string]: unknown } =>
  Object.fromEntries(holder.attributes.map(({ key }) => [key, attributeOf(holder, key)]));

/** The attribute `mark`, which `markPolicy` sets, of the span that came last. */
export const lastMark = (sink: Pick<Sink, "spans">): unknown =>
  attributeOf(sink.spans.at(-1)?.record ?? { attributes: [] }, "mark");
