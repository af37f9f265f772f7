/**
 * Who answers model calls: the values of `gen_ai.provider.name`, how else they are written, and whose prices hold. A
 * wrong price is worse than none, so nothing is guessed from parts of a name (`azure.ai.openai` is not `openai`).
 * Sources: GenAI conventions v1.41 and `latest`, gen-ai-spans.md; their predecessor's `gen_ai.system`; Envoy AI
 * Gateway `internal/metrics`; OpenLLMetry; Vercel AI SDK; genai-prices 0.1.8.
 */
export type KnownProvider = {
  readonly name: string;
  /** Other values seen for it, lower case. */
  readonly aliases: readonly string[];
  /** Provider id of the price table; null: nobody sells tokens under this name, so only overrides can price them. */
  readonly prices: string | null;
};

const same = (name: string, aliases: readonly string[] = []): KnownProvider => ({ name, aliases, prices: name });
const priced = (name: string, prices: string | null, aliases: readonly string[] = []): KnownProvider => ({
  name,
  aliases,
  prices,
});

export const knownProviders: readonly KnownProvider[] = [
  same("openai", ["openai.responses", "openai.chat", "openai.completion", "openai.embedding", "openai_chat"]),
  same("anthropic", ["anthropic.messages"]),
  priced("azure.ai.openai", "azure", ["az.ai.openai", "azure.openai", "azure_openai", "azure-openai", "azure.chat"]),
  priced("azure.ai.inference", "azure", ["az.ai.inference", "azure", "azure_ai"]),
  priced("aws.bedrock", "aws", ["bedrock", "aws_bedrock", "amazon-bedrock", "aws.anthropic", "amazon_bedrock"]),
  priced("gcp.gemini", "google", ["gemini", "google", "google.generative-ai", "google_genai", "google-gla"]),
  priced("gcp.vertex_ai", "google", ["vertex_ai", "vertexai", "google.vertex", "gcp.anthropic", "google-vertex"]),
  priced("gcp.gen_ai", "google", ["gen_ai"]),
  same("cohere", ["cohere.chat"]),
  same("deepseek", ["deepseek.chat"]),
  same("groq", ["groq.chat"]),
  same("perplexity", ["perplexity.chat"]),
  priced("mistral_ai", "mistral", ["mistral", "mistralai", "mistral.chat"]),
  priced("x_ai", "x-ai", ["xai", "x-ai", "xai.chat"]),
  priced("moonshot_ai", "moonshotai", ["moonshot", "moonshotai"]),
  same("openrouter", ["openrouter.chat"]),
  same("together", ["together_ai", "togetherai", "together.ai"]),
  same("fireworks", ["fireworks_ai", "fireworks-ai", "fireworks.chat"]),
  same("cerebras", ["cerebras.chat"]),
  same("cloudflare", ["workers-ai", "workersai.chat"]),
  same("github-copilot", ["github_copilot", "copilot"]),
  same("cursor"),
  same("voyageai", ["voyage"]),
  same("novita", ["novita_ai"]),
  same("baseten"),
  same("avian"),
  same("arcee"),
  same("doubleword"),
  same("minimax"),
  same("modal"),
  same("ovhcloud"),
  same("quicksilverpro"),
  same("typesafe"),
  same("zai", ["z.ai"]),
  same("zhipuai", ["zhipu"]),
  ...[
    "cerebras",
    "fireworks-ai",
    "groq",
    "hyperbolic",
    "nebius",
    "novita",
    "nscale",
    "ovhcloud",
    "publicai",
    "sambanova",
    "together",
  ].map((part) => same(`huggingface_${part}`)),
  priced("ibm.watsonx.ai", null, ["watsonx"]),
  priced("ollama", null),
  priced("vllm", null),
  priced("aws.sagemaker", null, ["sagemaker"]),
];

/** The convention's name of a price provider, for calls that do not say who answered them. */
export const nameOfPriceProvider = (id: string): string =>
  knownProviders.find(({ prices }) => prices === id)?.name ?? id;
