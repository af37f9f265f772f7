import { by, byText } from "../base/order.ts";
import type { Code } from "../diagnostics/codes.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { spanOf } from "../diagnostics/origin.ts";
import type { Span } from "../diagnostics/source.ts";
import type { PolicyId, PolicySet, Target, TelemetryPolicy } from "../policy/types.ts";
import { accepted, invalid, refusals, refused } from "./conditions.ts";
import {
  type AncestorStatus,
  type Condition,
  type EffectivePolicy,
  maxAncestors,
  type PolicyStatus,
  targetKey,
  targetName,
} from "./types.ts";

/** Domain-prefixed, as GEP-713 wants it: tells our entries from those of a gateway controller. */
export const controllerName = "otel-policy.dev/agent";

/** Status of every policy that was recognised, in the upstream shape, sorted by policy. `diagnostics` are those of all stages. */
export const statusOf = (
  set: PolicySet,
  effective: readonly EffectivePolicy[],
  diagnostics: readonly Diagnostic[],
): readonly PolicyStatus[] => {
  const findings = Map.groupBy(diagnostics, ({ policy }) => policy);
  const holders = new Map(effective.map(({ target, policy }) => [targetKey(target), policy.id]));
  const sound = set.policies.map((policy): PolicyStatus => {
    const targets = policy.targets.map(({ value }) => value);
    const own = findings.get(policy.id) ?? [];
    return {
      policy: policy.id,
      ancestors: ancestorsOf(targets, (target) => conditionsOf(policy, target, own, holders)),
    };
  });
  const broken = set.rejected.map(({ id, generation, targets }): PolicyStatus => {
    const errors = (findings.get(id) ?? []).filter(({ severity }) => severity === "error");
    return { policy: id, ancestors: ancestorsOf(targets, () => invalid(errors, generation)) };
  });
  return [...sound, ...broken].sort(by(({ policy }) => policy, byText));
};

const ancestorsOf = (
  targets: readonly Target[],
  conditions: (target: Target) => readonly Condition[],
): readonly AncestorStatus[] => {
  const unique = [...new Map(targets.map((target) => [targetKey(target), target])).values()];
  return unique.slice(0, maxAncestors).map((target) => ({
    ancestorRef:
      target.kind === "Gateway"
        ? { group: "gateway.networking.k8s.io", kind: "Gateway", namespace: target.namespace, name: target.name }
        : { group: "", kind: "Namespace", namespace: null, name: target.name },
    controllerName,
    conditions: conditions(target),
  }));
};

/** What a policy is refused for whatever its target. */
const asWhole: ReadonlySet<Code> = new Set<Code>(["TP3001", "TP3006", "TP3008"]);

const conditionsOf = (
  policy: TelemetryPolicy,
  target: Target,
  own: readonly Diagnostic[],
  holders: ReadonlyMap<string, PolicyId>,
): readonly Condition[] => {
  const places = policy.targets
    .filter(({ value }) => targetKey(value) === targetKey(target))
    .map(({ origin }) => spanOf(origin));
  const ofTarget = own.filter(({ at }) => places.some((place) => isSame(place, at)));
  if (holders.get(targetKey(target)) !== policy.id) {
    // What is wrong with this target itself, else what made the policy lose as a whole.
    const refusal = ofTarget.find(({ code }) => refusals.has(code)) ?? own.find(({ code }) => asWhole.has(code));
    return refusal === undefined ? invalid([], policy.generation) : refused(refusal, policy.generation);
  }
  const found = {
    target: targetName(target),
    trust: ofTarget.filter(({ code }) => code === "TP3005"),
    absent: own.filter(({ code }) => code === "TP3007"),
    // A refusal speaks of another target of this policy, which has conditions of its own.
    errors: own.filter(({ code, severity }) => severity === "error" && !refusals.has(code)),
    gaps: own.filter(({ code }) => code === "TP4001" || code === "TP4002"),
  };
  return accepted(found, policy.generation);
};

const isSame = (a: Span | null, b: Span | null): boolean =>
  a !== null && b !== null && a.file === b.file && a.start === b.start && a.end === b.end;
