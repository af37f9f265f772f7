import { budgetSeries } from "../../src/render/budget-rules.ts";
import type { Dashboard, Panel, Row } from "./model.ts";
import { byModel, grown, named, orZero, quantile, series, share } from "./promql.ts";

const filter = '{k8s_gateway_name=~"$gateway",source=~"$source"}';
const filterWith = (more: string): string => filter.replace("}", `,${more}}`);
const inRange = (name: string, selector = filter): string => grown(`${name}${selector}`, "$__range");
const perSecond = (name: string, selector = filter): string => `rate(${name}${selector}[$__rate_interval])`;
/** Reasoning lies inside output: without it the buckets are disjoint. */
const disjoint = filterWith('bucket!="reasoning"');
const input = filterWith('bucket=~"uncached_input|cache_read|cache_write"');

const figure = (
  title: string,
  unit: Panel["unit"],
  expr: string,
  about: string,
  more: Partial<Pick<Panel, "limits" | "decimals" | "width">> = {},
): Panel => ({ title, about, shape: "figure", unit, queries: [{ expr, legend: title }], width: 4, ...more });

const bars = (title: string, unit: Panel["unit"], expr: string, legend: string, about: string, width = 8): Panel => ({
  title,
  about,
  shape: "bars",
  unit,
  queries: [{ expr, legend }],
  width,
  ...(unit === "USD" ? { decimals: 2 } : {}),
});

const over = (
  shape: "lines" | "areas",
  title: string,
  unit: Panel["unit"],
  about: string,
  queries: Panel["queries"],
  width = 12,
): Panel => ({ title, about, shape, unit, queries, width });

const quantiles = (histogram: string): Panel["queries"] =>
  [0.5, 0.95, 0.99].map((q) => ({
    expr: quantile(q, histogram, filter, "$__rate_interval"),
    legend: `p${100 * q}`,
  }));

const spend: Row = {
  title: "Spend",
  height: 4,
  panels: [
    figure(
      "Spend in range",
      "USD",
      orZero(`sum(${inRange(series.cost)})`),
      "What the calls of the chosen range cost, exactly: first values of new series count, nothing is extrapolated. Calls without a price are not in it; see the share beside.",
      { decimals: 2 },
    ),
    figure(
      "Burn",
      "USD/h",
      orZero(`sum(${perSecond(series.cost)}) * 3600`),
      "Cost per hour at the pace of the last minutes.",
      { decimals: 2 },
    ),
    figure(
      "Forecast, 30 days",
      "USD",
      orZero(`sum(${grown(`${series.cost}${filter}`, "1d")}) * 30`),
      "Thirty days like the last one. Too low until there is a whole day of data.",
      { decimals: 0 },
    ),
    figure(
      "Saved by caches",
      "USD",
      orZero(`sum(${inRange(series.saved)})`),
      "What the same calls would have cost more without providers' and gateways' caches, before what writing the caches cost.",
      { decimals: 2 },
    ),
    figure(
      "Without a price",
      "share",
      share(inRange(series.unpriced), inRange(series.requests)),
      "Share of calls whose usage is known and whose price is not. Their cost is missing above, never 0.",
      { limits: { good: "low", amber: 0.001, red: 0.01 }, decimals: 2 },
    ),
    figure(
      "Usage missing",
      "share",
      share(inRange(series.usageMissing), inRange(series.requests)),
      "Share of calls that succeeded without saying, or fully saying, their tokens: often streams without include_usage.",
      { limits: { good: "low", amber: 0.01, red: 0.05 }, decimals: 2 },
    ),
  ],
};

