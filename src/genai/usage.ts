/** Where a record states the token usage of one model call. Sources: OpenTelemetry GenAI conventions v1.41; the draft's `x-usage-*` headers. */
export type UsageAlias = { readonly to: string; readonly from: string };

export const usage = {
  operation: "gen_ai.operation.name",
  requestModel: "gen_ai.request.model",
  responseModel: "gen_ai.response.model",
  input: "gen_ai.usage.input_tokens",
  output: "gen_ai.usage.output_tokens",
  cacheRead: "gen_ai.usage.cache_read.input_tokens",
  cacheWrite: "gen_ai.usage.cache_creation.input_tokens",
  reasoning: "gen_ai.usage.reasoning.output_tokens",
} as const;

/** Integer counts, first present wins; headers arrive under the keys of the data plane's profile. */
export const usageAliases: readonly UsageAlias[] = [
  { to: usage.input, from: "gen_ai.usage.prompt_tokens" },
  { to: usage.output, from: "gen_ai.usage.completion_tokens" },
];

/** The draft's usage headers, "Alignment with Requirements". */
export const usageHeaders: readonly UsageAlias[] = [
  { to: usage.input, from: "x-usage-input-tokens" },
  { to: usage.output, from: "x-usage-output-tokens" },
];

/** Leaf operations: one of these is one model call. Wrappers (`invoke_agent`, …) repeat the tokens of their leaves and never count. */
export const leafOperations: readonly string[] = ["chat", "generate_content", "text_completion", "embeddings"];

/** The header by which gateways that read request bodies tell the model. */
export const modelHeaders: readonly string[] = ["x-model-id"];
