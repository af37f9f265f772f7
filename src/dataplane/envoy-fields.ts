import type { Alias, Duplicate, Family } from "./profile.ts";

/**
 * Access-log keys of Envoy Gateway's and Istio's default JSON formats, which differ in a few names. Envoy writes every
 * value as a string over OTLP, an absent one as "-".
 */
export const envoyLogAliases: readonly Alias[] = [
  { to: "http.request.method", from: "method", as: "text" },
  { to: "http.response.status_code", from: "response_code", as: "statusCode" },
  { to: "url.path", from: "x-envoy-origin-path", as: "path" },
  { to: "url.path", from: "path", as: "path" },
  { to: "server.address", from: ":authority", as: "text" },
  { to: "server.address", from: "authority", as: "text" },
  { to: "user_agent.original", from: "user-agent", as: "text" },
  { to: "user_agent.original", from: "user_agent", as: "text" },
  { to: "http.request.body.size", from: "bytes_received", as: "integer" },
  { to: "http.response.body.size", from: "bytes_sent", as: "integer" },
  { to: "http.server.request.duration", from: "duration", as: "secondsFromMilliseconds" },
];

/** Span tags of Envoy's HTTP tracer; newer builds send the conventions' names beside them. */
export const envoySpanAliases: readonly Alias[] = [
  { to: "http.request.method", from: "http.method", as: "text" },
  { to: "http.response.status_code", from: "http.status_code", as: "statusCode" },
  { to: "url.path", from: "http.url", as: "pathOfUrl" },
  { to: "url.path", from: "url.full", as: "pathOfUrl" },
  { to: "user_agent.original", from: "user_agent", as: "text" },
  { to: "http.request.body.size", from: "request_size", as: "integer" },
  { to: "http.response.body.size", from: "response_size", as: "integer" },
];

/** Roots of Envoy's stats, in dots over OTLP and behind `envoy_` for Prometheus. */
export const envoyStats: readonly string[] = [
  "access_logs.",
  "cluster.",
  "cluster_manager.",
  "dns_cache.",
  "envoy_",
  "http.",
  "http1.",
  "http2.",
  "listener.",
  "listener_manager.",
  "main_thread.",
  "runtime.",
  "server.",
  "tcp.",
  "thread_local_cluster_manager.",
  "tracing.",
  "vhost.",
  "wasm.",
  "workers.",
];

/** Envoy's own stats, over its OTLP sink and from `/stats/prometheus`. Times are milliseconds, whatever the wire says. */
export const envoyFamilies: readonly Family[] = [
  {
    alias: "request_count",
    names: [
      "http.downstream_rq_total",
      "cluster.upstream_rq_total",
      "envoy_http_downstream_rq_total",
      "envoy_cluster_upstream_rq_total",
    ],
  },
  {
    alias: "request_duration",
    names: [
      "http.downstream_rq_time",
      "cluster.upstream_rq_time",
      "envoy_http_downstream_rq_time",
      "envoy_cluster_upstream_rq_time",
    ],
    unit: "ms",
  },
];

/**
 * `%ACCESS_LOG_TYPE%` where the format has it: an upstream log describes the same request as the downstream one, and a
 * start or periodic entry is followed by the end's.
 */
export const notTheRequest: readonly Duplicate[] = [
  {
    key: "access_log_type",
    is: [
      "UpstreamEnd",
      "UpstreamPoolReady",
      "UpstreamPeriodic",
      "DownstreamStart",
      "DownstreamPeriodic",
      "DownstreamTunnelSuccessfullyEstablished",
      "UdpTunnelUpstreamConnected",
    ],
  },
];

/**
 * Envoy's command operators for the access-log keys above, as `%REQ(…)%` text: Envoy Gateway's default fields, so that
 * whoever takes this format loses none of them, gRPC's status, and the type of the entry.
 */
export const envoyLogFormat: readonly (readonly [key: string, operator: string])[] = [
  ["start_time", "%START_TIME%"],
  ["method", "%REQ(:METHOD)%"],
  ["x-envoy-origin-path", "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"],
  ["protocol", "%PROTOCOL%"],
  ["response_code", "%RESPONSE_CODE%"],
  ["response_flags", "%RESPONSE_FLAGS%"],
  ["grpc_status_number", "%GRPC_STATUS_NUMBER%"],
  ["response_code_details", "%RESPONSE_CODE_DETAILS%"],
  ["connection_termination_details", "%CONNECTION_TERMINATION_DETAILS%"],
  ["upstream_transport_failure_reason", "%UPSTREAM_TRANSPORT_FAILURE_REASON%"],
  ["bytes_received", "%BYTES_RECEIVED%"],
  ["bytes_sent", "%BYTES_SENT%"],
  ["duration", "%DURATION%"],
  ["x-envoy-upstream-service-time", "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%"],
  ["x-forwarded-for", "%REQ(X-FORWARDED-FOR)%"],
  [":authority", "%REQ(:AUTHORITY)%"],
  ["user-agent", "%REQ(USER-AGENT)%"],
  ["x-request-id", "%REQ(X-REQUEST-ID)%"],
  ["upstream_host", "%UPSTREAM_HOST%"],
  ["upstream_cluster", "%UPSTREAM_CLUSTER%"],
  ["upstream_local_address", "%UPSTREAM_LOCAL_ADDRESS%"],
  ["downstream_local_address", "%DOWNSTREAM_LOCAL_ADDRESS%"],
  ["downstream_remote_address", "%DOWNSTREAM_REMOTE_ADDRESS%"],
  ["requested_server_name", "%REQUESTED_SERVER_NAME%"],
  ["route_name", "%ROUTE_NAME%"],
  ["access_log_type", "%ACCESS_LOG_TYPE%"],
];

/** A header in an access log: of the side that its key names, else of the side where such a header is found. */
export const headerOperator = (header: string): string => {
  const [, side, name = header] = /^http\.(request|response)\.header\.(.+)$/.exec(header) ?? [];
  const isResponse = side === undefined ? isResponseHeader(name) : side === "response";
  return `%${isResponse ? "RESP" : "REQ"}(${name.toUpperCase()})%`;
};

/** Headers that backends answer with: usage, cost and whether a cache answered are known only after the response. */
export const isResponseHeader = (header: string): boolean =>
  /usage|token-count|cost$|cache-status$|^x-ratelimit|^server-timing$/.test(header);