const whose: Row = {
  title: "Whose",
  height: 8,
  panels: [
    over(
      "areas",
      "Burn by model",
      "USD/h",
      "Cost per hour by the model that is billed: the one that answered, else the one asked for.",
      [{ expr: `${byModel(perSecond(series.cost))} * 3600`, legend: "{{model}}" }],
    ),
    bars(
      "Budget left",
      "USD",
      budgetSeries.left,
      "{{budget}} {{member}}",
      "Of each budget of the policies, what the last 30 days left. Needs the rules that `otel-policy render --rules` writes.",
      6,
    ),
    bars(
      "Budget burn, last hour",
      "factor",
      `${budgetSeries.burn}1h`,
      "{{budget}} {{member}}",
      "How fast the budget is spent; at 1 it lasts exactly 30 days.",
      6,
    ),
    bars(
      "Spend by $group",
      "USD",
      `topk(15, sum by (group) (${named(`sum by ($group) (${inRange(series.cost)})`, "group", ["$group"])}))`,
      "{{group}}",
      "Spend in range by a dimension that the policies ask for; `none`: calls that did not carry it.",
    ),
    bars(
      "Spend by model",
      "USD",
      `topk(15, ${byModel(inRange(series.cost))})`,
      "{{model}}",
      "Spend in range by the model that is billed.",
    ),
    bars(
      "Spend by route",
      "USD",
      `topk(15, sum by (place) (${named(`sum by (k8s_namespace_name, k8s_gateway_name, route) (${inRange(series.cost)})`, "place", ["k8s_namespace_name", "k8s_gateway_name", "route"])}))`,
      "{{place}}",
      "Spend in range by route; by Gateway or namespace where records name no route.",
    ),
  ],
};

const each: Row = {
  title: "Per token and per call",
  height: 4,
  panels: [
    figure(
      "Cache hit ratio",
      "share",
      share(inRange(series.tokens, filterWith('bucket="cache_read"')), inRange(series.tokens, input)),
      "Share of input tokens that came from providers' caches.",
      { limits: { good: "high", amber: 0.2, red: 0.02 }, width: 8 },
    ),
    figure(
      "Price per 1M tokens",
      "USD",
      `${orZero(`sum(${inRange(series.cost)})`)} / sum(${inRange(series.tokens, disjoint)}) * 1e6`,
      "Blended over all models and buckets. Tokens without a price pull it down.",
      { decimals: 2, width: 8 },
    ),
    figure(
      "Cost per call",
      "USD",
      `${orZero(`sum(${inRange(series.cost)})`)} / sum(${inRange(series.requests)})`,
      "Mean over all calls, failed ones included.",
      { decimals: 4, width: 8 },
    ),
  ],
};

const tokens: Row = {
  title: "Tokens",
  height: 8,
  panels: [
    over(
      "areas",
      "Tokens by bucket",
      "tokens/s",
      "Disjoint buckets: their sum is all tokens. Reasoning tokens lie inside output and are not shown apart here.",
      [{ expr: `sum by (bucket) (${perSecond(series.tokens, disjoint)})`, legend: "{{bucket}}" }],
      8,
    ),
    over(
      "lines",
      "Cache hit ratio by model",
      "share",
      "Share of input tokens that came from providers' caches.",
      [
        {
          expr: `${byModel(perSecond(series.tokens, filterWith('bucket="cache_read"')))} / ${byModel(perSecond(series.tokens, input))}`,
          legend: "{{model}}",
        },
      ],
      8,
    ),
    over(
      "areas",
      "Saved by caches",
      "USD/h",
      "Provider caches read cheaper; gateway caches ask nobody.",
      [{ expr: `sum by (kind) (${perSecond(series.saved)}) * 3600`, legend: "{{kind}}" }],
      8,
    ),
    over("lines", "Price per 1M tokens by model", "USD", "Cost of all buckets over tokens of all buckets.", [
      {
        expr: `${byModel(perSecond(series.cost))} / ${byModel(perSecond(series.tokens, disjoint))} * 1e6`,
        legend: "{{model}}",
      },
    ]),
    over("lines", "Cost per call by model", "USD", "Cost over calls.", [
      { expr: `${byModel(perSecond(series.cost))} / ${byModel(perSecond(series.requests))}`, legend: "{{model}}" },
    ]),
  ],
};

const speed: Row = {
  title: "Speed and errors",
  height: 8,
  panels: [
    over(
      "lines",
      "Time to first token",
      "seconds",
      "Streamed calls whose records say it.",
      quantiles(series.firstToken),
      8,
    ),
    over("lines", "Duration of calls", "seconds", "All calls, failed ones included.", quantiles(series.duration), 8),
    over(
      "lines",
      "Output tokens/s of one call",
      "tokens/s",
      "After the first token, mean over calls, by model.",
      [
        {
          expr: `1 / (${byModel(perSecond(`${series.perToken}_sum`))} / ${byModel(perSecond(`${series.perToken}_count`))})`,
          legend: "{{model}}",
        },
      ],
      8,
    ),
    over(
      "areas",
      "Calls by model",
      "calls/s",
      "By the model that answered, else the one asked for.",
      [{ expr: byModel(perSecond(series.requests)), legend: "{{model}}" }],
      8,
    ),
    over(
      "lines",
      "Failed calls",
      "share",
      "Share of calls that failed, by kind of error.",
      [
        {
          expr: `sum by (error_type) (${perSecond(series.requests, filterWith('error_type!=""'))}) / on () group_left () sum(${perSecond(series.requests)})`,
          legend: "{{error_type}}",
        },
      ],
      8,
    ),
    over(
      "areas",
      "All output tokens",
      "tokens/s",
      "Throughput of all calls together, by model.",
      [{ expr: byModel(perSecond(series.tokens, filterWith('bucket="output"'))), legend: "{{model}}" }],
      8,
    ),
  ],
};

