import { hasErrors } from "../diagnostics/diagnostic.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import type { PolicySet } from "../policy/types.ts";
import { checkBackends } from "./backends.ts";
import { establish } from "./establish.ts";
import { mergedGateways } from "./merged.ts";
import { byPrecedence } from "./precedence.ts";
import { admissibleTargets } from "./targets.ts";
import type { EffectivePolicy } from "./types.ts";

/** Who governs what, and who lost it to whom and why. The order of policies, files and objects in `set` changes nothing. */
export const resolve = (
  set: PolicySet,
  { rootNamespace }: { readonly rootNamespace: string | null },
): Outcome<readonly EffectivePolicy[]> => {
  const checked = set.policies.toSorted(byPrecedence).map((policy) => ({
    policy,
    targets: admissibleTargets(policy, set.context, rootNamespace),
    backends: checkBackends(policy, set.context, rootNamespace),
  }));
  // A policy that may not send where it wants to governs nothing: half of it would be another policy than its author wrote.
  const claims = checked
    .filter(({ backends }) => !hasErrors(backends))
    .map(({ policy, targets }) => ({ policy, targets: targets.value }));
  const established = establish(claims);
  return outcome(established.value, [
    ...checked.flatMap(({ targets, backends }) => [...targets.diagnostics, ...backends]),
    ...established.diagnostics,
    ...mergedGateways(established.value, set.context),
  ]);
};
