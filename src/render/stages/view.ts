import type { Stage } from "../../plan/types.ts";
import { add } from "../assembly.ts";
import { type ClassScope, ottlValue } from "../class-scope.ts";
import { attribute, quoted } from "../ottl.ts";
import { type Tree, traced } from "../tree.ts";

const isOneOf = (names: readonly string[]): string =>
  `(${names.map((name) => `metric.name == ${quoted(name)}`).join(" or ")})`;

type Dimension = Extract<Stage, { kind: "dimension" }>;

/** One view on arriving families: a dimension added or overwritten, or taken away and its points summed up. */
const view = (scope: ClassScope, stage: Dimension): readonly Tree[] => {
  const path = attribute("datapoint", stage.key);
  const named = isOneOf(stage.names);
  if (stage.from !== null) {
    const { value, guard } = ottlValue(scope, stage.from);
    return [
      traced(stage.origin, {
        context: "datapoint",
        statements: [`set(${path}, ${value}) where ${[named, ...(guard === null ? [] : [guard])].join(" and ")}`],
      }),
    ];
  }
  return [
    traced(stage.origin, {
      context: "datapoint",
      statements: [`delete_key(datapoint.attributes, ${quoted(stage.key)}) where ${named}`],
    }),
    // Points that differed only in that dimension are one series now.
    traced(stage.origin, { context: "metric", statements: [`aggregate_on_attributes("sum") where ${named}`] }),
  ];
};

/** Processors that switch off families and change dimensions of metrics which the data plane itself sends. */
export const viewProcessors = (scope: ClassScope): readonly string[] => {
  const { assembly, policyClass } = scope;
  const processors: string[] = [];
  const dropped = policyClass.stages.filter(
    (stage): stage is Extract<Stage, { kind: "dropFamily" }> => stage.kind === "dropFamily",
  );
  if (dropped.length > 0) {
    processors.push(
      add(assembly, "processors", `filter/otel_policy_${policyClass.id}_families`, {
        error_mode: "ignore",
        metric_conditions: dropped.map((stage) => traced(stage.origin, isOneOf(stage.names))),
      }),
    );
  }
  const dimensions = policyClass.stages.filter((stage): stage is Dimension => stage.kind === "dimension");
  if (dimensions.length > 0) {
    processors.push(
      add(assembly, "processors", `transform/otel_policy_${policyClass.id}_views`, {
        error_mode: "ignore",
        metric_statements: dimensions.flatMap((stage) => view(scope, stage)),
      }),
    );
  }
  return processors;
};