const table = (title: string, name: string, columns: NonNullable<Panel["columns"]>, about: string): Panel => ({
  title,
  about,
  shape: "table",
  unit: "calls",
  queries: [
    { expr: `sort_desc(sum by (${columns.map(([label]) => label).join(", ")}) (${inRange(name)}) > 0)`, legend: "" },
  ],
  width: 8,
  columns,
  decimals: 0,
});

const models: Row = {
  title: "What was asked, what answered, what is not known",
  height: 8,
  panels: [
    table(
      "Asked for and served",
      series.requests,
      [
        ["gen_ai_request_model", "Asked for"],
        ["gen_ai_response_model", "Served"],
      ],
      "A model that is not the one asked for is billed as itself. Failed calls have no served model.",
    ),
    table(
      "Without a price",
      series.unpriced,
      [
        ["gen_ai_provider_name", "Provider"],
        ["gen_ai_request_model", "Asked for"],
        ["reason", "Reason"],
      ],
      "`otel-policy prices --sample` says what to write into a price file.",
    ),
    table(
      "Usage missing",
      series.usageMissing,
      [
        ["gen_ai_request_model", "Asked for"],
        ["route", "Route"],
        ["reason", "Reason"],
      ],
      "streaming: the provider was not asked for usage. partial: one of input and output is there. invalid: no number that counts.",
    ),
  ],
};

const byTool = (vector: string): string => {
  const labels = ["mcp_method_name", "gen_ai_tool_name"];
  return `sum by (tool) (${named(`sum by (${labels.join(", ")}) (${vector})`, "tool", labels)})`;
};
const toolFilter = '{k8s_gateway_name=~"$gateway"}';

const tools: Row = {
  title: "Tools",
  height: 8,
  panels: [
    over(
      "areas",
      "Tool calls",
      "calls/s",
      "Calls of tools and MCP methods; by tool where one is named, else by method.",
      [{ expr: byTool(perSecond(series.toolCalls, toolFilter)), legend: "{{tool}}" }],
      8,
    ),
    over(
      "lines",
      "Failed tool calls",
      "share",
      "Share of a tool's calls that failed.",
      [
        {
          expr: `(${byTool(perSecond(series.toolCalls, toolFilter.replace("}", ',error_type!=""}')))} or 0 * ${byTool(perSecond(series.toolCalls, toolFilter))}) / ${byTool(perSecond(series.toolCalls, toolFilter))}`,
          legend: "{{tool}}",
        },
      ],
      8,
    ),
    over(
      "lines",
      "Duration of tool calls, p95",
      "seconds",
      "By tool where one is named.",
      [
        {
          expr: `histogram_quantile(0.95, sum by (le, gen_ai_tool_name) (rate(${series.toolDuration}_bucket${toolFilter}[$__rate_interval])))`,
          legend: "{{gen_ai_tool_name}}",
        },
      ],
      8,
    ),
  ],
};

export const genAI: Dashboard = {
  uid: "otel-policy-gen-ai",
  title: "GenAI spend and use",
  about: "Tokens, cost and latency of model calls as TelemetryPolicies with metrics.genAI count them.",
  variables: [
    { name: "gateway", label: "Gateway", from: { label: "k8s_gateway_name", of: series.requests } },
    { name: "source", label: "Counted from", from: { label: "source", of: series.requests } },
    {
      name: "group",
      label: "Group by",
      from: {
        list: [
          "team",
          "app",
          "env",
          "gen_ai_agent_name",
          "gen_ai_provider_name",
          "k8s_gateway_name",
          "k8s_namespace_name",
        ],
      },
    },
  ],
  rows: [spend, whose, each, tokens, speed, models, tools],
};
