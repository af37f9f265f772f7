import { tracestateThreshold } from "../../plan/threshold.ts";
import type { Stage } from "../../plan/types.ts";
import { type ClassScope, fieldOf, rowValue } from "../class-scope.ts";
import { shared } from "../lookup.ts";
import { quoted, resourceAttribute } from "../ottl.ts";
import { stamps } from "../stamps.ts";
import { type Tree, traced } from "../tree.ts";

/** tracestate's own randomness, if the trace carries any (OpenTelemetry's `rv`); the trace id's last 56 bits otherwise. */
const hasRandomness = `IsMatch(span.trace_state["ot"], ${quoted("(?:^|;)rv:[0-9a-f]{14}")})`;
const randomness = `ExtractPatterns(span.trace_state["ot"], ${quoted("(?:^|;)rv:(?P<rv>[0-9a-f]{14})")})["rv"]`;
const fromTraceId = "Substring(span.trace_id.string, 18, 14)";

/** Conditions, any of which holds when the span's randomness compares so to the threshold. */
export const randomnessConditions = (comparison: "<" | ">=", threshold: string): readonly string[] => [
  `not ${hasRandomness} and ${fromTraceId} ${comparison} ${threshold}`,
  `${hasRandomness} and ${randomness} ${comparison} ${threshold}`,
];

/** Drops what lies below the threshold: whole traces, in every process alike. */
export const sampleFilter = (scope: ClassScope, stage: Extract<Stage, { kind: "sample" }>): Tree =>
  traced(stage.origin, {
    error_mode: "ignore",
    trace_conditions: randomnessConditions("<", rowValue(scope, stage.threshold)),
  });

const tracestate = 'span.trace_state["ot"]';
const stated = `ExtractPatterns(${tracestate}, ${quoted("(?:^|;)th:(?P<th>[0-9a-f]{1,14})")})["th"]`;
const hasThreshold = `IsMatch(${tracestate}, ${quoted("(?:^|;)th:[0-9a-f]{1,14}")})`;

/** Field that holds the tracestate form of a threshold. */
const stateField = (field: string): string => `${field}.th`;

/** Writes `ot=th:…` on what was kept, so that counts can be re-weighted; a stricter threshold that is already there stays. */
export const thresholdStatements = (scope: ClassScope, stage: Extract<Stage, { kind: "sample" }>): readonly Tree[] => {
  const constant = shared(scope.rows, fieldOf(stage.threshold.field));
  let threshold: string;
  if (constant !== null) threshold = quoted(tracestateThreshold(constant));
  else {
    scope.needed.add(stateField(stage.threshold.field));
    threshold = resourceAttribute(stamps.row(stateField(stage.threshold.field)));
  }
  return [
    traced(
      stage.origin,
      `set(${tracestate}, Concat(["th:", ${threshold}], "")) where ${tracestate} == nil or ${tracestate} == ""`,
    ),
    traced(
      stage.origin,
      `set(${tracestate}, Concat(["th:", ${threshold}, ";", ${tracestate}], "")) where ${tracestate} != "" and not ${hasThreshold}`,
    ),
    traced(
      stage.origin,
      `replace_pattern(${tracestate}, "th:[0-9a-f]{1,14}", Concat(["th:", ${threshold}], "")) where ${hasThreshold} and ${stated} < ${threshold}`,
    ),
  ];
};
