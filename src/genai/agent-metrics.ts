/**
 * Metrics by which coding agents tell what they used. Their tools speak to providers directly, so that no gateway and no
 * span in the conventions' words describes the calls; a policy with `metrics.genAI.source: client-metrics` counts these.
 */
export type AgentMetric = {
  readonly agent: string;
  readonly source: string;
  /** Name on the wire. */
  readonly name: string;
  /** A counter, or the sum or the number of the values in a histogram. */
  readonly from: "counter" | "sum" | "count";
  /** `service.name` (RE2) of the agents that use a name which others use, too. */
  readonly service: string | null;
  /** Who answered: a fixed name, or the attribute that says it. */
  readonly provider: { readonly is: string } | { readonly attribute: string };
  readonly requestModel: string;
  readonly responseModel: string;
  readonly counts:
    | {
        readonly family: "gen_ai_tokens";
        /** Attribute that tells the kinds of tokens apart, and the bucket of each. Other kinds are sums of these. */
        readonly type: string;
        readonly buckets: { readonly [type: string]: TokenBucket };
        /** Types whose tokens the first of `buckets` states once more. */
        readonly within: readonly string[];
      }
    | { readonly family: "gen_ai_cost" }
    /** `failed`: an attribute and its value for a call that failed; `error`: the attribute that says why. */
    | {
        readonly family: "gen_ai_requests";
        readonly failed: { readonly key: string; readonly is: string } | null;
        readonly error: string | null;
      };
};

export type TokenBucket = "uncached_input" | "cache_read" | "cache_write" | "output" | "reasoning";

const claude = {
  agent: "Claude Code",
  source: "docs.anthropic.com, Claude Code: monitoring usage",
  from: "counter",
  service: null,
  provider: { is: "anthropic" },
  requestModel: "model",
  responseModel: "model",
} as const;

const codex = {
  agent: "Codex",
  source: "openai/codex `codex-rs/otel/src/metrics/names.rs`; token types as exported by 0.137 and later",
  service: null,
  provider: { is: "openai" },
  requestModel: "model",
  responseModel: "model",
} as const;

const copilot = {
  agent: "GitHub Copilot",
  source: "microsoft/vscode-copilot-chat `docs/monitoring/agent_monitoring.md`",
  service: "^(?:copilot-chat|github-copilot)",
  provider: { attribute: "gen_ai.provider.name" },
  requestModel: "gen_ai.request.model",
  responseModel: "gen_ai.response.model",
} as const;

export const agentMetrics: readonly AgentMetric[] = [
  {
    ...claude,
    name: "claude_code.token.usage",
    counts: {
      family: "gen_ai_tokens",
      type: "type",
      buckets: { input: "uncached_input", cacheRead: "cache_read", cacheCreation: "cache_write", output: "output" },
      within: [],
    },
  },
  { ...claude, name: "claude_code.cost.usage", counts: { family: "gen_ai_cost" } },
  {
    ...codex,
    name: "codex.turn.token_usage",
    from: "sum",
    counts: {
      family: "gen_ai_tokens",
      type: "token_type",
      buckets: {
        input: "uncached_input",
        cached_input: "cache_read",
        cache_write_input: "cache_write",
        output: "output",
        reasoning_output: "reasoning",
      },
      within: ["cached_input", "cache_write_input"],
    },
  },
  ...["codex.api_request", "codex.websocket.request"].map(
    (name): AgentMetric => ({
      ...codex,
      name,
      from: "counter",
      counts: { family: "gen_ai_requests", failed: { key: "success", is: "false" }, error: null },
    }),
  ),
  {
    ...copilot,
    name: "gen_ai.client.token.usage",
    from: "sum",
    counts: {
      family: "gen_ai_tokens",
      type: "gen_ai.token.type",
      // How much of the input was cached is not told.
      buckets: { input: "uncached_input", output: "output" },
      within: [],
    },
  },
  {
    ...copilot,
    name: "gen_ai.client.operation.duration",
    from: "count",
    counts: { family: "gen_ai_requests", failed: null, error: "error.type" },
  },
];

/** Families that agents' metrics are folded into. */
export const foldedFamilies = ["gen_ai_tokens", "gen_ai_cost", "gen_ai_requests", "gen_ai_unpriced"] as const;
