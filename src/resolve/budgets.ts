import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import type { PolicySet, Target, TelemetryPolicy } from "../policy/types.ts";
import { byPrecedence } from "./precedence.ts";
import { targetKey } from "./types.ts";

/** What the policies of one namespace may add together, in the order in which it is checked and told: what is cheap to know first. */
export const budgetNames = ["policies", "targets", "dimensions", "statements", "config-bytes", "regex"] as const;
export type BudgetName = (typeof budgetNames)[number];
export type Amounts = { readonly [B in BudgetName]: number };

/** What one policy adds. */
export type Cost = {
  readonly own: Partial<Amounts>;
  /** Parts that several policies of a namespace need and the first of them pays for, by name. */
  readonly shared: ReadonlyMap<string, Partial<Amounts>>;
};

export type NamespaceBudgets = {
  /** Of every namespace but the root namespace; Infinity: no limit. */
  readonly everyone: Amounts;
  /** What goes before it for one namespace. */
  readonly own: ReadonlyMap<string, Partial<Amounts>>;
};

/**
 * Several times what a large team needs. Measured with the draft's example, which uses all three signals: a policy for
 * one more Gateway counts 22 statements and 4.6 KB, one with a structure that no other has 264 and 75 KB.
 */
export const usualBudgets: Amounts = {
  policies: 200,
  targets: 1_000,
  dimensions: 1_000,
  statements: 50_000,
  "config-bytes": 10 * 1024 * 1024,
  regex: 100_000,
};

const each = (amountOf: (budget: BudgetName) => number): Amounts => ({
  policies: amountOf("policies"),
  targets: amountOf("targets"),
  dimensions: amountOf("dimensions"),
  statements: amountOf("statements"),
  "config-bytes": amountOf("config-bytes"),
  regex: amountOf("regex"),
});

const none = each(() => 0);
const unlimited = each(() => Number.POSITIVE_INFINITY);

/** The root namespace is the platform's own: it has the budgets that were named for it, and no others. */
export const limitsOf = (
  namespace: string,
  { everyone, own }: NamespaceBudgets,
  rootNamespace: string | null,
): Amounts => ({ ...(namespace === rootNamespace ? unlimited : everyone), ...own.get(namespace) });

const plus = (a: Amounts, b: Partial<Amounts>): Amounts => each((budget) => a[budget] + (b[budget] ?? 0));

/** Each target of a policy once. */
export const targetsOf = ({ targets }: TelemetryPolicy): readonly Target[] => [
  ...new Map(targets.map(({ value }) => [targetKey(value), value])).values(),
];

/** What a reader can count in the policy itself. */
const writtenIn = (policy: TelemetryPolicy): Partial<Amounts> => {
  const { metrics } = policy;
  const lists = [...(metrics?.overrides ?? []), ...(metrics?.genAI == null ? [] : [metrics.genAI])];
  return {
    policies: 1,
    targets: targetsOf(policy).length,
    dimensions: lists.flatMap(({ dimensions }) => dimensions.filter(({ source }) => source !== null)).length,
  };
};

export type BudgetOptions = {
  readonly budgets: NamespaceBudgets;
  readonly rootNamespace: string | null;
  /** Must depend on nothing but the policy, or one namespace could use up what belongs to another. */
  readonly costOf: (policy: TelemetryPolicy) => Cost;
};

/**
 * The policies that fit into the budget of their namespace. Oldest first, each one that still fits is in: so a further
 * policy never puts out an older one, and what is decided for a namespace depends on the policies of that namespace
 * alone, whether they win their targets or not. Those that do not fit are for all others as if they were not there.
 */
export const withinBudgets = (
  { policies, aside = [] }: PolicySet,
  options: BudgetOptions,
): Outcome<readonly TelemetryPolicy[]> => {
  const counted = new Set(policies.map(({ id }) => id));
  // What is left out for a while keeps its place; else the next in line would come and go with it.
  const absent = aside.filter(({ id }) => !counted.has(id));
  const fitting = new Set<TelemetryPolicy>();
  const diagnostics: Diagnostic[] = [];
  for (const [namespace, members] of Map.groupBy([...policies, ...absent], (policy) => policy.namespace)) {
    const limits = limitsOf(namespace, options.budgets, options.rootNamespace);
    const paid = new Set<string>();
    let used = none;
    for (const policy of members.toSorted(byPrecedence)) {
      const written = plus(used, writtenIn(policy));
      let over = exceeded(written, limits);
      // A flood of policies costs no more than counting them.
      if (over.length === 0) {
        const { own, shared } = options.costOf(policy);
        const unpaid = [...shared].filter(([part]) => !paid.has(part));
        const wanted = unpaid.reduce((sum, [, amounts]) => plus(sum, amounts), plus(written, own));
        over = exceeded(wanted, limits);
        if (over.length === 0) {
          used = wanted;
          for (const [part] of unpaid) paid.add(part);
          fitting.add(policy);
          continue;
        }
      }
      if (counted.has(policy.id))
        diagnostics.push(diagnostic("TP3008", { namespace, over }, policy.span, { policy: policy.id }));
    }
  }
  return outcome(
    policies.filter((policy) => fitting.has(policy)),
    diagnostics,
  );
};

const exceeded = (wanted: Amounts, limits: Amounts) =>
  budgetNames
    .filter((budget) => wanted[budget] > limits[budget])
    .map((budget) => ({ budget, wanted: wanted[budget], limit: limits[budget] }));
