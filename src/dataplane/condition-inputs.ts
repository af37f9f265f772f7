import { isResponseHeader } from "./envoy-fields.ts";
import type { DataPlaneProfile, Signal } from "./profile.ts";

/**
 * Values that only conditions ask for, so that they are derived on demand and not for every record: canonical key,
 * where a record has it, and how it is read there.
 */
export type InputAlias = {
  readonly to: string;
  readonly from: string;
  readonly as: "text" | "integer" | "portOfAddress" | "targetOfUrl" | "schemeOfUrl" | "anyFlag" | "httpVersion";
};

const texts = (...pairs: readonly (readonly [to: string, from: string])[]): readonly InputAlias[] =>
  pairs.map(([to, from]) => ({ to, from, as: "text" }));

/** Of a whole URL. */
const partsOfUrl = (from: string): readonly InputAlias[] => [
  { to: "http.target", from, as: "targetOfUrl" },
  { to: "url.scheme", from, as: "schemeOfUrl" },
];

/** Command operators under the keys of Envoy Gateway's and Istio's default JSON formats. */
const envoyLogs: readonly InputAlias[] = [
  ...texts(
    ["http.target", "x-envoy-origin-path"],
    ["http.target", "path"],
    ["url.scheme", ":scheme"],
    ["url.scheme", "scheme"],
    ["network.protocol", "protocol"],
    ["envoy.response.code_details", "response_code_details"],
    ["envoy.source.address", "downstream_remote_address"],
    ["envoy.destination.address", "downstream_local_address"],
    ["envoy.upstream.address", "upstream_host"],
    ["envoy.upstream.local_address", "upstream_local_address"],
    ["envoy.upstream.transport_failure_reason", "upstream_transport_failure_reason"],
    ["tls.client.server_name", "requested_server_name"],
    ["envoy.connection.termination_details", "connection_termination_details"],
    ["envoy.cluster.name", "upstream_cluster"],
    ["envoy.route.name", "route_name"],
  ),
  { to: "envoy.response.flags", from: "response_flags", as: "anyFlag" },
  { to: "rpc.grpc.status_code", from: "grpc_status_number", as: "integer" },
  { to: "rpc.grpc.status_code", from: "grpc_status", as: "integer" },
  { to: "envoy.source.port", from: "downstream_remote_address", as: "portOfAddress" },
  { to: "envoy.destination.port", from: "downstream_local_address", as: "portOfAddress" },
  { to: "envoy.upstream.port", from: "upstream_host", as: "portOfAddress" },
];

/** Tags of Envoy's HTTP tracer. */
const envoySpans: readonly InputAlias[] = [
  ...partsOfUrl("http.url"),
  { to: "envoy.response.flags", from: "response_flags", as: "anyFlag" },
  { to: "rpc.grpc.status_code", from: "grpc.status_code", as: "integer" },
  { to: "envoy.upstream.port", from: "upstream_address", as: "portOfAddress" },
  ...texts(
    ["network.protocol", "http.protocol"],
    ["envoy.upstream.address", "upstream_address"],
    ["envoy.cluster.name", "upstream_cluster.name"],
    ["envoy.cluster.name", "upstream_cluster"],
  ),
];

/** Logs and spans of agentgateway alike. `http.path` is path and query, `http.version` Rust's "HTTP/2.0". */
const agentgatewayRecords: readonly InputAlias[] = [
  ...texts(
    ["http.target", "http.path"],
    ["envoy.source.address", "src.addr"],
    ["envoy.upstream.address", "endpoint"],
    ["tls.client.server_name", "tls.sni"],
  ),
  { to: "network.protocol", from: "http.version", as: "httpVersion" },
  { to: "rpc.grpc.status_code", from: "grpc.status", as: "integer" },
  { to: "envoy.source.port", from: "src.addr", as: "portOfAddress" },
  { to: "envoy.upstream.port", from: "endpoint", as: "portOfAddress" },
];

type ByContext = { readonly span: readonly InputAlias[]; readonly log: readonly InputAlias[] };
const envoy: ByContext = { span: envoySpans, log: envoyLogs };

/** Profiles whose records have more than the conventions' own keys. */
const byProfile: { readonly [profile: string]: ByContext } = {
  envoy,
  "envoy-gateway": envoy,
  "envoy-gateway-merged": envoy,
  "envoy-ai-gateway": envoy,
  istio: envoy,
  kgateway: envoy,
  kuadrant: envoy,
  // The whole URL, and little of connections.
  kong: { span: partsOfUrl("http.url"), log: [] },
  agentgateway: { span: agentgatewayRecords, log: agentgatewayRecords },
};

export const inputAliases = (profile: DataPlaneProfile, context: "span" | "log"): readonly InputAlias[] =>
  byProfile[profile.name]?.[context] ?? [];

const requestKeys = [
  "http.request.body.size",
  "http.response.body.size",
  "http.server.request.duration",
  "http.target",
  "network.protocol",
  "rpc.grpc.status_code",
  "server.address",
  "tls.client.server_name",
  "url.query",
  "url.scheme",
  "user_agent.original",
];

/** Keys that records have under the conventions' own names, beside what `aliases` and `inputAliases` find. */
const ownKeys: { readonly [profile: string]: { readonly [S in "traces" | "logs"]: readonly string[] } } = {
  otlp: { traces: requestKeys, logs: requestKeys },
  kong: {
    traces: ["url.scheme", "url.query", "network.protocol"],
    logs: [
      "http.request.method",
      "http.response.status_code",
      "http.target",
      "url.query",
      "url.scheme",
      "user_agent.original",
    ],
  },
  agentgateway: { traces: ["url.scheme", "url.query"], logs: ["url.query"] },
};

/**
 * Whether records of this data plane can have a value at all, as far as it is known: tokens and models come from many
 * hands, and headers are sent on demand. A span's duration is its own.
 */
export const carries = (profile: DataPlaneProfile, signal: Exclude<Signal, "metrics">, key: string): boolean => {
  if (key.startsWith("gen_ai.") || (signal === "traces" && key === "http.server.request.duration")) return true;
  const context = signal === "traces" ? "span" : "log";
  // A query is part of every target.
  const keys = key === "url.query" ? ["url.query", "http.target"] : [key];
  return [
    ...profile.aliases[signal].map(({ to }) => to),
    ...inputAliases(profile, context).map(({ to }) => to),
    ...(ownKeys[profile.name]?.[signal] ?? []),
  ].some((there) => keys.includes(there));
};

/** Keys of OpenTelemetry's conventions, present and former, whatever the data plane. */
export const commonInputs: readonly InputAlias[] = [
  ...partsOfUrl("url.full"),
  { to: "url.scheme", from: "http.scheme", as: "text" },
];

/** Whose header a plain key (`x-team`) holds: keys do not say, so it is the side that the proxy is told to log. */
export const sideOfPlainKey = (header: string): "request" | "response" =>
  isResponseHeader(header) ? "response" : "request";
