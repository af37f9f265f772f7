import type { Range } from "./ast.ts";
import { maxPatternLength, maxPatternSize } from "./limits.ts";
import { regexProblem } from "./regex.ts";
import { regexSize } from "./regex-size.ts";
import type { CompileScope } from "./scope.ts";

/** Whether a pattern is an RE2 of a size that everyone can live with; what is wrong is reported. */
export const checkPattern = (pattern: string, range: Range, scope: CompileScope): boolean => {
  const tooLarge = (of: "characters" | "instructions", size: number, limit: number): boolean => {
    scope.report({ kind: "regexTooLarge", pattern, of, size, limit, range });
    return false;
  };
  if (pattern.length > maxPatternLength) return tooLarge("characters", pattern.length, maxPatternLength);
  const size = regexSize(pattern);
  // Known before it is compiled: that alone would take seconds for the largest.
  const reason = size > maxPatternSize ? null : regexProblem(pattern);
  if (reason !== null) scope.report({ kind: "regex", pattern, reason, range });
  if (size > maxPatternSize) return tooLarge("instructions", size, maxPatternSize);
  return scope.spend("instructions", size) && reason === null;
};
