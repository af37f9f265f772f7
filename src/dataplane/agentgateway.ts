import { isResponseHeader } from "./envoy-fields.ts";
import { gatewayNameLabel, said, workloadNamespace } from "./identity.ts";
import { lines, type NativeWish, serviceOf, yamlText } from "./native.ts";
import type { Alias, DataPlaneProfile, IdentitySource } from "./profile.ts";

/** Every record says `gateway` = `<namespace>/<name>`; the resource's service.name and service.namespace any service has. */
const identity: readonly IdentitySource[] = [
  said,
  ...gatewayNameLabel,
  { kind: "recordGateway", keys: ["gateway"], form: "{namespace}/{name}" },
  workloadNamespace,
];

/** Logs and spans share one set of keys. Numbers are numbers, but for `duration` and costs. */
const aliases: readonly Alias[] = [
  { to: "http.request.method", from: "http.method", as: "text" },
  { to: "http.response.status_code", from: "http.status", as: "integer" },
  { to: "url.path", from: "http.path", as: "path" },
  { to: "server.address", from: "http.host", as: "text" },
  { to: "http.server.request.duration", from: "duration", as: "secondsFromDuration" },
  { to: "gen_ai.usage.reasoning.output_tokens", from: "gen_ai.usage.reasoning_tokens", as: "integer" },
  { to: "gen_ai.response.time_to_first_chunk", from: "agw.ai.time_to_first_token", as: "number" },
];

const policy = (wish: NativeWish): string => {
  const { target, otlp, headers, signals } = wish;
  const service = serviceOf(otlp.host);
  const to = (indent: string): readonly string[] =>
    service === null
      ? [`${indent}url: http://${otlp.host}:${otlp.port}`]
      : [`${indent}backendRef: { name: ${service.name}, namespace: ${service.namespace}, port: ${otlp.port} }`];
  const added = (indent: string, names: readonly string[]): readonly string[] =>
    names.length === 0
      ? []
      : [
          `${indent}attributes:`,
          `${indent}  add:`,
          ...names.map(
            (header) =>
              `${indent}    - { name: ${yamlText(`http.request.header.${header}`)}, expression: ${yamlText(`${isResponseHeader(header) ? "response" : "request"}.headers["${header}"]`)} }`,
          ),
        ];
  return lines(
    "apiVersion: agentgateway.dev/v1alpha1",
    "kind: AgentgatewayPolicy",
    `metadata: { name: ${target.name}-telemetry, namespace: ${target.namespace} }`,
    "spec:",
    "  targetRefs:",
    `    - { group: gateway.networking.k8s.io, kind: Gateway, name: ${target.name} }`,
    "  frontend:",
    signals.traces
      ? [
          "    tracing:",
          ...to("      "),
          '      randomSampling: "true" # off by default; the policy\'s rate is applied by the agent',
          ...added("      ", headers.spans),
        ]
      : null,
    signals.logs ? ["    accessLog:", "      otlp:", ...to("        "), ...added("      ", headers.logs)] : null,
  );
};

/** agentgateway: the richest identity of all; metrics are scraped, never pushed. */
export const agentgateway: DataPlaneProfile = {
  name: "agentgateway",
  title: "agentgateway",
  identify: { traces: identity, metrics: identity, logs: identity },
  fingerprint: { records: { traces: ["gateway"], metrics: ["gateway"], logs: ["gateway"] } },
  requestRecord: { signal: "logs", kind: "accessLog" },
  accessLogs: { withAnyOf: ["http.status", "http.method", "gateway"] },
  aliases: { traces: aliases, logs: aliases },
  headerKeys: { traces: ["http.request.header.*", "*"], logs: ["http.request.header.*", "*"] },
  families: [
    { alias: "request_count", names: ["agentgateway_requests_total", "agentgateway_requests"] },
    { alias: "request_duration", names: ["agentgateway_request_duration_seconds"], unit: "s" },
    { alias: "response_size", names: ["agentgateway_response_bytes_total"], unit: "By" },
    { alias: "gen_ai_tokens", names: ["agentgateway_gen_ai_client_token_usage"], unit: "{token}" },
    { alias: "gen_ai_cost", names: ["agentgateway_gen_ai_client_cost_usd_total"], unit: "USD" },
    { alias: "time_to_first_token", names: ["agentgateway_gen_ai_server_time_to_first_token"], unit: "s" },
    { alias: "time_per_output_token", names: ["agentgateway_gen_ai_server_time_per_output_token"], unit: "s" },
    { alias: "mcp_request_count", names: ["agentgateway_mcp_requests_total"] },
  ],
  emits: ["agentgateway_"],
  scrape: [
    {
      job: "agentgateway",
      path: "/metrics",
      port: "15020",
      podLabel: { key: "gateway.networking.k8s.io/gateway-name", value: null },
    },
  ],
  traps: [
    "Tracing is off until randomSampling is set.",
    "Metrics are scraped only (port 15020); there is no OTLP push.",
    "A label added under frontend.metrics lands on every family.",
    "duration in records is text with a unit (12ms); metrics are seconds.",
    "agw.ai.usage.cost.total is US dollars, as text.",
    "Standalone, without a controller, the gateway label is default/default or bind/<port>: no policy on a Gateway can match it.",
    "The metric label is gen_ai_system, records say gen_ai.provider.name.",
  ],
  sendHeader: (header) =>
    `add {name: "http.request.header.${header}", expression: 'request.headers["${header}"]'} to AgentgatewayPolicy frontend.accessLog.attributes.add (and frontend.tracing.attributes.add for spans)`,
  propagation: "agentgateway propagates W3C trace context; it has no other format",
  native: (wish) => [
    {
      does: "send every span and access log to the agent, with the headers that the policy reads",
      language: "yaml",
      text: policy(wish),
    },
  ],
};
