import type { Json } from "../base/canonical.ts";
import type { Budget, BudgetTarget } from "../plan/budgets.ts";
import { emitYaml } from "./emit.ts";

/** Cost by all labels but those of a scrape and a price, in steps of five minutes; `recording-rules.yaml` records it. */
export const spentSeries = "otel_policy:gen_ai_cost_usd:increase5m";

/** What the rules of a budget record, each with labels `budget`, `policy` and, for a budget by dimension, `member`. */
export const budgetSeries = {
  amount: "otel_policy:gen_ai_budget:usd",
  spent: "otel_policy:gen_ai_budget_spent:usd30d",
  left: "otel_policy:gen_ai_budget_left:usd",
  /** A window follows: how many times too fast it is spent in it. */
  burn: "otel_policy:gen_ai_budget_burn:ratio",
} as const;

/** Windows of the burn-rate alerts, seconds. */
const burnWindows: { readonly [window: string]: number } = {
  "5m": 300,
  "30m": 1800,
  "1h": 3600,
  "6h": 21_600,
  "3d": 259_200,
};

/** A month of a budget, in seconds: thirty days, so that every window of it is the same. */
const monthSeconds = 30 * 86_400;

/** A string of PromQL. */
const promText = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;

/** Prometheus' own translation of a label's name. */
const labelName = (name: string): string => name.replace(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d)/, "key_");

const selector = (target: BudgetTarget): string =>
  `{${Object.entries(target)
    .map(([label, value]) => `${labelName(label)}=${promText(value)}`)
    .join(",")}}`;

/** What a budget's calls cost in a window; series of different targets never are the same series. */
const spentIn = ({ targets, by }: Budget, window: string): string => {
  const all = targets.map((target) => `sum_over_time(${spentSeries}${selector(target)}[${window}])`).join(" or ");
  if (by === null) return `(sum(${all}) or vector(0))`;
  const label = labelName(by);
  const sum = `sum by (${label}) (${all})`;
  return `sum by (member) (label_replace(label_replace(${sum}, "member", "none", "${label}", ""), "member", "$1", "${label}", "(.+)"))`;
};

const rulesOf = (budget: Budget): readonly Json[] => {
  const labels = { budget: budget.name, policy: budget.policy };
  const record = (name: string, expr: string): Json => ({ record: name, expr, labels });
  return [
    record(budgetSeries.amount, `vector(${budget.usdPerMonth})`),
    record(budgetSeries.spent, spentIn(budget, "30d")),
    record(budgetSeries.left, `${budget.usdPerMonth} - ${spentIn(budget, "30d")}`),
    ...Object.entries(burnWindows).map(([window, seconds]) =>
      record(
        `${budgetSeries.burn}${window}`,
        `${spentIn(budget, window)} / (${budget.usdPerMonth} * ${seconds} / ${monthSeconds})`,
      ),
    ),
  ];
};

/**
 * A file of Prometheus recording rules that say of each budget what is left of it and how fast it burns. Alerts about
 * them are the same for all budgets and stand in `alerts.yaml`.
 */
export const budgetRules = (budgets: readonly Budget[]): string =>
  emitYaml({
    groups: budgets.map((budget) => ({
      name: `otel_policy_budget ${budget.policy} ${budget.name}`,
      interval: "1m",
      rules: [...rulesOf(budget)],
    })),
  });
