import type { PolicyId, Target, TelemetryPolicy } from "../policy/types.ts";

/** Why one policy was established and not the other, in the order of GEP-713. */
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
  readonly ancestorRef: { readonly group: string; readonly kind: string; readonly namespace: string | null; readonly name: string };
  readonly controllerName: string;
  readonly conditions: readonly Condition[];
};

export type PolicyStatus = {
  readonly policy: PolicyId;
  /** At most 16 (GEP-713). */
  readonly ancestors: readonly AncestorStatus[];
};

/** `kind/namespace/name`, unique over targets. */
export const targetKey = (target: Target): string =>
  target.kind === "Gateway" ? `Gateway/${target.namespace}/${target.name}` : `Namespace/${target.name}`;
