import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { stageOrder } from "./order.ts";
import type { Plan, PolicyClass } from "./types.ts";

const problems = (policyClass: PolicyClass): readonly string[] => {
  const kinds = policyClass.stages.map((stage) => stage.kind);
  const found: string[] = [];
  for (const [index, kind] of kinds.entries()) {
    const before = kinds[index - 1];
    if (before !== undefined && stageOrder.indexOf(before) > stageOrder.indexOf(kind))
      found.push(`${before} comes before ${kind}`);
  }
  if (kinds.includes("export") && policyClass.signal !== "metrics" && !kinds.includes("redact"))
    found.push("records are exported without redaction");
  return found.map((text) => `class ${policyClass.id}: ${text}`);
};

/** The order of stages, as `stageOrder` demands it, in every class: metrics before samplers, redaction before exporters. */
export const checkPlan = (plan: Plan): readonly Diagnostic[] =>
  plan.classes.flatMap(problems).map((what) => diagnostic("TP4008", { what }, null));
