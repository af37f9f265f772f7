import { envoyGateway, envoyProxyFor } from "./envoy-gateway.ts";
import { lines, type NativeWish } from "./native.ts";
import type { Alias, DataPlaneProfile } from "./profile.ts";

/** OpenInference, the ext_proc's default convention → the GenAI conventions. */
const openInference: readonly Alias[] = [
  { to: "gen_ai.usage.input_tokens", from: "llm.token_count.prompt", as: "integer" },
  { to: "gen_ai.usage.output_tokens", from: "llm.token_count.completion", as: "integer" },
  { to: "gen_ai.usage.cache_read.input_tokens", from: "llm.token_count.prompt_details.cache_read", as: "integer" },
  { to: "gen_ai.usage.cache_creation.input_tokens", from: "llm.token_count.prompt_details.cache_write", as: "integer" },
  {
    to: "gen_ai.usage.cache_creation.input_tokens",
    from: "llm.token_count.prompt_details.cache_creation",
    as: "integer",
  },
  { to: "gen_ai.usage.reasoning.output_tokens", from: "llm.token_count.completion_details.reasoning", as: "integer" },
  { to: "gen_ai.response.model", from: "llm.model_name", as: "text" },
  { to: "gen_ai.request.model", from: "llm.invocation_parameters", as: "modelOfJson" },
  { to: "gen_ai.provider.name", from: "llm.system", as: "text" },
];

/** Metadata keys that its documentation proposes for access logs, and the metadata's own names. */
const metadata: readonly Alias[] = [
  { to: "gen_ai.usage.input_tokens", from: "llm_input_token", as: "integer" },
  { to: "gen_ai.usage.output_tokens", from: "llm_output_token", as: "integer" },
  { to: "gen_ai.usage.cache_read.input_tokens", from: "llm_cached_input_token", as: "integer" },
  { to: "gen_ai.usage.cache_creation.input_tokens", from: "llm_cache_creation_input_token", as: "integer" },
  { to: "gen_ai.usage.reasoning.output_tokens", from: "gen_ai.usage.reasoning_tokens", as: "integer" },
  { to: "gen_ai.usage.reasoning.output_tokens", from: "llm_reasoning_token", as: "integer" },
  { to: "gen_ai.response.model", from: "response_model", as: "text" },
  { to: "gen_ai.request.model", from: "x-ai-eg-model", as: "text" },
  { to: "gen_ai.response.time_to_first_chunk", from: "token_latency_ttft", as: "secondsFromMilliseconds" },
  { to: "url.path", from: "request.path", as: "path" },
];

const metadataFormat: readonly (readonly [key: string, operator: string])[] = [
  ["gen_ai.request.model", "%REQ(X-AI-EG-MODEL)%"],
  ["gen_ai.response.model", "%DYNAMIC_METADATA(io.envoy.ai_gateway:response_model)%"],
  ["gen_ai.usage.input_tokens", "%DYNAMIC_METADATA(io.envoy.ai_gateway:llm_input_token)%"],
  ["gen_ai.usage.output_tokens", "%DYNAMIC_METADATA(io.envoy.ai_gateway:llm_output_token)%"],
  ["llm_cached_input_token", "%DYNAMIC_METADATA(io.envoy.ai_gateway:llm_cached_input_token)%"],
  ["llm_reasoning_token", "%DYNAMIC_METADATA(io.envoy.ai_gateway:llm_reasoning_token)%"],
  ["token_latency_ttft", "%DYNAMIC_METADATA(io.envoy.ai_gateway:token_latency_ttft)%"],
];

