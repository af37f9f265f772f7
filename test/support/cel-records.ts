import fc from "fast-check";
import type { AnyValue, KeyValue } from "../../src/traffic/otlp.ts";
import { headerNames, headerValues, integers, texts } from "./cel-arbitrary.ts";

/** Where a record says what an expression calls by this name. */
const keys: { readonly [name: string]: string } = {
  "request.path": "http.target",
  "request.url_path": "url.path",
  "request.query": "url.query",
  "request.host": "server.address",
  "request.scheme": "url.scheme",
  "request.method": "http.request.method",
  "request.useragent": "user_agent.original",
  "request.protocol": "network.protocol",
  "response.code_details": "envoy.response.code_details",
  "upstream.address": "envoy.upstream.address",
  "xds.cluster_name": "envoy.cluster.name",
  "gen_ai.request.model": "gen_ai.request.model",
  "gen_ai.provider.name": "gen_ai.provider.name",
  "request.size": "http.request.body.size",
  "response.size": "http.response.body.size",
  "response.code": "http.response.status_code",
  "response.grpc_status": "rpc.grpc.status_code",
  "gen_ai.usage.input_tokens": "gen_ai.usage.input_tokens",
  "gen_ai.usage.output_tokens": "gen_ai.usage.output_tokens",
  "upstream.port": "envoy.upstream.port",
};

type Value = AnyValue | Record<string, never>;

const text = (value: string): Value => ({ stringValue: value });
const list = (...values: readonly AnyValue[]): Value => ({ arrayValue: { values } });

/** Values of another type than is meant, null among them. */
const unfit = (meant: "text" | "integer"): fc.Arbitrary<Value> =>
  fc.constantFrom<Value>(
    {},
    { boolValue: true },
    { doubleValue: 200.5 },
    list({ stringValue: "GET" }),
    ...(meant === "text" ? [{ intValue: "200" }] : [{ stringValue: "abc" }, { stringValue: "200" }]),
  );

const maybe = <T>(arbitrary: fc.Arbitrary<T>, weight = 6): fc.Arbitrary<T | null> =>
  fc.oneof({ weight, arbitrary }, { weight: 2, arbitrary: fc.constant(null) });

export type CelRecord = { readonly [key: string]: Value };

const field = (
  key: string,
  values: fc.Arbitrary<Value>,
  meant: "text" | "integer",
): [string, fc.Arbitrary<Value | null>] => [
  key,
  maybe(fc.oneof({ weight: 5, arbitrary: values }, { weight: 1, arbitrary: unfit(meant) })),
];

const fields: readonly [string, fc.Arbitrary<Value | null>][] = [
  ...Object.entries(texts).map(([name, values]) =>
    field(keys[name] ?? name, fc.constantFrom(...values).map(text), "text"),
  ),
  ...Object.entries(integers).map(([name, values]) =>
    field(
      keys[name] ?? name,
      fc.constantFrom(...values).map((value): Value => ({ intValue: value })),
      "integer",
    ),
  ),
  ...["request", "response"].flatMap((side) =>
    [...headerNames, "x-request-id", "referer", "content_type"].map((name) =>
      field(
        `http.${side}.header.${name}`,
        fc.oneof(
          fc.constantFrom(...headerValues, "-").map(text),
          fc
            .array(fc.constantFrom(...headerValues), { minLength: 1, maxLength: 3 })
            .map((values) => list(...values.map((stringValue) => ({ stringValue })))),
        ),
        "text",
      ),
    ),
  ),
  field(
    "http.server.request.duration",
    fc.constantFrom<Value>(
      { doubleValue: 0.25 },
      { doubleValue: 1.5 },
      { doubleValue: 0.001 },
      { intValue: "60" },
      { doubleValue: 0.2500001 },
    ),
    "text",
  ),
  field(
    "envoy.response.flags",
    fc.boolean().map((boolValue): Value => ({ boolValue })),
    "integer",
  ),
];

/** One access-log record, attribute by attribute: right, absent, null, or of another type. */
export const celRecord: fc.Arbitrary<CelRecord> = fc
  .tuple(...fields.map(([, arbitrary]) => arbitrary))
  .map((values) =>
    Object.fromEntries(values.flatMap((value, index) => (value === null ? [] : [[fields[index]?.[0] ?? "", value]]))),
  );

export const attributesOfRecord = (record: CelRecord): readonly KeyValue[] =>
  Object.entries(record).map(([key, value]) => ({ key, value: value as AnyValue }));

const textAt = (record: CelRecord, key: string): string | null => {
  const value = record[key];
  return value !== undefined && "stringValue" in value && typeof value.stringValue === "string"
    ? value.stringValue
    : null;
};

const isThere = (record: CelRecord, key: string): boolean => Object.keys(record[key] ?? {}).length > 0;

/** What CEL sees of a record: a value that is absent, null or of another type is not there. Integers are texts. */
export type CelView = {
  readonly texts: { readonly [name: string]: string };
  readonly integers: { readonly [name: string]: string };
  readonly headers: {
    readonly request: { readonly [name: string]: string };
    readonly response: { readonly [name: string]: string };
  };
  /** Nanoseconds. */
  readonly duration: string | null;
  readonly flags: boolean | null;
};

export const viewOf = (record: CelRecord): CelView => {
  const seen: Record<string, string> = {};
  for (const name of Object.keys(texts)) {
    const found = textAt(record, keys[name] ?? name);
    if (found !== null) seen[name] = found;
  }
  // Without a target of its own, it is the path and the query.
  if (!isThere(record, "http.target")) {
    const [path, query] = [textAt(record, "url.path"), textAt(record, "url.query")];
    if (path !== null) seen["request.path"] = query === null || query === "" ? path : `${path}?${query}`;
  }
  // Without a query of its own, it is what follows the target's question mark.
  const target = seen["request.path"];
  if (!isThere(record, "url.query") && target !== undefined)
    seen["request.query"] = target.split("?").slice(1).join("?");
  const whole: Record<string, string> = {};
  for (const name of Object.keys(integers)) {
    const value = record[keys[name] ?? name];
    if (value !== undefined && "intValue" in value && typeof value.intValue === "string") whole[name] = value.intValue;
  }
  const header = (side: string, name: string): [string, string][] => {
    const value = record[`http.${side}.header.${name}`];
    const one = textAt(record, `http.${side}.header.${name}`);
    if (one !== null) return one === "-" ? [] : [[name, one]];
    if (value === undefined || !("arrayValue" in value)) return [];
    return [
      [
        name,
        (value.arrayValue as { values: readonly { stringValue: string }[] }).values
          .map(({ stringValue }) => stringValue)
          .join(","),
      ],
    ];
  };
  const names = [...headerNames, "x-request-id", "referer", "content_type"];
  const duration = record["http.server.request.duration"];
  const seconds =
    duration === undefined
      ? null
      : "doubleValue" in duration
        ? duration.doubleValue
        : "intValue" in duration
          ? Number(duration.intValue)
          : null;
  const flags = record["envoy.response.flags"];
  const request = Object.fromEntries(names.flatMap((name) => header("request", name)));
  for (const [name, from] of [
    ["request.id", "x-request-id"],
    ["request.referer", "referer"],
  ] as const)
    if (request[from] !== undefined) seen[name] = request[from];
  return {
    texts: seen,
    integers: whole,
    headers: { request, response: Object.fromEntries(names.flatMap((name) => header("response", name))) },
    duration: seconds === null ? null : String(Math.round(Number(seconds) * 1e9)),
    flags: flags !== undefined && "boolValue" in flags && typeof flags.boolValue === "boolean" ? flags.boolValue : null,
  };
};
