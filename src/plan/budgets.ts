import { didYouMean } from "../base/suggest.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { spanOf } from "../diagnostics/origin.ts";
import type { TelemetryPolicy } from "../policy/types.ts";
import type { EffectivePolicy } from "../resolve/types.ts";
import { genAIFamilies } from "./gen-ai-families.ts";

/** Labels of derived series that name a target. */
export type BudgetTarget = { readonly [label: string]: string };

/** What a policy may spend in thirty days on all its targets together: once, or once for each value of a dimension. */
export type Budget = {
  /** `namespace/name` of the policy. */
  readonly policy: string;
  readonly name: string;
  readonly usdPerMonth: number;
  /** A dimension of call metrics, as the policy writes it; null: one budget for all calls. */
  readonly by: string | null;
  readonly targets: readonly BudgetTarget[];
};

const targetOf = ({ target }: EffectivePolicy): BudgetTarget =>
  target.kind === "Gateway"
    ? { "k8s.gateway.namespace": target.namespace, "k8s.gateway.name": target.name }
    : { "k8s.namespace.name": target.name };

/** Budgets of the policies that won a target and count model calls, in the order of the policies. */
export const budgetsOf = (effective: readonly EffectivePolicy[]): readonly Budget[] => {
  const found = new Map<string, Budget>();
  for (const entry of effective) {
    const { policy } = entry;
    const genAI = policy.metrics?.genAI ?? null;
    if (genAI === null || !genAI.enabled.value || policy.metrics?.mode.value === "Disabled") continue;
    for (const { name, usdPerMonth, by } of genAI.budgets) {
      const key = JSON.stringify([policy.id, name.value]);
      const known = found.get(key);
      found.set(key, {
        policy: policy.id,
        name: name.value,
        usdPerMonth: usdPerMonth.value,
        by: by?.value ?? null,
        targets: [...(known?.targets ?? []), targetOf(entry)],
      });
    }
  }
  return [...found.values()];
};

/** Dimensions that costs of a policy carry, as it writes them. */
const dimensionsOfCost = (policy: TelemetryPolicy): readonly string[] => {
  const cost = genAIFamilies.find(({ family }) => family === "gen_ai_cost");
  const overrides = (policy.metrics?.overrides ?? []).filter(({ name }) => cost?.aliases.includes(name.value));
  const dimensions = [
    ...(policy.metrics?.genAI?.dimensions ?? []),
    ...overrides.flatMap((override) => override.dimensions),
  ];
  const removed = dimensions.filter(({ source }) => source === null).map(({ key }) => key.value);
  const added = dimensions.filter(({ source }) => source !== null).map(({ key }) => key.value);
  return [
    ...added,
    ...(cost?.defaults ?? []),
    "source",
    "k8s.gateway.name",
    "k8s.gateway.namespace",
    "k8s.namespace.name",
  ].filter((key) => added.includes(key) || !removed.includes(key));
};

/** Budgets by what no cost carries. */
export const budgetFindings = (policy: TelemetryPolicy): readonly Diagnostic[] => {
  const known = dimensionsOfCost(policy);
  return (policy.metrics?.genAI?.budgets ?? []).flatMap(({ name, by }) =>
    by === null || known.includes(by.value)
      ? []
      : [
          diagnostic(
            "TP4022",
            { budget: name.value, by: by.value, known: didYouMean(by.value, known) },
            spanOf(by.origin),
            { policy: policy.id },
          ),
        ],
  );
};
