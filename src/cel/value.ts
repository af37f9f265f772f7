import { type Condition, type Constant, choose, type FieldType, type Place, type Term } from "./condition.ts";

/** What an expression stands for before it is compared: a term, or something that only some comparisons can take. */
export type Leaf =
  | { readonly kind: "term"; readonly term: Term }
  /** Number of code points of a text. */
  | { readonly kind: "size"; readonly of: Term }
  /** A text with its ASCII letters in one case. */
  | { readonly kind: "cased"; readonly of: Term; readonly to: "lower" | "upper" }
  | { readonly kind: "flags"; readonly place: Place }
  | { readonly kind: "condition"; readonly condition: Condition }
  /** An error in CEL, whatever the record. */
  | { readonly kind: "undefined" }
  /** Cannot be compiled; the finding is already reported. */
  | { readonly kind: "refused" };

/** `c ? a : b` as a value: every operation on it happens in both branches. */
export type Value = Leaf | { readonly kind: "choice"; readonly if: Condition; readonly yes: Value; readonly no: Value };

export const undefinedValue: Leaf = { kind: "undefined" };
export const refusedValue: Leaf = { kind: "refused" };
export const asValue = (term: Term): Leaf => ({ kind: "term", term });

/** How many values it can be. */
export const branchesOf = (value: Value): number =>
  value.kind === "choice" ? branchesOf(value.yes) + branchesOf(value.no) : 1;

/** Values of values: a choice is carried outwards. CEL is strict here, so the order of evaluation does not matter. */
export const lift = (value: Value, use: (leaf: Leaf) => Value): Value =>
  value.kind === "choice"
    ? { kind: "choice", if: value.if, yes: lift(value.yes, use), no: lift(value.no, use) }
    : use(value);

/** Conditions on values: `f(c ? a : b)` is `c ? f(a) : f(b)`. */
export const decide = (value: Value, use: (leaf: Leaf) => Condition): Condition =>
  value.kind === "choice" ? choose(value.if, decide(value.yes, use), decide(value.no, use)) : use(value);

export const text = (value: string): Constant => ({ kind: "constant", type: "string", value });
export const int = (value: bigint): Constant => ({ kind: "constant", type: "int", value: String(value) });
export const double = (value: number): Constant => ({ kind: "constant", type: "double", value: String(value) });
export const bool = (value: boolean): Constant => ({ kind: "constant", type: "bool", value });
export const duration = (ns: bigint): Constant => ({ kind: "constant", type: "duration", ns: String(ns) });

export const minInt = -(2n ** 63n);
export const maxInt = 2n ** 63n - 1n;
export const isInt64 = (value: bigint): boolean => value >= minInt && value <= maxInt;

/** The integer of a constant, or null. */
export const intOf = (term: Term): bigint | null =>
  term.kind === "constant" && term.type === "int" ? BigInt(term.value) : null;
export const doubleOf = (term: Term): number | null =>
  term.kind === "constant" && term.type === "double" ? Number(term.value) : null;
export const textOf = (term: Term): string | null =>
  term.kind === "constant" && term.type === "string" ? term.value : null;
export const nanosecondsOf = (term: Term): bigint | null =>
  term.kind === "constant" && term.type === "duration" ? BigInt(term.ns) : null;

export const typeOf = (term: Term): FieldType | "double" => {
  switch (term.kind) {
    case "constant":
    case "field":
      return term.type;
    case "arithmetic":
    case "toInt":
      return "int";
    case "concat":
    case "toText":
      return "string";
    case "toDouble":
      return "double";
  }
};
