import type { Stage } from "../../plan/types.ts";
import { add } from "../assembly.ts";
import { type ClassScope, ottlValue } from "../class-scope.ts";
import { attribute, quoted, resourceAttribute } from "../ottl.ts";
import { stamps } from "../stamps.ts";
import { type Tree, traced } from "../tree.ts";

const isOneOf = (names: readonly string[]): string =>
  `(${names.map((name) => `metric.name == ${quoted(name)}`).join(" or ")})`;

/** Gauges of shares and averages, by their names: summed up they would mean nothing. */
const isAverage =
  '(metric.type == METRIC_DATA_TYPE_GAUGE and IsMatch(metric.name, "(average|avg|mean|ratio|utili[sz]ation|saturation|usage_perc|percent)"))';

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
    // Points that differed only in that dimension are one series now. A Summary's quantiles cannot be put together.
    traced(stage.origin, {
      context: "metric",
      statements: [
        `aggregate_on_attributes("sum") where ${named} and not ${isAverage} and metric.type != METRIC_DATA_TYPE_SUMMARY`,
        `aggregate_on_attributes("mean") where ${named} and ${isAverage}`,
      ],
    }),
  ];
};

type Twins = Extract<Stage, { kind: "dropTwins" }>;

/** A stamp per family that is there under its present name, and a filter that drops its former names. */
const twinProcessors = ({ assembly, policyClass }: ClassScope, { twins, origin }: Twins): readonly string[] => {
  const stamp = (index: number): string => resourceAttribute(stamps.said(`twin.${index}`));
  return [
    add(assembly, "processors", `transform/otel_policy_${policyClass.id}_twins`, {
      error_mode: "ignore",
      metric_statements: [
        {
          context: "metric",
          statements: twins.map(({ now }, index) =>
            traced(origin, `set(${stamp(index)}, true) where metric.name == ${quoted(now)}`),
          ),
        },
      ],
    }),
    add(assembly, "processors", `filter/otel_policy_${policyClass.id}_twin_families`, {
      error_mode: "ignore",
      metric_conditions: twins.map(({ before }, index) =>
        traced(origin, `${stamp(index)} != nil and ${isOneOf(before)}`),
      ),
    }),
  ];
};

/** Processors that switch off families and change dimensions of metrics which the data plane itself sends. */
export const viewProcessors = (scope: ClassScope): readonly string[] => {
  const { assembly, policyClass } = scope;
  const processors: string[] = [];
  const twins = policyClass.stages.find((stage): stage is Twins => stage.kind === "dropTwins");
  if (twins !== undefined) processors.push(...twinProcessors(scope, twins));
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
