import type { Target } from "../policy/types.ts";
import type { Condition, EffectivePolicy, PolicyStatus } from "./types.ts";

/** Reason of the condition Programmed where another node may have to do with a target and this one has not. */
export const notOnNode = "NotOnNode";

const namespaceOf = (target: Target): string => (target.kind === "Gateway" ? target.namespace : target.name);

/**
 * Policies whose targets can have telemetry on this node. Who governs what is decided before, with all policies, so that
 * every node decides the same.
 */
export const onNode = (
  effective: readonly EffectivePolicy[],
  namespaces: ReadonlySet<string>,
): readonly EffectivePolicy[] => effective.filter(({ target }) => namespaces.has(namespaceOf(target)));

/** What is accepted stays accepted; whether it is programmed, other nodes say. */
export const statusOnNode = (
  status: readonly PolicyStatus[],
  namespaces: ReadonlySet<string>,
): readonly PolicyStatus[] =>
  status.map((one) => ({
    ...one,
    ancestors: one.ancestors.map((ancestor) => {
      const { namespace, name } = ancestor.ancestorRef;
      const of = namespace ?? name;
      if (namespaces.has(of)) return ancestor;
      const message = `no pod of namespace ${of} runs on this node, which leaves the policy to those that have one`;
      return {
        ...ancestor,
        conditions: ancestor.conditions.map(
          (condition): Condition =>
            condition.type === "Programmed"
              ? { ...condition, status: "Unknown", reason: notOnNode, message }
              : condition,
        ),
      };
    }),
  }));
