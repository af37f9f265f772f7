import type { Profile } from "../genai/names.ts";
import type { FamilyDefinition } from "./family.ts";

/** Labels of model-call metrics; the renderer knows which field of a call each one is. */
const call = [
  "gen_ai.operation.name",
  "gen_ai.provider.name",
  "gen_ai.request.model",
  "gen_ai.response.model",
  "route",
] as const;
const outcome = [...call, "error.type"] as const;
const tool = ["mcp.method.name", "gen_ai.tool.name", "error.type", "route"] as const;

/** A family that only `metrics.genAI`, or its own name among the overrides, asks for; null: under any profile. */
export type GenAIDefinition = FamilyDefinition & { readonly under: Profile | null };

const ours = (
  family: FamilyDefinition["family"],
  name: string,
  unit: string,
  type: FamilyDefinition["type"],
  description: string,
  defaults: readonly string[] = call,
): GenAIDefinition => ({
  family,
  aliases: [family, `otel_policy.${name}`],
  name: `otel_policy.${name}`,
  unit,
  type,
  description,
  defaults,
  always: false,
  under: null,
});

const semconv = (
  under: Profile,
  family: FamilyDefinition["family"],
  name: string,
  type: FamilyDefinition["type"],
  description: string,
): GenAIDefinition => ({
  ...ours(family, name, "{token}", type, description),
  aliases: [name],
  name,
  under,
});

/**
 * Metrics of model and tool calls. What no convention has a name for stands under our own; the conventions' usage
 * metrics are of one profile or the other, never of both: their names mean different sums.
 */
export const genAIFamilies: readonly GenAIDefinition[] = [
  {
    ...ours(
      "gen_ai_tokens",
      "gen_ai.tokens",
      "{token}",
      "Counter",
      "Tokens of model calls in disjoint buckets; reasoning is reported apart and lies inside output.",
    ),
    aliases: ["gen_ai_tokens", "token_usage", "tokens", "otel_policy.gen_ai.tokens"],
    always: true,
  },
  ours("gen_ai_cost", "gen_ai.cost", "USD", "Counter", "Cost of model calls in disjoint buckets."),
  ours(
    "gen_ai_cost_saved",
    "gen_ai.cost.saved",
    "USD",
    "Counter",
    "Cost that caches saved, before what writing them cost.",
  ),
  ours("gen_ai_requests", "gen_ai.requests", "{request}", "Counter", "Model calls, failed ones included.", outcome),
  ours(
    "gen_ai_unpriced",
    "gen_ai.unpriced",
    "{request}",
    "Counter",
    "Model calls with usage that have no cost, by reason.",
  ),
  ours(
    "gen_ai_usage_missing",
    "gen_ai.usage_missing",
    "{request}",
    "Counter",
    "Model calls that succeeded and whose usage is not, or not fully, known, by reason.",
  ),
  ours("gen_ai_duration", "gen_ai.duration", "s", "Histogram", "Duration of model calls.", outcome),
  ours(
    "gen_ai_time_to_first_token",
    "gen_ai.time_to_first_token",
    "s",
    "Histogram",
    "Time to the first token of an answer.",
  ),
  ours(
    "gen_ai_time_per_output_token",
    "gen_ai.time_per_output_token",
    "s",
    "Histogram",
    "Time per output token after the first.",
  ),
  ours("tool_calls", "tool.calls", "{call}", "Counter", "Calls of tools and MCP methods.", tool),
  ours("tool_duration", "tool.duration", "s", "Histogram", "Duration of calls of tools and MCP methods.", tool),
  semconv(
    "v1.41",
    "gen_ai_client_token_usage",
    "gen_ai.client.token.usage",
    "Histogram",
    "Number of input and output tokens used.",
  ),
  semconv(
    "latest",
    "gen_ai_usage_input_tokens",
    "gen_ai.client.inference.usage.input_tokens",
    "Counter",
    "Input tokens used, cached ones included.",
  ),
  semconv(
    "latest",
    "gen_ai_usage_output_tokens",
    "gen_ai.client.inference.usage.output_tokens",
    "Counter",
    "Output tokens used, reasoning included.",
  ),
  semconv(
    "latest",
    "gen_ai_usage_cache_read",
    "gen_ai.client.inference.usage.cache_read.input_tokens",
    "Counter",
    "Input tokens read from a provider's cache; a subset of input tokens.",
  ),
  semconv(
    "latest",
    "gen_ai_usage_cache_write",
    "gen_ai.client.inference.usage.cache_write.input_tokens",
    "Counter",
    "Input tokens written to a provider's cache; a subset of input tokens.",
  ),
  semconv(
    "latest",
    "gen_ai_usage_reasoning",
    "gen_ai.client.inference.usage.reasoning.output_tokens",
    "Counter",
    "Output tokens of reasoning; a subset of output tokens.",
  ),
];

/** Families whose values need a price. */
export const pricedFamilies: readonly FamilyDefinition["family"][] = [
  "gen_ai_cost",
  "gen_ai_cost_saved",
  "gen_ai_unpriced",
];
