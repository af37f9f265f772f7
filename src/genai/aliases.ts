import type { Field } from "./names.ts";
import { openInferenceKinds, openLlmetryKinds, openLlmetryTypes, vercelOperations } from "./operations.ts";

/** How a raw value is read. A value that cannot be read so counts as absent, but for counts, whose absence has a reason. */
export type ReadAs =
  | "count"
  | "text"
  | "lower"
  | "seconds"
  | "milliseconds"
  | "usd"
  | "flag"
  /** `"stream": true` inside a JSON text. */
  | "streamInJson"
  /** `"cache_read": 10` inside a JSON text. */
  | "countInJson";

/** `from`, if present, is the field, unless an earlier alias already was. `words` translates values; others are left out. */
export type GenAIAlias = {
  readonly field: Field;
  readonly from: string;
  readonly as: ReadAs;
  readonly words?: { readonly [written: string]: string };
  /** Of `countInJson`: the key whose number is meant. */
  readonly key?: string;
};

/** Names that appear together. Nothing of a convention is looked for in a record that has none of its markers. */
export type Convention = {
  readonly name: string;
  readonly source: string;
  /** Attributes, or (`header`) headers of the request or response. */
  readonly kind: "attributes" | "headers";
  readonly markers: readonly string[];
  readonly aliases: readonly GenAIAlias[];
};

const count = (field: Field, ...from: readonly string[]): readonly GenAIAlias[] =>
  from.map((name) => ({ field, from: name, as: "count" }));
const text = (field: Field, ...from: readonly string[]): readonly GenAIAlias[] =>
  from.map((name) => ({ field, from: name, as: "text" }));
const read = (as: ReadAs, field: Field, ...from: readonly string[]): readonly GenAIAlias[] =>
  from.map((name) => ({ field, from: name, as }));
/** A whole number under a key of a JSON text. */
const inJson = (field: Field, from: string, key: string): readonly GenAIAlias[] => [
  { field, from, as: "countInJson", key },
];
const words = (field: Field, from: string, table: { readonly [written: string]: string }): GenAIAlias => ({
  field,
  from,
  as: "text",
  words: table,
});

