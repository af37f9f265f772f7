import { gatewayNameLabel, said, workloadNamespace } from "./identity.ts";
import { lines, type NativeWish, yamlText } from "./native.ts";
import type { Alias, DataPlaneProfile, IdentitySource } from "./profile.ts";

const identity: readonly IdentitySource[] = [said, ...gatewayNameLabel, workloadNamespace];

/** Spans speak the HTTP conventions from before 1.20, with numbers as numbers. */
const spanAliases: readonly Alias[] = [
  { to: "http.request.method", from: "http.method", as: "text" },
  { to: "http.response.status_code", from: "http.status_code", as: "integer" },
  { to: "url.path", from: "http.url", as: "pathOfUrl" },
  { to: "server.address", from: "http.host", as: "text" },
  { to: "client.address", from: "http.client_ip", as: "text" },
];

/** Access logs of Enterprise 3.13+ over OTLP, and the keys of the log plugins' JSON with AI statistics. */
const logAliases: readonly Alias[] = [
  { to: "url.path", from: "url.full", as: "pathOfUrl" },
  { to: "server.address", from: "http.request.header.host", as: "text" },
  { to: "http.request.body.size", from: "http.request.size", as: "integer" },
  { to: "http.response.body.size", from: "http.response.size", as: "integer" },
  { to: "http.server.request.duration", from: "kong.latency.total", as: "number" },
  { to: "gen_ai.usage.input_tokens", from: "ai.proxy.usage.prompt_tokens", as: "integer" },
  { to: "gen_ai.usage.input_tokens", from: "ai.proxy.usage.input_tokens", as: "integer" },
  { to: "gen_ai.usage.output_tokens", from: "ai.proxy.usage.completion_tokens", as: "integer" },
  { to: "gen_ai.usage.output_tokens", from: "ai.proxy.usage.output_tokens", as: "integer" },
  {
    to: "gen_ai.usage.cache_read.input_tokens",
    from: "ai.proxy.usage.prompt_tokens_details.cached_tokens",
    as: "integer",
  },
  {
    to: "gen_ai.usage.reasoning.output_tokens",
    from: "ai.proxy.usage.completion_tokens_details.reasoning_tokens",
    as: "integer",
  },
  { to: "gen_ai.request.model", from: "ai.proxy.meta.request_model", as: "text" },
  { to: "gen_ai.response.model", from: "ai.proxy.meta.response_model", as: "text" },
  { to: "gen_ai.provider.name", from: "ai.proxy.meta.provider_name", as: "text" },
  {
    to: "gen_ai.response.time_to_first_chunk",
    from: "ai.proxy.usage.time_to_first_token",
    as: "secondsFromMilliseconds",
  },
];

const propagationNames: { readonly [format: string]: string } = { w3c: "w3c", b3: "b3", jaeger: "jaeger" };

const plugin = ({ target, otlp, signals, propagation }: NativeWish): string => {
  const url = `http://${otlp.host}:${otlp.port === 4317 ? 4318 : otlp.port}`;
  const inject = propagation.map((format) => propagationNames[format.toLowerCase()] ?? format.toLowerCase());
  return lines(
    "# kong.conf: tracing_instrumentations = all, tracing_sampling_rate = 1.0",
    "apiVersion: configuration.konghq.com/v1",
    "kind: KongClusterPlugin",
    `metadata: { name: otel-policy, labels: { global: "true" }, annotations: { kubernetes.io/ingress.class: kong } }`,
    "plugin: opentelemetry",
    "config:",
    signals.traces
      ? [`  traces_endpoint: ${url}/v1/traces`, "  sampling_rate: 1 # the policy's rate is applied by the agent"]
      : null,
    signals.logs
      ? ["  access_logs: # Enterprise 3.14; 3.13 calls it access_logs_endpoint", `    endpoint: ${url}/v1/logs`]
      : null,
    signals.metrics
      ? [
          "  metrics: # Enterprise 3.13",
          `    endpoint: ${url}/v1/metrics`,
          "    enable_request_metrics: false # the agent derives http.server.request.count, under the same name",
          "    enable_latency_metrics: true",
          "    enable_ai_metrics: true",
        ]
      : null,
    "  resource_attributes: # Kong's telemetry names no Gateway by itself",
    target.kind === "Gateway"
      ? [`    k8s.gateway.name: ${yamlText(target.name)}`, `    k8s.gateway.namespace: ${yamlText(target.namespace)}`]
      : [`    k8s.namespace.name: ${yamlText(target.name)}`],
    inject.length === 0
      ? null
      : [
          "  propagation:",
          `    default_format: ${inject[0] ?? "w3c"}`,
          `    extract: [${inject.join(", ")}]`,
          `    inject: [${inject.join(", ")}]`,
        ],
  );
};

