import type { PolicyId } from "../policy/types.ts";
import type { EffectivePolicy } from "../resolve/types.ts";
import type { FlowRow } from "./view.ts";

/** Fewer records can be a coincidence of the moments at which counters are read. */
const enough = 20;

/**
 * Policies whose spans came in and of which none came out, although nothing in them may drop any: a rate of 100 % and
 * tracing not switched off. Both readings are cumulative.
 */
export const stalledPaths = (
  before: readonly FlowRow[],
  now: readonly FlowRow[],
  effective: readonly EffectivePolicy[],
): readonly PolicyId[] => {
  const whole = new Set(effective.filter(({ policy }) => keepsAll(policy.tracing)).map(({ policy }) => policy.id));
  return now.flatMap(({ signal, policy, received, kept }) => {
    if (signal !== "traces" || !whole.has(policy)) return [];
    const then = before.find((row) => row.signal === signal && row.policy === policy);
    const came = received - (then?.received ?? 0);
    return came >= enough && kept === (then?.kept ?? 0) ? [policy] : [];
  });
};

const keepsAll = (tracing: EffectivePolicy["policy"]["tracing"]): boolean => {
  if (tracing === null || tracing.mode.value === "Disabled") return false;
  const rates = [tracing.rootRate, ...(tracing.parentRate === null ? [] : [tracing.parentRate])];
  return rates.every(({ value }) => value.numerator === value.denominator);
};
