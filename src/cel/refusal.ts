import type { Range } from "./ast.ts";
import { type Condition, unknown } from "./condition.ts";
import type { CompileScope } from "./scope.ts";
import { type Leaf, refusedValue } from "./value.ts";

// What cannot be said exactly is reported with its place, and stands for a condition or a value that is not known.

export type RefuseAt = (reason: string, nearest: string | null) => Condition;

export const refuseAt =
  (scope: CompileScope, range: Range): RefuseAt =>
  (reason, nearest) => {
    scope.report({ kind: "refused", reason, nearest, range });
    return unknown;
  };

export const refusedAt = (scope: CompileScope, range: Range, reason: string, nearest: string | null): Leaf => {
  scope.report({ kind: "refused", reason, nearest, range });
  return refusedValue;
};

/** The same as a function of what is refused. */
export const reporter =
  (scope: CompileScope, range: Range) =>
  (reason: string, nearest: string | null): Leaf =>
    refusedAt(scope, range, reason, nearest);
