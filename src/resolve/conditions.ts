import { sortedUnique } from "../base/order.ts";
import type { Code } from "../diagnostics/codes.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Condition } from "./types.ts";

/** metav1.Condition: `message` has at most 32768 characters. */
const maxMessage = 32_768;

/** What a finding of this floor means for a policy's target. */
type Refusal = { readonly accepted: string; readonly resolvedRefs: string | null };

/** Reasons as GEP-713 and ReferenceGrant name them; `resolvedRefs: null` means that references are not at fault, "unasked" that nobody looked. */
export const refusals: ReadonlyMap<Code, Refusal> = new Map<Code, Refusal>([
  ["TP3001", { accepted: "Conflicted", resolvedRefs: null }],
  ["TP3002", { accepted: "TargetNotFound", resolvedRefs: "TargetNotFound" }],
  ["TP3003", { accepted: "RefNotPermitted", resolvedRefs: "RefNotPermitted" }],
  ["TP3004", { accepted: "RefNotPermitted", resolvedRefs: "RefNotPermitted" }],
  ["TP3006", { accepted: "Invalid", resolvedRefs: "RefNotPermitted" }],
  // GEP-713 lets implementations add reasons of their own.
  ["TP3008", { accepted: "OverBudget", resolvedRefs: "unasked" }],
]);

/** Findings as one condition message; each begins with its code, which `otel-policy explain CODE` takes. */
const wordsOf = (findings: readonly Diagnostic[]): string =>
  // In the order of their text, not of the file: moving a field must not change a status.
  sortedUnique(findings.map(({ code, message }) => `${code}: ${message}`)).join("; ");

type Builder = (
  type: Condition["type"],
  status: Condition["status"],
  reason: string,
  message: string | readonly Diagnostic[],
) => Condition;

const forGeneration =
  (observedGeneration: number | null): Builder =>
  (type, status, reason, message) => {
    const words = typeof message === "string" ? message : wordsOf(message);
    const fitting = words.length > maxMessage ? `${words.slice(0, maxMessage - 1)}…` : words;
    return { type, status, reason, message: fitting, observedGeneration };
  };

const resolved = "every reference is resolved";

/** A policy with errors of its own. */
export const invalid = (errors: readonly Diagnostic[], generation: number | null): readonly Condition[] => {
  const condition = forGeneration(generation);
  return [
    condition("Accepted", "False", "Invalid", errors.length === 0 ? "the policy has errors" : errors),
    condition("ResolvedRefs", "Unknown", "Invalid", "an invalid policy is not resolved"),
  ];
};

/** A sound policy that does not govern this target. GEP-713: what is not accepted has no condition Programmed. */
export const refused = (finding: Diagnostic, generation: number | null): readonly Condition[] => {
  const condition = forGeneration(generation);
  const { accepted, resolvedRefs } = refusals.get(finding.code) ?? { accepted: "Invalid", resolvedRefs: null };
  return [
    condition("Accepted", "False", accepted, [finding]),
    resolvedRefs === null
      ? condition("ResolvedRefs", "True", "ResolvedRefs", resolved)
      : resolvedRefs === "unasked"
        ? condition("ResolvedRefs", "Unknown", accepted, "a policy that there is no room for is not resolved")
        : condition("ResolvedRefs", "False", resolvedRefs, [finding]),
  ];
};

/** A policy that governs this target, and what was found about it. */
export type Established = {
  readonly target: string;
  /** TP3005: why the target counts as there although no object says so. */
  readonly trust: readonly Diagnostic[];
  /** TP3007: backends that nobody has seen. */
  readonly absent: readonly Diagnostic[];
  /** What kept it from being rendered. */
  readonly errors: readonly Diagnostic[];
  /** TP4001: the fields that nothing here can enforce. */
  readonly gaps: readonly Diagnostic[];
};

export const accepted = (
  { target, trust, absent, errors, gaps }: Established,
  generation: number | null,
): readonly Condition[] => {
  const condition = forGeneration(generation);
  return [
    condition("Accepted", "True", "Accepted", `governs ${target}${trust.length === 0 ? "" : ` (${wordsOf(trust)})`}`),
    absent.length > 0
      ? condition("ResolvedRefs", "False", "BackendNotFound", absent)
      : condition("ResolvedRefs", "True", "ResolvedRefs", resolved),
    errors.length > 0
      ? condition("Programmed", "False", "Invalid", errors)
      : gaps.length > 0
        ? condition("Programmed", "True", "PartiallyProgrammed", gaps)
        : condition("Programmed", "True", "Programmed", "every field is enforced"),
  ];
};
