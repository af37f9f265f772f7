/** Operations of which one record is one model call. Wrappers (`invoke_agent`, …) repeat the tokens of their leaves and never count. */
export const leafOperations: readonly string[] = [
  "chat",
  "generate_content",
  "text_completion",
  "embeddings",
  // Model calls that conventions have no word for yet; Envoy AI Gateway's words.
  "image_generation",
  "speech",
  "transcription",
  "translation",
];

/** Gateways' own words for leaf operations. Source: Envoy AI Gateway `internal/metrics/genai.go`. */
export const operationAliases: { readonly [written: string]: string } = {
  messages: "chat",
  responses: "chat",
  completion: "text_completion",
  embedding: "embeddings",
};

/** A call of a tool; MCP's `tools/call` is one by its method. */
export const toolOperation = "execute_tool";

/** OpenInference `openinference.span.kind`. What is no model call becomes an operation that never counts. */
export const openInferenceKinds: { readonly [written: string]: string } = {
  LLM: "chat",
  EMBEDDING: "embeddings",
  TOOL: "execute_tool",
  AGENT: "invoke_agent",
  CHAIN: "invoke_workflow",
  RETRIEVER: "retrieval",
  RERANKER: "retrieval",
  GUARDRAIL: "guardrail",
  EVALUATOR: "evaluate",
  PROMPT: "prompt",
  TOKEN_COUNTER: "count_tokens",
};

/** OpenLLMetry `llm.request.type`. */
export const openLlmetryTypes: { readonly [written: string]: string } = {
  chat: "chat",
  completion: "text_completion",
  embedding: "embeddings",
  rerank: "retrieval",
};

/** OpenLLMetry `traceloop.span.kind`. */
export const openLlmetryKinds: { readonly [written: string]: string } = {
  workflow: "invoke_workflow",
  task: "invoke_workflow",
  agent: "invoke_agent",
  tool: "execute_tool",
};

/** Vercel AI SDK `ai.operationId`: the inner span is the call, the outer one repeats it. */
export const vercelOperations: { readonly [written: string]: string } = {
  "ai.generateText.doGenerate": "chat",
  "ai.streamText.doStream": "chat",
  "ai.generateObject.doGenerate": "chat",
  "ai.streamObject.doStream": "chat",
  "ai.embed.doEmbed": "embeddings",
  "ai.embedMany.doEmbed": "embeddings",
  "ai.toolCall": "execute_tool",
  "ai.generateText": "invoke_agent",
  "ai.streamText": "invoke_agent",
  "ai.generateObject": "invoke_agent",
  "ai.streamObject": "invoke_agent",
  "ai.embed": "invoke_agent",
  "ai.embedMany": "invoke_agent",
};
