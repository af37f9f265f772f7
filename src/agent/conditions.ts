import { byText } from "../base/order.ts";
import type { Compilation } from "../compile.ts";
import type { Target } from "../policy/types.ts";
import { notOnNode } from "../resolve/elsewhere.ts";
import { type Condition, type PolicyStatus, targetName } from "../resolve/types.ts";
import type { Aside } from "./aside.ts";
import type { PolicyView } from "./view.ts";

/** One line per policy: how it stands, what it governs, and the one reason that decides. */
export const policyViews = (
  compilation: Compilation,
  heldFiles: readonly string[],
  asides: readonly Aside[] = [],
): readonly PolicyView[] => {
  const aside = new Map(asides.map((one) => [one.policy, one]));
  const held = new Set(
    compilation.policies.rejected.filter(({ span }) => heldFiles.includes(span.file)).map(({ id }) => id),
  );
  return compilation.status.map((status) => {
    const { state, reason } = standing(status);
    const refused = aside.get(status.policy);
    if (refused !== undefined) {
      const kept = refused.before === null ? "" : "; the version before stays in force";
      const targets = targetsOf(compilation, status.policy);
      return { id: status.policy, state: "rejected", targets, reason: `${refused.found.message}${kept}` };
    }
    return {
      id: status.policy,
      state,
      targets: targetsOf(compilation, status.policy),
      reason: held.has(status.policy) ? `${reason}; the version before stays in force` : reason,
    };
  });
};

/** What a controller would write of policies that the Collector refuses: they govern nothing, whatever the compiler said. */
export const statusBeside = (status: readonly PolicyStatus[], asides: readonly Aside[]): readonly PolicyStatus[] => {
  const aside = new Map(asides.map((one) => [one.policy, one.found]));
  return status.map((one) => {
    const found = aside.get(one.policy);
    if (found === undefined) return one;
    const message = `${found.code}: ${found.message}`;
    return {
      ...one,
      ancestors: one.ancestors.map((ancestor) => ({
        ...ancestor,
        conditions: ancestor.conditions.map((condition) =>
          condition.type === "Programmed" ? { ...condition, status: "False", reason: "Invalid", message } : condition,
        ),
      })),
    };
  });
};

/** The worst of all targets counts: a policy that is refused for one of two is not simply active. */
const standing = ({ ancestors }: PolicyStatus): Pick<PolicyView, "state" | "reason"> => {
  const conditions = ancestors.flatMap((ancestor) => ancestor.conditions);
  const refused = conditions.filter(({ type, status }) => type === "Accepted" && status === "False");
  const [refusal] = refused;
  if (refusal !== undefined) {
    const others = ancestors.length > refused.length;
    if (others) return { state: "partial", reason: words(refusal) };
    return { state: refusal.reason === "Conflicted" ? "conflicted" : "rejected", reason: words(refusal) };
  }
  const unprogrammed = conditions.find(({ type, status }) => type === "Programmed" && status === "False");
  if (unprogrammed !== undefined) return { state: "rejected", reason: words(unprogrammed) };
  const programmed = conditions.filter(({ type }) => type === "Programmed");
  const [away] = programmed;
  if (away !== undefined && programmed.every(({ reason }) => reason === notOnNode))
    return { state: "elsewhere", reason: words(away) };
  const gap = conditions.find(({ type, reason }) => type === "Programmed" && reason === "PartiallyProgrammed");
  if (gap !== undefined) return { state: "partial", reason: words(gap) };
  // No target could be read at all: nothing is governed.
  if (ancestors.length === 0) return { state: "rejected", reason: "no target could be read" };
  return { state: "active", reason: "" };
};

const words = ({ reason, message }: Condition): string => (message === "" ? reason : message);

const targetsOf = ({ policies }: Compilation, id: string): readonly string[] => {
  const targets: readonly Target[] = [
    ...policies.policies
      .filter((policy) => policy.id === id)
      .flatMap((policy) => policy.targets.map(({ value }) => value)),
    ...policies.rejected.filter((policy) => policy.id === id).flatMap((policy) => policy.targets),
  ];
  return [...new Set(targets.map(targetName))].sort(byText);
};
