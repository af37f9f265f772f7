/** Which GenAI semantic conventions name attributes and metrics: the last release with them, or the repository they moved to. */
export type Profile = "v1.41" | "latest";

/** What a record may say of a model or tool call. Counts are tokens, times seconds. */
export const fields = {
  operation: "what was asked for: chat, embeddings, …",
  provider: "who answered",
  requestModel: "model asked for",
  responseModel: "model that answered",
  input: "input tokens, cached ones included",
  output: "output tokens, reasoning included",
  cacheRead: "input tokens read from the provider's cache",
  cacheWrite: "input tokens written to the provider's cache",
  cacheWrite1h: "of those, the ones kept for an hour",
  reasoning: "output tokens of reasoning",
  inputAudio: "input tokens of audio",
  inputImage: "input tokens of images",
  inputVideo: "input tokens of video",
  cacheAudioRead: "audio tokens read from the cache",
  cacheImageRead: "image tokens read from the cache",
  outputAudio: "output tokens of audio",
  outputImage: "output tokens of images",
  outputVideo: "output tokens of video",
  webSearches: "searches of the web that the provider did for the answer",
  firstToken: "time to the first token",
  stream: "whether the answer was streamed",
  cost: "cost that the provider or gateway states, USD",
  currency: "currency of that cost",
  serviceTier: "service tier that the call was answered in: batch, flex, priority, …",
  answeredBy: "whether a gateway's own cache answered (hit)",
  agent: "agent that called",
  tool: "tool that was called",
  method: "MCP method",
  route: "route the call took",
  server: "address of who answered",
  error: "why it failed",
} as const;

export type Field = keyof typeof fields;

/** Tokens and what else is counted, in the order in which they are read. */
export const countFields = [
  "input",
  "output",
  "cacheRead",
  "cacheWrite",
  "reasoning",
  "cacheWrite1h",
  "inputAudio",
  "inputImage",
  "inputVideo",
  "cacheAudioRead",
  "cacheImageRead",
  "outputAudio",
  "outputImage",
  "outputVideo",
  "webSearches",
] as const satisfies readonly Field[];

export type CountField = (typeof countFields)[number];

/** Counts that nearly every call states; the others cost a record nothing unless it has them. */
export const usualCounts: readonly CountField[] = ["input", "output", "cacheRead", "cacheWrite", "reasoning"];
export const rareCounts: readonly CountField[] = countFields.filter((field) => !usualCounts.includes(field));

/**
 * The name of a field in each profile. Sources: semantic-conventions v1.41.0 `docs/gen-ai/gen-ai-spans.md`,
 * semantic-conventions-genai `model/gen-ai` (`cache_creation` → `cache_write`, pull request 440).
 */
export const canonicalNames: { readonly [F in Field]?: { readonly [P in Profile]: string } } = {
  operation: { "v1.41": "gen_ai.operation.name", latest: "gen_ai.operation.name" },
  provider: { "v1.41": "gen_ai.provider.name", latest: "gen_ai.provider.name" },
  requestModel: { "v1.41": "gen_ai.request.model", latest: "gen_ai.request.model" },
  responseModel: { "v1.41": "gen_ai.response.model", latest: "gen_ai.response.model" },
  input: { "v1.41": "gen_ai.usage.input_tokens", latest: "gen_ai.usage.input_tokens" },
  output: { "v1.41": "gen_ai.usage.output_tokens", latest: "gen_ai.usage.output_tokens" },
  cacheRead: { "v1.41": "gen_ai.usage.cache_read.input_tokens", latest: "gen_ai.usage.cache_read.input_tokens" },
  cacheWrite: {
    "v1.41": "gen_ai.usage.cache_creation.input_tokens",
    latest: "gen_ai.usage.cache_write.input_tokens",
  },
  reasoning: { "v1.41": "gen_ai.usage.reasoning.output_tokens", latest: "gen_ai.usage.reasoning.output_tokens" },
  firstToken: { "v1.41": "gen_ai.response.time_to_first_chunk", latest: "gen_ai.response.time_to_first_chunk" },
  agent: { "v1.41": "gen_ai.agent.name", latest: "gen_ai.agent.name" },
  tool: { "v1.41": "gen_ai.tool.name", latest: "gen_ai.tool.name" },
  method: { "v1.41": "mcp.method.name", latest: "mcp.method.name" },
};
