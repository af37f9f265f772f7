import type { PolicyId, Target, TelemetryPolicy } from "../policy/types.ts";

/** Why one policy was established and not the other. */
export type DecidedBy = "older creationTimestamp" | "has a creationTimestamp" | "namespace/name order";

/** The one policy that governs a target, and who lost it. */
export type EffectivePolicy = {
  readonly target: Target;
  readonly policy: TelemetryPolicy;
  readonly losers: readonly { readonly policy: PolicyId; readonly decidedBy: DecidedBy }[];
};

/** A condition as Kubernetes writes it (metav1.Condition without lastTransitionTime: same input, same bytes). */
export type Condition = {
  readonly type: "Accepted" | "ResolvedRefs" | "Programmed";
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number | null;
};

/** GEP-713 PolicyAncestorStatus. */
export type AncestorStatus = {
  readonly ancestorRef: {
    readonly group: string;
    readonly kind: string;
    readonly namespace: string | null;
    readonly name: string;
  };
  readonly controllerName: string;
  readonly conditions: readonly Condition[];
};

export type PolicyStatus = {
  readonly policy: PolicyId;
  /** At most `maxAncestors`. */
  readonly ancestors: readonly AncestorStatus[];
};

/** `kind/namespace/name`, unique over targets. */
export const targetKey = (target: Target): string =>
  target.kind === "Gateway" ? `Gateway/${target.namespace}/${target.name}` : `Namespace/${target.name}`;

/** The same for people: `Gateway prod/edge`, `Namespace prod`. */
export const targetName = (target: Target): string =>
  target.kind === "Gateway" ? `Gateway ${target.namespace}/${target.name}` : `Namespace ${target.name}`;

/** GEP-713: `status.ancestors` has at most 16 entries. */
export const maxAncestors = 16;
