/** Names under which Prometheus stores the metrics of model and tool calls (its default translation of OTLP names). */
export const series = {
  cost: "otel_policy_gen_ai_cost_USD_total",
  saved: "otel_policy_gen_ai_cost_saved_USD_total",
  tokens: "otel_policy_gen_ai_tokens_total",
  requests: "otel_policy_gen_ai_requests_total",
  unpriced: "otel_policy_gen_ai_unpriced_total",
  usageMissing: "otel_policy_gen_ai_usage_missing_total",
  duration: "otel_policy_gen_ai_duration_seconds",
  firstToken: "otel_policy_gen_ai_time_to_first_token_seconds",
  perToken: "otel_policy_gen_ai_time_per_output_token_seconds",
  toolCalls: "otel_policy_tool_calls_total",
  toolDuration: "otel_policy_tool_duration_seconds",
} as const;

/**
 * How much a counter grew in a window, to the last cent. `increase()` alone is not that: it extrapolates to the edges of
 * the window and misses the first value of a series, which for a model called once a day is all of it. Here:
 *
 * - without a reset it is the last value minus the last one before the window, at most a day before it, so that a series
 *   that was silent for a while (exporters stop offering quiet series) is not taken for a new one;
 * - with a reset it is `increase()`;
 * - a new series, and one that restarted unseen, has grown by all that it shows.
 */
export const grown = (selector: string, window: string): string => {
  const last = `last_over_time(${selector}[${window}])`;
  const before = `last_over_time(${selector}[1d] offset ${window})`;
  const resets = `resets(${selector}[${window}])`;
  return `((${last} - ${before} >= 0 and ${resets} == 0) or (increase(${selector}[${window}]) and ${resets} > 0) or ${last})`;
};

/** A vector whose label `name` is the last of `labels` that is there, or `none`. */
export const named = (vector: string, name: string, labels: readonly string[]): string =>
  labels.reduce(
    (inner, label) => `label_replace(${inner}, "${name}", "$1", "${label}", "(.+)")`,
    `label_replace(${vector}, "${name}", "none", "${name}", "")`,
  );

/** Labels of the model that is billed: the one that answered, else the one that was asked for. */
const modelLabels = ["gen_ai_request_model", "gen_ai_response_model"] as const;

export const byModel = (vector: string): string =>
  `sum by (model) (${named(`sum by (${modelLabels.join(", ")}) (${vector})`, "model", modelLabels)})`;

/** A total that is 0, not absent, while nothing of it happened. */
export const orZero = (scalar: string): string => `(${scalar} or vector(0))`;

export const share = (part: string, whole: string): string => `${orZero(`sum(${part})`)} / sum(${whole})`;

export const quantile = (q: number, histogram: string, filter: string, window: string): string =>
  `histogram_quantile(${q}, sum by (le) (rate(${histogram}_bucket${filter}[${window}])))`;