/**
 * Kong Gateway with the opentelemetry plugin. Open source sends spans and runtime logs; Enterprise 3.13 and later also
 * metrics and access logs. Only spans exist in both, so the root span `kong` stands for the request.
 */
export const kong: DataPlaneProfile = {
  name: "kong",
  title: "Kong Gateway",
  identify: { traces: identity, metrics: identity, logs: identity },
  fingerprint: {
    resource: [{ key: "service.name", is: "kong" }],
    records: { traces: ["kong.request.id"], logs: ["kong.request.id"], metrics: ["kong.workspace.name"] },
  },
  requestRecord: { signal: "traces", kind: "serverSpan", named: ["kong"] },
  // Runtime logs share the resource; they carry request.id and introspection.*, never a status.
  accessLogs: {
    withAnyOf: ["http.response.status_code", "kong.request.id", "kong.latency.total", "ai.proxy.meta.provider_name"],
  },
  aliases: { traces: spanAliases, logs: logAliases },
  headerKeys: { traces: ["http.request.header.*"], logs: ["http.request.header.*"] },
  families: [
    { alias: "request_count", names: ["http.server.request.count", "kong_http_requests_total"] },
    { alias: "request_duration", names: ["kong.latency.total"], unit: "s" },
    { alias: "request_duration", names: ["kong_request_latency_ms"], unit: "ms" },
    { alias: "request_size", names: ["http.server.request.size"], unit: "By" },
    { alias: "response_size", names: ["http.server.response.size"], unit: "By" },
    { alias: "gen_ai_tokens", names: ["gen_ai.client.token.usage", "kong_ai_llm_tokens_total"], unit: "{token}" },
    { alias: "gen_ai_cost", names: ["kong.gen_ai.llm.cost", "kong_ai_llm_cost_total"], unit: "{cost}" },
    { alias: "upstream_duration", names: ["kong.latency.upstream"], unit: "s" },
    { alias: "upstream_duration", names: ["kong_upstream_latency_ms"], unit: "ms" },
    { alias: "gen_ai_calls", names: ["kong_ai_llm_requests_total"] },
    { alias: "time_to_first_token", names: ["gen_ai.server.time_to_first_token"], unit: "s" },
  ],
  emits: ["kong_", "kong.", "gen_ai.", "mcp."],
  scrape: [
    { job: "kong", path: "/metrics", port: "status", podLabel: { key: "app.kubernetes.io/name", value: "gateway" } },
  ],
  traps: [
    "The plugin speaks OTLP over HTTP with protobuf only (port 4318), never gRPC.",
    "Without tracing_instrumentations = all and tracing_sampling_rate = 1.0 in kong.conf no or few spans are made.",
    "Nothing in Kong's telemetry names a Gateway: resource_attributes of a global plugin must, and one Kong serves all Gateways of its class.",
    "The ingress controller's webhook has refused dotted keys in resource_attributes (KIC issue 7336); use kong.conf or pod labels there.",
    "gen_ai.client.token.usage is a Sum here and a histogram in the conventions: the two cannot share a name in one pipeline.",
    "Enterprise's own http.server.request.count has the name of the derived one: leave enable_request_metrics off, or every request is two.",
    "Cost has no currency: it is whatever the model's input_cost and output_cost were written in.",
    "Access logs carry every request header by default; credentials are taken off governed records.",
    "GenAI metrics have no route or service, only a workspace and a consumer.",
  ],
  sendHeader: (header) =>
    `Enterprise access logs carry http.request.header.${header} by themselves; spans of Kong cannot (add it with access_logs.custom_attributes_by_lua, or a serverless plugin)`,
  propagation:
    "set config.propagation {extract, inject, default_format} of the opentelemetry plugin: w3c, b3, jaeger and more",
  native: (wish) => [
    {
      does: "send every span to the agent; with Enterprise also access logs and metrics",
      language: "yaml",
      text: plugin(wish),
    },
  ],
};