/** In order of trust: what says the convention's own words first, headers last. First present wins. */
export const conventions: readonly Convention[] = [
  {
    name: "OpenTelemetry GenAI",
    source: "semantic-conventions v1.41.0 and semantic-conventions-genai, gen-ai-spans.md; deprecated names of ≤ v1.36",
    kind: "attributes",
    markers: [
      "gen_ai.operation.name",
      "gen_ai.provider.name",
      "gen_ai.system",
      "gen_ai.request.model",
      "gen_ai.response.model",
      "gen_ai.usage.input_tokens",
      "gen_ai.usage.prompt_tokens",
      "gen_ai.usage.output_tokens",
    ],
    aliases: [
      ...text("operation", "gen_ai.operation.name"),
      ...read("lower", "provider", "gen_ai.provider.name", "gen_ai.system"),
      ...text("requestModel", "gen_ai.request.model"),
      ...text("responseModel", "gen_ai.response.model"),
      ...count("input", "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
      ...count("output", "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
      ...count("cacheRead", "gen_ai.usage.cache_read.input_tokens"),
      ...count("cacheWrite", "gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens"),
      ...count("reasoning", "gen_ai.usage.reasoning.output_tokens"),
      ...count("inputAudio", "gen_ai.usage.audio.input_tokens"),
      ...count("inputImage", "gen_ai.usage.image.input_tokens"),
      ...count("inputVideo", "gen_ai.usage.video.input_tokens"),
      ...count("cacheAudioRead", "gen_ai.usage.audio.cache_read.input_tokens"),
      ...count("cacheImageRead", "gen_ai.usage.image.cache_read.input_tokens"),
      ...count("outputAudio", "gen_ai.usage.audio.output_tokens"),
      ...count("outputImage", "gen_ai.usage.image.output_tokens"),
      ...count("outputVideo", "gen_ai.usage.video.output_tokens"),
      ...read("seconds", "firstToken", "gen_ai.response.time_to_first_chunk"),
      ...read("flag", "stream", "gen_ai.request.stream"),
      ...read("usd", "cost", "gen_ai.usage.cost.amount"),
      ...text("currency", "gen_ai.usage.cost.currency"),
      // What the provider did counts before what was asked for.
      ...read(
        "lower",
        "serviceTier",
        "openai.response.service_tier",
        "gen_ai.openai.response.service_tier",
        "openai.request.service_tier",
        "gen_ai.openai.request.service_tier",
      ),
      ...text("agent", "gen_ai.agent.name"),
    ],
  },
  {
    name: "GenAI dialects",
    source:
      "OpenLLMetry and Strands (`…_input_tokens`), OpenLIT and LiteLLM (`…_details`, cost), Sentry, agentgateway `telemetry/log.rs`, vLLM, LangSmith (`…_token_details`, `gen_ai.response.service_tier`), pydantic-ai (`details`), Anthropic's 1 h cache writes",
    kind: "attributes",
    markers: [
      "gen_ai.operation.name",
      "gen_ai.system",
      "gen_ai.provider.name",
      "gen_ai.usage.input_tokens",
      "gen_ai.usage.prompt_tokens",
    ],
    aliases: [
      ...count(
        "cacheRead",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.prompt_tokens_details.cached_tokens",
        "gen_ai.usage.input_tokens.cached",
        "gen_ai.usage.cached_tokens",
        "gen_ai.usage.details.cache_read_tokens",
      ),
      ...count(
        "cacheWrite",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.cache_write_input_tokens",
        "gen_ai.usage.prompt_tokens_details.cache_creation_tokens",
        "gen_ai.usage.details.cache_write_tokens",
      ),
      ...count(
        "cacheWrite1h",
        "gen_ai.usage.cache_creation.ephemeral_1h_input_tokens",
        "gen_ai.usage.cache_write_1h.input_tokens",
      ),
      ...count(
        "reasoning",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.completion_tokens_details.reasoning_tokens",
        "gen_ai.usage.output_tokens.reasoning",
        "gen_ai.usage.details.reasoning_tokens",
      ),
      ...count("inputAudio", "gen_ai.usage.input_audio_tokens"),
      ...count("outputAudio", "gen_ai.usage.output_audio_tokens"),
      ...count("outputImage", "gen_ai.usage.output_image_tokens"),
      ...count(
        "webSearches",
        "gen_ai.usage.server_tool_use.web_search_requests",
        "gen_ai.usage.details.web_search_requests",
      ),
      ...read("lower", "serviceTier", "gen_ai.response.service_tier"),
      ...inJson("cacheRead", "gen_ai.usage.input_token_details", "cache_read"),
      ...inJson("cacheWrite", "gen_ai.usage.input_token_details", "cache_creation"),
      ...inJson("inputAudio", "gen_ai.usage.input_token_details", "audio"),
      ...inJson("reasoning", "gen_ai.usage.output_token_details", "reasoning"),
      ...inJson("outputAudio", "gen_ai.usage.output_token_details", "audio"),
      ...read(
        "seconds",
        "firstToken",
        "agw.ai.time_to_first_token",
        "gen_ai.latency.time_to_first_token",
        "gen_ai.server.ttft",
        "gen_ai.server.time_to_first_token",
      ),
      ...read("flag", "stream", "gen_ai.is_streaming", "llm.is_streaming"),
      ...read(
        "usd",
        "cost",
        "gen_ai.usage.cost",
        "gen_ai.cost.total_cost",
        "litellm.cost.total",
        "agw.ai.usage.cost.total",
        "operation.cost",
      ),
      ...text("agent", "agent.name", "agent_name"),
    ],
  },
  {
    name: "OpenInference",
    source: "@arizeai/openinference-semantic-conventions 2.12.0; Envoy AI Gateway's default spans",
    kind: "attributes",
    markers: ["openinference.span.kind"],
    aliases: [
      words("operation", "openinference.span.kind", openInferenceKinds),
      ...read("lower", "provider", "llm.provider", "llm.system"),
      ...text("requestModel", "llm.request.model_name"),
      ...text("responseModel", "llm.response.model_name", "llm.model_name", "embedding.model_name"),
      ...count("input", "llm.token_count.prompt"),
      ...count("output", "llm.token_count.completion"),
      ...count("cacheRead", "llm.token_count.prompt_details.cache_read", "llm.token_count.prompt_details.cache_input"),
      ...count(
        "cacheWrite",
        "llm.token_count.prompt_details.cache_write",
        "llm.token_count.prompt_details.cache_creation",
      ),
      ...count("reasoning", "llm.token_count.completion_details.reasoning"),
      ...count("inputAudio", "llm.token_count.prompt_details.audio"),
      ...count("outputAudio", "llm.token_count.completion_details.audio"),
      ...read("streamInJson", "stream", "llm.invocation_parameters"),
      ...read("usd", "cost", "llm.cost.total"),
      ...text("agent", "agent.name"),
      ...text("tool", "tool.name"),
    ],
  },
  {
    name: "OpenLLMetry",
    source: "@traceloop/ai-semantic-conventions 0.27.0",
    kind: "attributes",
    markers: ["llm.request.type", "traceloop.span.kind"],
    aliases: [
      words("operation", "llm.request.type", openLlmetryTypes),
      words("operation", "traceloop.span.kind", openLlmetryKinds),
      ...text("requestModel", "llm.request.model"),
      ...text("responseModel", "llm.response.model"),
      ...count("input", "llm.usage.prompt_tokens"),
      ...count("output", "llm.usage.completion_tokens"),
      ...count("reasoning", "llm.usage.reasoning_tokens"),
      ...read("flag", "stream", "llm.is_streaming"),
    ],
  },
  {
    name: "Vercel AI SDK",
    source: "ai-sdk.dev, telemetry: span attributes of generateText, streamText, embed",
    kind: "attributes",
    markers: ["ai.operationId"],
    aliases: [
      words("operation", "ai.operationId", vercelOperations),
      ...read("lower", "provider", "ai.model.provider"),
      ...text("requestModel", "ai.model.id"),
      ...text("responseModel", "ai.response.model"),
      ...count("input", "ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"),
      ...count("output", "ai.usage.outputTokens", "ai.usage.completionTokens"),
      ...count("cacheRead", "ai.usage.cachedInputTokens"),
      ...count("reasoning", "ai.usage.reasoningTokens"),
      ...read("milliseconds", "firstToken", "ai.response.msToFirstChunk"),
      ...text("tool", "ai.toolCall.name"),
    ],
  },
  {
    name: "Envoy AI Gateway access log",
    source:
      "docs/capabilities/observability/accesslogs.md; llmRequestCosts metadata keys; response_model and token_latency_ttft (ms)",
    kind: "attributes",
    markers: ["llm_input_token", "llm_output_token", "llm_total_token", "response_model", "token_latency_ttft"],
    aliases: [
      ...text("requestModel", "x-ai-eg-model", "model_name_override"),
      ...text("responseModel", "response_model"),
      ...count("input", "llm_input_token"),
      ...count("output", "llm_output_token"),
      ...count("cacheRead", "llm_cached_input_token"),
      ...count("cacheWrite", "llm_cache_creation_input_token"),
      ...count("reasoning", "llm_reasoning_token"),
      ...read("milliseconds", "firstToken", "token_latency_ttft"),
    ],
  },
  {
    name: "Kong AI Gateway log",
    source: "Kong ai-audit-log-reference (`ai.proxy.*`, flattened)",
    kind: "attributes",
    markers: ["ai.proxy.meta.request_model", "ai.proxy.meta.provider_name", "ai.proxy.usage.prompt_tokens"],
    aliases: [
      ...read("lower", "provider", "ai.proxy.meta.provider_name"),
      ...text("requestModel", "ai.proxy.meta.request_model"),
      ...text("responseModel", "ai.proxy.meta.response_model"),
      ...count("input", "ai.proxy.usage.prompt_tokens", "ai.proxy.usage.input_tokens"),
      ...count("output", "ai.proxy.usage.completion_tokens", "ai.proxy.usage.output_tokens"),
      ...count("cacheRead", "ai.proxy.usage.prompt_tokens_details.cached_tokens"),
      ...count("inputAudio", "ai.proxy.usage.prompt_tokens_details.audio_tokens"),
      ...count("reasoning", "ai.proxy.usage.completion_tokens_details.reasoning_tokens"),
      ...read("milliseconds", "firstToken", "ai.proxy.usage.time_to_first_token"),
      words("stream", "ai.proxy.meta.request_mode", { stream: "true" }),
      words("answeredBy", "ai.proxy.cache.cache_status", { Hit: "hit" }),
    ],
  },
  {
    name: "Tools and MCP",
    source: "semantic-conventions v1.41.0 mcp.md; Envoy AI Gateway access log (`mcp_method`, `mcp_tool_name`)",
    kind: "attributes",
    markers: ["mcp.method.name", "gen_ai.tool.name", "mcp_method", "mcp.tool.name"],
    aliases: [
      ...text("method", "mcp.method.name", "mcp_method"),
      ...text("tool", "gen_ai.tool.name", "mcp.tool.name", "mcp_tool_name"),
      ...text("agent", "gen_ai.agent.name"),
    ],
  },
  {
    name: "Headers",
    source:
      'TelemetryPolicy draft, "Alignment with Requirements" (`x-usage-*`, `x-model-id`); LiteLLM, Cloudflare and Portkey response headers',
    kind: "headers",
    markers: [
      "x-usage-input-tokens",
      "x-usage-output-tokens",
      "x-model-id",
      "x-ai-eg-model",
      "x-litellm-response-cost",
      "cf-aig-cache-status",
      "x-portkey-cache-status",
    ],
    aliases: [
      ...count("input", "x-usage-input-tokens"),
      ...count("output", "x-usage-output-tokens"),
      ...count("cacheRead", "x-usage-cached-tokens"),
      ...text("requestModel", "x-model-id", "x-ai-eg-model"),
      ...read("usd", "cost", "x-litellm-response-cost"),
      words("answeredBy", "cf-aig-cache-status", { HIT: "hit" }),
      words("answeredBy", "x-portkey-cache-status", { HIT: "hit" }),
    ],
  },
];

/** Further facts of a call, under names of their own, read from every record that is one. Sources: the data planes' access logs. */
export const circumstances: readonly GenAIAlias[] = [
  ...text("error", "error.type"),
  ...text("server", "server.address"),
  ...text("route", "route_name", "kong.route.name", "route", "http.route"),
];

/**
 * Where Kong's log plugins put the same as objects inside objects: `ai.proxy.usage.…` of a parsed line, in its body or
 * its attributes; `ai-proxy` is the open source plugin's key.
 */
export const nestedCalls = { root: "ai", under: ["proxy", "ai-proxy"] } as const;

/** Headers that stand in for attributes; data planes deliver them under names of their own. */
export const callHeaders: readonly string[] = conventions
  .filter(({ kind }) => kind === "headers")
  .flatMap(({ aliases }) => aliases.map(({ from }) => from));
