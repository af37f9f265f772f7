import { placesOf } from "../../cel/condition.ts";
import type { LogCondition, RowField, Stage } from "../../plan/types.ts";
import { type ClassScope, fieldOf, rowValue } from "../class-scope.ts";
import { shared } from "../lookup.ts";
import { attribute, quoted } from "../ottl.ts";
import { type Tree, traced } from "../tree.ts";
import { conditionFormula } from "./condition.ts";
import { inputGroups } from "./condition-inputs.ts";
import { and, type Formula, leaf, or, print, yes } from "./formula.ts";

type Keep = Extract<Stage, { kind: "keep" }>;

const path = attribute("log", "url.path");

/** Whole segments; an absent path is none of those asked for. */
const pathHolds = (scope: ClassScope, field: RowField): string => {
  const constant = shared(scope.rows, fieldOf(field.field));
  if (constant === "") return `IsString(${path})`;
  const value = constant === null ? rowValue(scope, field) : quoted(constant);
  const prefix = constant === null ? `Concat([${value}, "/"], "")` : quoted(`${constant}/`);
  return `(IsString(${path}) and (${path} == ${value} or HasPrefix(${path}, ${prefix})))`;
};

const holds = (scope: ClassScope, { path: field, when }: LogCondition["anyOf"][number]): Formula =>
  and(field === null ? yes : leaf(pathHolds(scope, field)), when === null ? yes : conditionFormula("log", when));

/** Drops every access-log record for which no match holds. */
export const keepFilter = (scope: ClassScope, stage: Keep): Tree => {
  const kept = or(...stage.when.anyOf.map((match) => holds(scope, match)));
  return traced(stage.origin, { error_mode: "ignore", log_conditions: [dropped(kept)] });
};

/** A Collector wants to see a path in every condition, where nothing is asked as well. */
const dropped = (kept: Formula): string => {
  switch (kept.op) {
    case "true":
      return "log.attributes == nil";
    case "false":
      return "log.attributes != nil";
    default:
      return `not (${print(kept)})`;
  }
};

/** What the conditions read beyond canonical attributes; null when that is nothing. */
export const keepInputs = (scope: ClassScope, stage: Keep): Tree | null => {
  const places = stage.when.anyOf.flatMap(({ when }) => (when === null ? [] : placesOf(when)));
  const unique = [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
  const groups = inputGroups(scope.plan.profiles, "log", unique);
  return groups.length === 0 ? null : traced(stage.origin, { error_mode: "ignore", log_statements: groups });
};
