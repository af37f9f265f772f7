import type { AskableSignal, FieldType, Place } from "./condition.ts";

/** One name that an expression may use. `refused` says why telemetry cannot tell it, and what to write instead. */
export type Attribute =
  | {
      readonly name: string;
      readonly type: FieldType;
      readonly place: Place;
      readonly signals: readonly AskableSignal[];
    }
  | { readonly name: string; readonly type: "headers"; readonly side: "request" | "response" }
  /** Envoy's bit vector; telemetry has it as text, so it can be told from 0 and from nothing else. */
  | { readonly name: string; readonly type: "flags"; readonly place: Place }
  | { readonly name: string; readonly type: "refused"; readonly reason: string; readonly nearest: string | null };

const all: readonly AskableSignal[] = ["traces", "logs"];

const onRecord = (name: string, type: FieldType, key: string): Attribute => ({
  name,
  type,
  place: { kind: "attribute", key },
  signals: all,
});

const derived = (name: string, type: FieldType, key: string, signals: readonly AskableSignal[] = all): Attribute => ({
  name,
  type,
  place: { kind: "input", key },
  signals,
});

const header = (name: string, from: string): Attribute => ({
  name,
  type: "string",
  place: { kind: "header", side: "request", name: from },
  signals: all,
});

const refused = (name: string, reason: string, nearest: string | null = null): Attribute => ({
  name,
  type: "refused",
  reason,
  nearest,
});

const logs: readonly AskableSignal[] = ["logs"];
const notSent = "no access log or span carries it";
const proxyOnly = "it exists inside the proxy while the request lasts, and no telemetry carries it";
const meshOnly = "it is a label of mesh metrics, not a value of the request";

/**
 * What a condition may speak of. Names and meanings: Envoy's attribute reference (request, response, connection and
 * upstream attributes), which Istio and Kuadrant use too. `gen_ai` holds OpenTelemetry's GenAI attributes under their own names.
 */