/** The ext_proc's spans and metrics name nothing; its environment, per Gateway, does. */
const gatewayConfig = ({ target, otlp }: NativeWish): string =>
  lines(
    "apiVersion: aigateway.envoyproxy.io/v1beta1",
    "kind: GatewayConfig",
    `metadata: { name: ${target.name}, namespace: ${target.namespace} }`,
    "spec:",
    "  extProc:",
    "    kubernetes:",
    "      env:",
    `        - { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://${otlp.host}:${otlp.port}" }`,
    `        - { name: OTEL_RESOURCE_ATTRIBUTES, value: "k8s.gateway.name=${target.name},k8s.gateway.namespace=${target.namespace}" }`,
    '        - { name: OTEL_METRICS_EXPORTER, value: "otlp" }',
    '        - { name: AI_GATEWAY_TRACING_SEMCONV, value: "gen_ai" } # openinference works, too, but carries prompts',
    "---",
    "# in the Gateway itself",
    "metadata:",
    `  annotations: { aigateway.envoyproxy.io/gateway-config: ${target.name} }`,
    "---",
    "# in every AIGatewayRoute: without these, access logs have no tokens",
    "spec:",
    "  llmRequestCosts:",
    "    - { metadataKey: llm_input_token, type: InputToken }",
    "    - { metadataKey: llm_output_token, type: OutputToken }",
    "    - { metadataKey: llm_cached_input_token, type: CachedInputToken }",
    "    - { metadataKey: llm_reasoning_token, type: ReasoningToken }",
  );

/** Envoy AI Gateway: Envoy Gateway's proxies, with an ext_proc beside each that speaks OpenInference or GenAI conventions. */
export const envoyAiGateway: DataPlaneProfile = {
  ...envoyGateway,
  name: "envoy-ai-gateway",
  title: "Envoy AI Gateway",
  fingerprint: {
    resource: [{ key: "service.name", is: "ai-gateway" }, ...(envoyGateway.fingerprint?.resource ?? [])],
    records: {
      traces: ["openinference.span.kind", "gen_ai.operation.name"],
      metrics: ["gen_ai.original.model"],
      logs: ["llm_input_token", "gen_ai.request.model", "gen_ai.usage.input_tokens"],
    },
  },
  aliases: {
    traces: [...openInference, ...envoyGateway.aliases.traces],
    logs: [...metadata, ...envoyGateway.aliases.logs],
  },
  families: [
    { alias: "gen_ai_tokens", names: ["gen_ai.client.token.usage", "gen_ai_client_token_usage"], unit: "{token}" },
    {
      alias: "gen_ai_request_duration",
      names: ["gen_ai.server.request.duration", "gen_ai_server_request_duration_seconds"],
      unit: "s",
    },
    {
      alias: "time_to_first_token",
      names: ["gen_ai.server.time_to_first_token", "gen_ai_server_time_to_first_token_seconds"],
      unit: "s",
    },
    {
      alias: "time_per_output_token",
      names: ["gen_ai.server.time_per_output_token", "gen_ai_server_time_per_output_token_seconds"],
      unit: "s",
    },
    ...envoyGateway.families,
  ],
  emits: [...(envoyGateway.emits ?? []), "gen_ai.", "gen_ai_", "mcp.", "mcp_"],
  untold: {
    ...envoyGateway.untold,
    traces: {
      reason: "the ext_proc's spans say service.name=ai-gateway and nothing of their Gateway",
      remedy: "set OTEL_RESOURCE_ATTRIBUTES per Gateway in its GatewayConfig, or run k8s_attributes",
    },
  },
  traps: [
    ...envoyGateway.traps,
    "One request has Envoy's span, the ext_proc's span and an access log: requests and calls are counted from the access log; metrics.genAI.source chooses another record.",
    "gen_ai.provider.name in access logs holds the path of a backend, not a provider of the conventions.",
    "Cached and reasoning tokens lie inside input and output; summing all token types counts them twice.",
    "token_latency_ttft and token_latency_itl are milliseconds; the ext_proc's metrics are seconds.",
    "llmRequestCosts are integers without a unit for rate limiting, not money.",
    "By default spans carry whole prompts and answers (input.value, output.value); governed records lose them.",
  ],
  native: (wish) => [
    {
      does: "send every span, access log and stat of Envoy to the agent, tokens included",
      language: "yaml",
      text: envoyProxyFor(wish, metadataFormat),
    },
    {
      does: "send the ext_proc's spans and metrics, and say whose they are",
      language: "yaml",
      text: gatewayConfig(wish),
    },
  ],
};
