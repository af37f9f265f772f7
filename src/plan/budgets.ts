import type { Origin } from "../diagnostics/origin.ts";
import type { EffectivePolicy } from "../resolve/types.ts";

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
  readonly origin: Origin;
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
      const owner = `${policy.id.namespace}/${policy.id.name}`;
      const key = JSON.stringify([owner, name.value]);
      const known = found.get(key);
      found.set(key, {
        policy: owner,
        name: name.value,
        usdPerMonth: usdPerMonth.value,
        by: by?.value ?? null,
        targets: [...(known?.targets ?? []), targetOf(entry)],
        origin: usdPerMonth.origin,
      });
    }
  }
  return [...found.values()];
};
