import { by, byText } from "../base/order.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Located, spanOf } from "../diagnostics/origin.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import type { PolicyId, Target, TelemetryPolicy } from "../policy/types.ts";
import { decidingReason } from "./precedence.ts";
import { type DecidedBy, type EffectivePolicy, targetKey, targetName } from "./types.ts";

/** A policy and the targets it asks for, after those it may not have are gone. */
export type Claim = { readonly policy: TelemetryPolicy; readonly targets: readonly Located<Target>[] };

type Holding = {
  readonly target: Target;
  readonly policy: TelemetryPolicy;
  readonly losers: { readonly policy: PolicyId; readonly decidedBy: DecidedBy }[];
};

/**
 * Gives each target to one policy. Claims come in order of precedence. A policy that meets a taken target loses as a
 * whole: it governs none of its targets, so a later policy may still have those that are free.
 */
export const establish = (claims: readonly Claim[]): Outcome<readonly EffectivePolicy[]> => {
  const held = new Map<string, Holding>();
  const diagnostics: Diagnostic[] = [];
  for (const { policy, targets } of claims) {
    const contested = targets.flatMap((target) => {
      const holding = held.get(targetKey(target.value));
      return holding === undefined ? [] : [{ target, holding }];
    });
    if (contested.length === 0) {
      for (const { value } of targets) held.set(targetKey(value), { target: value, policy, losers: [] });
      continue;
    }
    for (const { holding } of contested) {
      holding.losers.push({ policy: policy.id, decidedBy: decidingReason(holding.policy, policy).decidedBy });
    }
    diagnostics.push(...conflict(policy, contested));
  }
  return outcome([...held.values()].sort(by(({ target }) => targetKey(target), byText)), diagnostics);
};

/** One finding per conflicted policy, however many targets it lost; every winner is shown beside it. */
const conflict = (
  loser: TelemetryPolicy,
  contested: readonly { readonly target: Located<Target>; readonly holding: Holding }[],
): readonly Diagnostic[] => {
  const [first] = contested;
  if (first === undefined) return [];
  const { target, holding } = first;
  return [
    diagnostic(
      "TP3001",
      {
        target: targetName(target.value),
        winner: holding.policy.id,
        decided: decidingReason(holding.policy, loser).words,
        others: contested.length - 1,
      },
      spanOf(target.origin) ?? loser.span,
      {
        policy: loser.id,
        related: contested.map(({ target, holding }) => ({
          span: holding.policy.span,
          message: `${holding.policy.id} governs ${targetName(target.value)}`,
        })),
      },
    ),
  ];
};
