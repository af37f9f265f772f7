import type { Json } from "../../src/base/canonical.ts";
import { budgetSeries, spentSeries } from "../../src/render/budget-rules.ts";
import { grown, series } from "./promql.ts";

const labels = 'bucket="output",instance="a",k8s_gateway_name="llm",k8s_gateway_namespace="ai",team="red"';
const withoutScrape = '{k8s_gateway_name="llm",k8s_gateway_namespace="ai",team="red"}';
const cost = `${series.cost}{${labels}}`;

const grownTo = (at: string, value: number): Json => ({
  eval_time: at,
  expr: `sum(${grown(series.cost, "5m")})`,
  exp_samples: [{ labels: "{}", value }],
});

const alert = (alertname: string, at: string, fires: readonly Json[]): Json => ({
  eval_time: at,
  alertname,
  exp_alerts: fires,
});

const ofBudget = { budget: "team", policy: "ai/spend", member: "red" };
const budgetLabels = `{budget="team",member="red",policy="ai/spend"}`;
const burn = (window: string, values: string): Json => ({
  series: `${budgetSeries.burn}${window}${budgetLabels}`,
  values,
});

/** Tests of the rules for `promtool test rules`. */
export const rulesTest: Json = {
  rule_files: ["recording-rules.yaml", "alerts.yaml"],
  // Those of the spend group; promtool evaluates every group so.
  evaluation_interval: "5m",
  tests: [
    {
      name: "a new series has grown by its first value, and steps of five minutes add up to the counter",
      interval: "1m",
      // 3 at once, then 1 more each minute from minute 7 on.
      input_series: [{ series: cost, values: "_ _ 3 3 3 3 3 4+1x30" }],
      promql_expr_test: [
        { eval_time: "5m", expr: spentSeries, exp_samples: [{ labels: `${spentSeries}${withoutScrape}`, value: 3 }] },
        {
          eval_time: "30m",
          expr: `sum_over_time(${spentSeries}[30m])`,
          exp_samples: [{ labels: withoutScrape, value: 27 }],
        },
      ],
    },
    {
      name: "a series that was silent for an hour is not new",
      interval: "1m",
      input_series: [{ series: cost, values: "_ 100x5 _x60 100 101 101 101" }],
      promql_expr_test: [grownTo("5m", 100), grownTo("70m", 1)],
    },
    {
      name: "a counter that began again has grown by what it shows",
      interval: "1m",
      input_series: [{ series: cost, values: "50 50 50 50 50 50 _x10 2 2 2 2 2" }],
      promql_expr_test: [grownTo("20m", 2)],
    },
    {
      name: "a series that only appeared and went is not lost",
      interval: "1m",
      input_series: [{ series: cost, values: "_ 7 stale" }],
      promql_expr_test: [grownTo("5m", 7)],
    },
    {
      name: "a budget that burns twenty times too fast pages, until the short window calms",
      interval: "1m",
      input_series: [burn("1h", "20x60"), burn("5m", "20x20 0x40"), burn("6h", "3x60"), burn("30m", "3x60")],
      alert_rule_test: [
        alert("GenAIBudgetBurnsVeryFast", "10m", [
          {
            exp_labels: { severity: "page", ...ofBudget },
            exp_annotations: {
              summary: "Budget team (red) of policy ai/spend burns 20.0 times too fast",
              description: "At this pace the whole month's budget is gone within two days.",
            },
          },
        ]),
        alert("GenAIBudgetBurnsVeryFast", "30m", []),
        alert("GenAIBudgetBurnsFast", "10m", []),
      ],
    },
    {
      name: "a budget is nearly spent before it is spent",
      interval: "1m",
      input_series: [
        { series: `${budgetSeries.amount}{budget="team",policy="ai/spend"}`, values: "500x20" },
        { series: `${budgetSeries.spent}${budgetLabels}`, values: "450x20" },
      ],
      alert_rule_test: [
        alert("GenAIBudgetNearlySpent", "5m", [
          {
            exp_labels: { severity: "ticket", ...ofBudget },
            exp_annotations: {
              summary: "Budget team (red) of policy ai/spend is nearly spent",
              description: "The last 30 days cost 90% of it.",
            },
          },
        ]),
        alert("GenAIBudgetSpent", "5m", []),
      ],
    },
    {
      name: "calls without a price are a ticket after a quarter of an hour",
      interval: "1m",
      input_series: [
        { series: `${series.requests}{k8s_gateway_name="llm",k8s_gateway_namespace="ai"}`, values: "0+100x60" },
        {
          series: `${series.unpriced}{k8s_gateway_name="llm",k8s_gateway_namespace="ai",reason="unknown_model"}`,
          values: "0+5x60",
        },
      ],
      alert_rule_test: [
        alert("GenAICallsWithoutPrice", "10m", []),
        alert("GenAICallsWithoutPrice", "40m", [
          {
            exp_labels: { severity: "ticket", k8s_gateway_name: "llm", k8s_gateway_namespace: "ai" },
            exp_annotations: {
              summary: "5% of the calls through ai/llm have no price",
              description:
                "Their cost is missing in every figure. The table 'Without a price' names the models and why.",
            },
          },
        ]),
        alert("GenAIUsageMissing", "40m", []),
      ],
    },
    {
      name: "spend that triples against its week is told, pennies are not",
      interval: "5m",
      input_series: [
        { series: 'otel_policy:gen_ai_cost_usd_per_hour:1h{k8s_gateway_name="llm"}', values: "2x2016 10x30" },
        { series: 'otel_policy:gen_ai_cost_usd_per_hour:1h{k8s_gateway_name="tiny"}', values: "0.01x2016 0.5x30" },
      ],
      alert_rule_test: [
        alert("GenAISpendSpike", "169h", [
          {
            exp_labels: { severity: "ticket", k8s_gateway_name: "llm" },
            exp_annotations: {
              summary: "/llm costs 10.00 USD an hour, three times its week's mean",
              description: "A new model, a loop of an agent, or a cache that no longer hits.",
            },
          },
        ]),
      ],
    },
  ],
};
