import { didYouMean } from "../base/suggest.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Located, spanOf } from "../diagnostics/origin.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import type { ContextObject, Target, TelemetryPolicy } from "../policy/types.ts";
import { isGranted } from "./grants.ts";
import { targetKey, targetName } from "./types.ts";

/** The objects of the target's kind, by the name the target would use. */
const mounted = (context: readonly ContextObject[], kind: Target["kind"]): readonly Target[] =>
  context
    .filter((object) => object.kind === kind)
    .map(({ namespace, name }) => ({ kind, namespace: kind === "Namespace" ? name : namespace, name }));

/** Whether this policy may have this target, and whether there is one. A finding points at the target: `status.ts` knows it by that. */
const checkTarget = (
  policy: TelemetryPolicy,
  { value: target, origin }: Located<Target>,
  context: readonly ContextObject[],
  rootNamespace: string | null,
): Diagnostic | null => {
  const at = spanOf(origin);
  const details = { policy: policy.id };
  const named = { target: targetName(target) };
  const isHome = target.namespace === policy.namespace;
  const isRoot = rootNamespace !== null && policy.namespace === rootNamespace;

  if (!isHome && !isRoot) {
    if (target.kind === "Namespace") {
      return diagnostic("TP3004", { ...named, namespace: policy.namespace, root: rootNamespace }, at, details);
    }
    if (!isGranted(context, policy, { ...target, group: "gateway.networking.k8s.io" })) {
      return diagnostic(
        "TP3003",
        { ...named, namespace: policy.namespace, targetNamespace: target.namespace },
        at,
        details,
      );
    }
  }
  // The namespace a policy lives in exists, or the policy would not.
  if (target.kind === "Namespace" && isHome) return null;

  const objects = mounted(context, target.kind);
  if (objects.length === 0) return diagnostic("TP3005", { ...named, kind: target.kind }, at, details);
  if (objects.some((object) => targetKey(object) === targetKey(target))) return null;
  return diagnostic("TP3002", { ...named, known: nearby(target, objects) }, at, details);
};

/** The same name elsewhere is the likeliest mistake, a mistyped name the next. */
const nearby = (target: Target, objects: readonly Target[]): string => {
  const elsewhere = objects.filter(({ name }) => name === target.name).map(({ namespace }) => namespace);
  if (elsewhere.length > 0) return `, only in namespace ${elsewhere.sort().join(", ")}`;
  return didYouMean(
    target.name,
    objects
      .filter(({ namespace }) => target.kind === "Namespace" || namespace === target.namespace)
      .map(({ name }) => name),
  );
};

/** The targets that this policy may have and that exist, each once. */
export const admissibleTargets = (
  policy: TelemetryPolicy,
  context: readonly ContextObject[],
  rootNamespace: string | null,
): Outcome<readonly Located<Target>[]> => {
  const seen = new Set<string>();
  const admitted: Located<Target>[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const target of policy.targets) {
    if (seen.has(targetKey(target.value))) continue;
    seen.add(targetKey(target.value));
    const finding = checkTarget(policy, target, context, rootNamespace);
    if (finding !== null) diagnostics.push(finding);
    if (finding?.severity !== "error") admitted.push(target);
  }
  return outcome(admitted, diagnostics);
};
