import type { Stage } from "../../plan/types.ts";
import { type ClassScope, fieldOf, rowValue } from "../class-scope.ts";
import { shared } from "../lookup.ts";
import { attribute, quoted } from "../ottl.ts";
import { type Tree, traced } from "../tree.ts";

const path = attribute("log", "url.path");

/** Drops every access-log record whose path is none of those asked for; an absent path is none. */
export const keepFilter = (scope: ClassScope, stage: Extract<Stage, { kind: "keep" }>): Tree => {
  const matches = stage.when.anyOf.map((match) => {
    const constant = shared(scope.rows, fieldOf(match.path.field));
    if (constant === "") return "true";
    if (constant !== null) return `${path} == ${quoted(constant)} or HasPrefix(${path}, ${quoted(`${constant}/`)})`;
    const value = rowValue(scope, match.path);
    return `${path} == ${value} or HasPrefix(${path}, Concat([${value}, "/"], ""))`;
  });
  const condition = matches.length === 0 ? "true" : `not IsString(${path}) or not (${matches.join(" or ")})`;
  return traced(stage.origin, { error_mode: "ignore", log_conditions: [condition] });
};