export const vocabulary: readonly Attribute[] = [
  derived("request.path", "string", "http.target"), // path and query, as the client sent them
  onRecord("request.url_path", "string", "url.path"),
  derived("request.query", "string", "url.query"),
  onRecord("request.host", "string", "server.address"),
  derived("request.scheme", "string", "url.scheme"),
  onRecord("request.method", "string", "http.request.method"),
  { name: "request.headers", type: "headers", side: "request" },
  header("request.referer", "referer"),
  onRecord("request.useragent", "string", "user_agent.original"),
  header("request.id", "x-request-id"),
  derived("request.protocol", "string", "network.protocol"), // "HTTP/1.1", "HTTP/2"
  { name: "request.duration", type: "duration", place: { kind: "duration" }, signals: all },
  onRecord("request.size", "int", "http.request.body.size"),
  refused("request.total_size", "telemetry counts the body without its headers", "request.size"),
  refused("request.time", "a policy is asked about what happened, whenever that was"),

  onRecord("response.code", "int", "http.response.status_code"),
  derived("response.code_details", "string", "envoy.response.code_details", logs),
  { name: "response.flags", type: "flags", place: { kind: "input", key: "envoy.response.flags" } },
  derived("response.grpc_status", "int", "rpc.grpc.status_code"),
  { name: "response.headers", type: "headers", side: "response" },
  onRecord("response.size", "int", "http.response.body.size"),
  refused("response.total_size", "telemetry counts the body without its headers", "response.size"),
  refused("response.trailers", notSent, 'response.headers["…"]'),
  refused("response.backend_latency", notSent, "request.duration"),

  derived("source.address", "string", "envoy.source.address", logs), // "10.0.0.7:53104"; spans have it without the port
  derived("source.port", "int", "envoy.source.port", logs),
  derived("destination.address", "string", "envoy.destination.address", logs),
  derived("destination.port", "int", "envoy.destination.port", logs),
  ...["workload", "namespace", "principal", "service", "labels", "canonical_service"].flatMap((what) => [
    refused(`source.${what}`, meshOnly),
    refused(`destination.${what}`, meshOnly),
  ]),
  derived("upstream.address", "string", "envoy.upstream.address"),
  derived("upstream.port", "int", "envoy.upstream.port"),
  derived("upstream.local_address", "string", "envoy.upstream.local_address", logs),
  derived("upstream.transport_failure_reason", "string", "envoy.upstream.transport_failure_reason", logs),
  refused("upstream.request_attempt_count", notSent),
  ...["tls_version", "subject_local_certificate", "subject_peer_certificate", "sha256_peer_certificate_digest"].map(
    (what) => refused(`upstream.${what}`, notSent),
  ),
  ...["dns_san_local_certificate", "dns_san_peer_certificate", "uri_san_local_certificate"].map((what) =>
    refused(`upstream.${what}`, notSent),
  ),
  refused("upstream.uri_san_peer_certificate", notSent),

  derived("connection.requested_server_name", "string", "tls.client.server_name", logs),
  derived("connection.termination_details", "string", "envoy.connection.termination_details", logs),
  refused("connection.mtls", notSent),
  refused("connection.id", proxyOnly),
  refused("connection.tls_version", notSent),
  refused("connection.transport_failure_reason", notSent),
  ...["subject_local_certificate", "subject_peer_certificate", "sha256_peer_certificate_digest"].map((what) =>
    refused(`connection.${what}`, notSent),
  ),
  ...["dns_san_local_certificate", "dns_san_peer_certificate"].map((what) => refused(`connection.${what}`, notSent)),
  ...["uri_san_local_certificate", "uri_san_peer_certificate"].map((what) => refused(`connection.${what}`, notSent)),

  derived("xds.cluster_name", "string", "envoy.cluster.name"),
  derived("xds.route_name", "string", "envoy.route.name", logs),
  ...["cluster_metadata", "route_metadata", "upstream_host_metadata", "filter_chain_name", "node"].map((what) =>
    refused(`xds.${what}`, proxyOnly),
  ),
  ...["virtual_host_name", "virtual_host_metadata", "listener_direction", "listener_metadata"].map((what) =>
    refused(`xds.${what}`, proxyOnly),
  ),

  ...["metadata", "filter_state", "upstream_filter_state", "upstream_peer", "downstream_peer", "node"].map((what) =>
    refused(what, proxyOnly, "a header that the proxy sends, as request.headers[…]"),
  ),
  refused("auth", "identity is known to the authorization filter only", "a header that it sets, as request.headers[…]"),

  onRecord("gen_ai.request.model", "string", "gen_ai.request.model"),
  onRecord("gen_ai.response.model", "string", "gen_ai.response.model"),
  onRecord("gen_ai.provider.name", "string", "gen_ai.provider.name"),
  onRecord("gen_ai.operation.name", "string", "gen_ai.operation.name"),
  onRecord("gen_ai.usage.input_tokens", "int", "gen_ai.usage.input_tokens"),
  onRecord("gen_ai.usage.output_tokens", "int", "gen_ai.usage.output_tokens"),
  ...(
    [
      ["requestModel", "gen_ai.request.model"],
      ["responseModel", "gen_ai.response.model"],
      ["provider", "gen_ai.provider.name"],
      ["inputTokens", "gen_ai.usage.input_tokens"],
      ["outputTokens", "gen_ai.usage.output_tokens"],
      ["totalTokens", "gen_ai.usage.input_tokens + gen_ai.usage.output_tokens"],
    ] as const
  ).map(([what, nearest]) => refused(`llm.${what}`, "llm is a name of one data plane", nearest)),
];

/** Kuadrant's functions over bodies: a Collector sees none, but some of what they hold arrives as attributes. */
export const bodyPointers: { readonly [pointer: string]: string } = {
  "request /model": "gen_ai.request.model",
  "response /model": "gen_ai.response.model",
  "response /usage/prompt_tokens": "gen_ai.usage.input_tokens",
  "response /usage/input_tokens": "gen_ai.usage.input_tokens",
  "response /usage/completion_tokens": "gen_ai.usage.output_tokens",
  "response /usage/output_tokens": "gen_ai.usage.output_tokens",
  "response /usage/total_tokens": "gen_ai.usage.input_tokens + gen_ai.usage.output_tokens",
};

const byName: ReadonlyMap<string, Attribute> = new Map(vocabulary.map((attribute) => [attribute.name, attribute]));

export const attributeNamed = (name: string): Attribute | null => byName.get(name) ?? null;

/** Names that can be decided on. */
export const usableNames: readonly string[] = vocabulary
  .filter(({ type }) => type !== "refused")
  .map(({ name }) => name);

/** What conditions call the value of a place; null for a header, which they name themselves. */
export const nameOfPlace = (place: Place): string | null =>
  vocabulary.find(
    (attribute) =>
      "place" in attribute &&
      attribute.place.kind === place.kind &&
      ("key" in attribute.place && "key" in place ? attribute.place.key === place.key : place.kind === "duration"),
  )?.name ?? null;
