import type { Stage } from "../../plan/types.ts";
import { add } from "../assembly.ts";
import type { ClassScope } from "../class-scope.ts";
import { type Tree, traced } from "../tree.ts";
import { callGroups, canonicalGroup, labelGroup, usageGroup } from "./gen-ai-call.ts";
import { nameGroups } from "./gen-ai-names.ts";
import { priceGroups } from "./price.ts";

type GenAI = Extract<Stage, { kind: "genAI" }>;

const statementsKey = { span: "trace_statements", log: "log_statements" } as const;

const sameModels = (a: readonly string[] | null, b: readonly string[] | null): boolean =>
  a === null || b === null ? a === b : a.length === b.length && a.every((model, index) => model === b[index]);

/** The processor that reads model calls: names, which record counts, usage, cost, canonical names beside the record's own. */
export const callProcessor = (scope: ClassScope, stage: GenAI): readonly string[] => {
  const { assembly, context, plan, policyClass } = scope;
  if (context === "datapoint") return [];
  const prices =
    stage.prices === null
      ? null
      : (plan.prices ?? []).find(({ models }) => sameModels(models, stage.prices?.models ?? null));
  const counting = { source: stage.source, mesh: stage.mesh, profiles: plan.profiles };
  const calls = stage.counted ? callGroups(context, counting, stage.depth) : [];
  const groups = [
    ...nameGroups(context, new Set(plan.headers), stage.depth),
    ...(calls.length === 0
      ? []
      : [...calls, usageGroup(context, stage.depth), ...priceGroups(context, prices?.form ?? null)]),
    ...(stage.exported && stage.depth === "all" ? [canonicalGroup(context, stage.profile)] : []),
    ...(calls.length === 0 ? [] : [labelGroup(context)]),
  ];
  const body: Tree = { error_mode: "ignore", [statementsKey[context]]: groups };
  return [add(assembly, "processors", `transform/otel_policy_${policyClass.id}_calls`, traced(stage.origin, body))];
};
