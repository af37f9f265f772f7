import type { Json } from "../../src/base/canonical.ts";
import { budgetSeries, spentSeries } from "../../src/render/budget-rules.ts";
import { grown, series } from "./promql.ts";

/** Labels of a scrape and of a price; what is left says whose call it was. */
const without = "without (instance, pod, bucket, price_table)";

const byTarget = "k8s_gateway_namespace, k8s_gateway_name, k8s_namespace_name";

const shareIn = (part: string, window: string): string =>
  `(sum by (${byTarget}) (increase(${part}[${window}])) or 0 * sum by (${byTarget}) (increase(${series.requests}[${window}]))) / (sum by (${byTarget}) (increase(${series.requests}[${window}])) > 0)`;

const recorded = {
  unpriced: "otel_policy:gen_ai_unpriced:ratio30m",
  usageMissing: "otel_policy:gen_ai_usage_missing:ratio30m",
  failed: "otel_policy:gen_ai_failed:ratio5m",
  burn: "otel_policy:gen_ai_cost_usd_per_hour:1h",
} as const;

/** Recording rules that hold whatever the policies say. */
export const recordingRules: Json = {
  groups: [
    {
      // One step every five minutes: the steps join without gap or overlap, so sums of them are exact.
      name: "otel_policy_gen_ai_spend",
      interval: "5m",
      rules: [{ record: spentSeries, expr: `sum ${without} (${grown(series.cost, "5m")})` }],
    },
    {
      name: "otel_policy_gen_ai",
      interval: "1m",
      rules: [
        {
          record: recorded.burn,
          expr: `sum by (${byTarget}) (sum_over_time(${spentSeries}[1h]))`,
        },
        { record: recorded.unpriced, expr: shareIn(series.unpriced, "30m") },
        { record: recorded.usageMissing, expr: shareIn(series.usageMissing, "30m") },
        { record: recorded.failed, expr: shareIn(`${series.requests}{error_type!=""}`, "5m") },
      ],
    },
  ],
};

const target = "{{ $labels.k8s_gateway_namespace }}/{{ $labels.k8s_gateway_name }}{{ $labels.k8s_namespace_name }}";
const budget = "{{ $labels.budget }}{{ with $labels.member }} ({{ . }}){{ end }} of policy {{ $labels.policy }}";
const percent = "{{ $value | humanizePercentage }}";

type Alert = {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly severity: "page" | "ticket";
  readonly summary: string;
  readonly description: string;
};

/** A fast window that still burns keeps the alert from lingering after the burning has stopped. */
const burns = (
  alert: string,
  [long, short, factor]: readonly [string, string, number],
  severity: Alert["severity"],
  description: string,
): Alert => ({
  alert,
  expr: `${budgetSeries.burn}${long} > ${factor} and ${budgetSeries.burn}${short} > ${factor}`,
  severity,
  summary: `Budget ${budget} burns {{ printf "%.1f" $value }} times too fast`,
  description,
});

const spent = (alert: string, share: number, severity: Alert["severity"], summary: string): Alert => ({
  alert,
  expr: `${budgetSeries.spent} / on (budget, policy) group_left () ${budgetSeries.amount} > ${share}`,
  severity,
  summary,
  description: `The last 30 days cost ${percent} of it.`,
});

const alerts: readonly Alert[] = [
  // Shares of the budget that the long window may cost: 2 %, 5 % and 10 %; the windows are those of the SRE workbook.
  burns(
    "GenAIBudgetBurnsVeryFast",
    ["1h", "5m", 14.4],
    "page",
    "At this pace the whole month's budget is gone within two days.",
  ),
  burns(
    "GenAIBudgetBurnsFast",
    ["6h", "30m", 6],
    "page",
    "At this pace the whole month's budget is gone within five days.",
  ),
  burns("GenAIBudgetBurns", ["3d", "6h", 1], "ticket", "At this pace the budget does not last thirty days."),
  spent("GenAIBudgetNearlySpent", 0.8, "ticket", `Budget ${budget} is nearly spent`),
  spent("GenAIBudgetSpent", 1, "page", `Budget ${budget} is spent`),
  {
    alert: "GenAISpendSpike",
    // A floor of a dollar an hour: three times nothing is still nothing.
    expr: `${recorded.burn} > 3 * avg_over_time(${recorded.burn}[7d] offset 1h) and ${recorded.burn} > 1`,
    for: "10m",
    severity: "ticket",
    summary: `${target} costs {{ printf "%.2f" $value }} USD an hour, three times its week's mean`,
    description: "A new model, a loop of an agent, or a cache that no longer hits.",
  },
  {
    alert: "GenAICallsWithoutPrice",
    expr: `${recorded.unpriced} > 0.01`,
    for: "15m",
    severity: "ticket",
    summary: `${percent} of the calls through ${target} have no price`,
    description: "Their cost is missing in every figure. The table 'Without a price' names the models and why.",
  },
  {
    alert: "GenAIUsageMissing",
    expr: `${recorded.usageMissing} > 0.05`,
    for: "15m",
    severity: "ticket",
    summary: `${percent} of the calls through ${target} do not say their tokens`,
    description:
      "Often streams without stream_options.include_usage. The table 'Usage missing' names models and reasons.",
  },
  {
    alert: "GenAICallsFail",
    expr: `${recorded.failed} > 0.1`,
    for: "5m",
    severity: "page",
    summary: `${percent} of the calls through ${target} fail`,
    description: "The panel 'Failed calls' names the kinds of errors.",
  },
];

export const alertRules: Json = {
  groups: [
    {
      name: "otel_policy_gen_ai_alerts",
      interval: "1m",
      rules: alerts.map(({ alert, expr, for: duration, severity, summary, description }) => ({
        alert,
        expr,
        for: duration,
        labels: { severity },
        annotations: { summary, description },
      })),
    },
  ],
};
