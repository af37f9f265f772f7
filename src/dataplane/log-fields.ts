/** Names that `accessLogs.fields` may use for a canonical value, beside header names. Sources: Envoy Gateway's default JSON fields, the draft's example. */
export const logFieldAliases: { readonly [field: string]: string } = {
  method: "http.request.method",
  path: "url.path",
  "x-envoy-origin-path": "url.path",
  response_code: "http.response.status_code",
  status: "http.response.status_code",
  ":authority": "server.address",
  authority: "server.address",
  user_agent: "user_agent.original",
  bytes_received: "http.request.body.size",
  bytes_sent: "http.response.body.size",
};

/** The request's start: the record's own time, unless the proxy wrote a `start_time`. */
export const startTimeFields: readonly string[] = ["start_time", "timestamp", "time"];

/** Further names that proxies are known to send as they are; anything else is read as a header. */
export const plainLogFields: readonly string[] = [
  "protocol",
  "response_flags",
  "response_code_details",
  "connection_termination_details",
  "upstream_transport_failure_reason",
  "duration",
  "upstream_host",
  "upstream_cluster",
  "upstream_local_address",
  "downstream_local_address",
  "downstream_remote_address",
  "requested_server_name",
  "route_name",
  "trace_id",
  "span_id",
  "http.request.method",
  "http.response.status_code",
  "url.path",
  "server.address",
  "user_agent.original",
  "gen_ai.operation.name",
  "gen_ai.provider.name",
  "gen_ai.request.model",
  "gen_ai.response.model",
  "gen_ai.tool.name",
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.output_tokens",
  "gen_ai.usage.cache_read.input_tokens",
  "gen_ai.usage.cache_creation.input_tokens",
  "gen_ai.usage.reasoning.output_tokens",
  "gen_ai.response.time_to_first_chunk",
  "mcp.method.name",
  "mcp.session.id",
];

/** `session.id`: attributes have dots, headers have hyphens. So it is never asked of a proxy as a header. */
export const isAttributeName = (field: string): boolean => /^[a-z0-9_]+(?:\.[a-z0-9_]+)+$/i.test(field);
