import type { Range } from "./ast.ts";
import type { Allowance } from "./limits.ts";
import type { CelProblem } from "./parse.ts";

/** Something that keeps an expression, or a part of it, from being decided. */
export type Finding =
  | CelProblem
  /** Valid CEL that telemetry or a Collector cannot decide exactly; `nearest` is an expression or a remedy. */
  | { readonly kind: "refused"; readonly reason: string; readonly nearest: string | null; readonly range: Range }
  | { readonly kind: "regex"; readonly pattern: string; readonly reason: string; readonly range: Range }
  | {
      readonly kind: "regexTooLarge";
      readonly pattern: string;
      readonly of: "characters" | "instructions";
      readonly size: number;
      readonly limit: number;
      readonly range: Range;
    }
  | { readonly kind: "tooLarge"; readonly size: number; readonly limit: number; readonly range: Range }
  /** One value has more than `limit` branches. */
  | { readonly kind: "tooManyBranches"; readonly limit: number; readonly range: Range }
  /** Nothing is left of what the policy may use. */
  | { readonly kind: "spent"; readonly what: keyof Allowance; readonly range: Range };
