import { isResponseHeader } from "./envoy-fields.ts";
import type { DataPlaneProfile } from "./profile.ts";

/**
 * Values that only conditions ask for, so that they are derived on demand and not for every record: canonical key,
 * where a record has it, and how it is read there.
 */
export type InputAlias = {
  readonly to: string;
  readonly from: string;
  readonly as: "text" | "integer" | "portOfAddress" | "targetOfUrl" | "schemeOfUrl" | "anyFlag";
};

const texts = (...pairs: readonly (readonly [to: string, from: string])[]): readonly InputAlias[] =>
  pairs.map(([to, from]) => ({ to, from, as: "text" }));

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
  { to: "http.target", from: "http.url", as: "targetOfUrl" },
  { to: "url.scheme", from: "http.url", as: "schemeOfUrl" },
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

/** Profiles of proxies that are Envoy. */
const envoys: readonly string[] = [
  "envoy",
  "envoy-gateway",
  "envoy-gateway-merged",
  "envoy-ai-gateway",
  "istio",
  "kgateway",
  "kuadrant",
];

export const inputAliases = (profile: DataPlaneProfile, context: "span" | "log"): readonly InputAlias[] =>
  !envoys.includes(profile.name) ? [] : context === "span" ? envoySpans : envoyLogs;

/** Keys of OpenTelemetry's conventions, present and former, whatever the data plane. */
export const commonInputs: readonly InputAlias[] = [
  { to: "http.target", from: "url.full", as: "targetOfUrl" },
  { to: "url.scheme", from: "url.full", as: "schemeOfUrl" },
  { to: "url.scheme", from: "http.scheme", as: "text" },
];

/** Whose header a plain key (`x-team`) holds: keys do not say, so it is the side that the proxy is told to log. */
export const sideOfPlainKey = (header: string): "request" | "response" =>
  isResponseHeader(header) ? "response" : "request";
