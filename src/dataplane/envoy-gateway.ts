import type { Alias, DataPlaneProfile } from "./profile.ts";

/** Access-log keys of Envoy Gateway's default JSON fields. Envoy writes every value as a string, an absent one as "-". */
const logAliases: readonly Alias[] = [
  { to: "http.request.method", from: "method", as: "text" },
  { to: "http.response.status_code", from: "response_code", as: "integer" },
  { to: "url.path", from: "x-envoy-origin-path", as: "path" },
  { to: "url.path", from: "path", as: "path" },
  { to: "server.address", from: ":authority", as: "text" },
  { to: "user_agent.original", from: "user-agent", as: "text" },
  { to: "http.request.body.size", from: "bytes_received", as: "integer" },
  { to: "http.response.body.size", from: "bytes_sent", as: "integer" },
  { to: "http.server.request.duration", from: "duration", as: "secondsFromMilliseconds" },
];

/** Span tags of Envoy's HTTP tracer; newer builds send the conventions' names beside them. */
const spanAliases: readonly Alias[] = [
  { to: "http.request.method", from: "http.method", as: "text" },
  { to: "http.response.status_code", from: "http.status_code", as: "integer" },
  { to: "url.path", from: "http.url", as: "pathOfUrl" },
  { to: "url.path", from: "url.full", as: "pathOfUrl" },
  { to: "user_agent.original", from: "user_agent", as: "text" },
  { to: "http.request.body.size", from: "request_size", as: "integer" },
  { to: "http.response.body.size", from: "response_size", as: "integer" },
];

/**
 * Envoy Gateway: spans say `service.name` = `<gateway>.<namespace>`, access logs `cluster_name` = `<namespace>/<gateway>`.
 * Its stats carry no identity at all. The access log is the request record: a request whose remote parent was not
 * sampled sends no span but does send its log record.
 */
export const envoyGateway: DataPlaneProfile = {
  name: "envoy-gateway",
  title: "Envoy Gateway",
  identify: {
    traces: [{ kind: "gatewayJoined", key: "service.name", form: "name.namespace" }],
    metrics: [],
    logs: [{ kind: "gatewayJoined", key: "cluster_name", form: "namespace/name" }],
  },
  requestRecord: { signal: "logs", kind: "accessLog" },
  accessLogs: "all",
  aliases: { traces: spanAliases, logs: logAliases },
  headerKeys: { traces: ["*"], logs: ["*"] },
  families: [
    { alias: "request_count", names: ["http.downstream_rq_total", "cluster.upstream_rq_total"] },
    { alias: "request_duration", names: ["http.downstream_rq_time", "cluster.upstream_rq_time"] },
  ],
  sendHeader: (header) =>
    `add "${header}": "%REQ(${header.toUpperCase()})%" to EnvoyProxy spec.telemetry.accessLog.settings[].format.json (and to spec.telemetry.tracing.tags for spans)`,
  propagation: "Envoy's OpenTelemetry tracer propagates W3C trace context; its Zipkin tracer propagates B3",
};
