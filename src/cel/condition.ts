import type { ArithmeticOperator, ComparisonOperator } from "./ast.ts";

/** Signals whose records a condition can be asked of. */
export type AskableSignal = "traces" | "logs";

/** Where a record says a value, in nobody's dialect. */
export type Place =
  /** Canonical attribute that normalisation always provides. */
  | { readonly kind: "attribute"; readonly key: string }
  /** Canonical value that is derived from a record only where a condition asks for it. */
  | { readonly kind: "input"; readonly key: string }
  /** Lower-case name. */
  | { readonly kind: "header"; readonly side: "request" | "response"; readonly name: string }
  | { readonly kind: "duration" };

export type FieldType = "string" | "int" | "bool" | "duration";

/** Numbers are texts, so that a condition is plain data and a 64-bit integer stays exact. `ns`: nanoseconds. */
export type Constant =
  | { readonly kind: "constant"; readonly type: "string"; readonly value: string }
  | { readonly kind: "constant"; readonly type: "int"; readonly value: string }
  | { readonly kind: "constant"; readonly type: "double"; readonly value: string }
  | { readonly kind: "constant"; readonly type: "bool"; readonly value: boolean }
  | { readonly kind: "constant"; readonly type: "duration"; readonly ns: string };

/** A value; it is defined when every field in it is, and no arithmetic overflows or divides by zero. */
export type Term =
  | Constant
  | { readonly kind: "field"; readonly place: Place; readonly type: FieldType }
  /** 64-bit integers. */
  | { readonly kind: "arithmetic"; readonly op: ArithmeticOperator; readonly left: Term; readonly right: Term }
  | { readonly kind: "concat"; readonly parts: readonly Term[] }
  /** Decimal text → integer; undefined for any other text. */
  | { readonly kind: "toInt"; readonly of: Term }
  /** Integer or boolean → text. */
  | { readonly kind: "toText"; readonly of: Term }
  /** Integer → double. */
  | { readonly kind: "toDouble"; readonly of: Term };

/**
 * A three-valued condition: true, false, or unknown where CEL has an error (an absent or unfit value above all).
 * `and` and `or` absorb unknowns as CEL's `&&` and `||` do.
 */
export type Condition =
  | { readonly op: "true" }
  | { readonly op: "false" }
  | { readonly op: "unknown" }
  | { readonly op: "and" | "or"; readonly of: readonly Condition[] }
  | { readonly op: "not"; readonly of: Condition }
  | { readonly op: "choose"; readonly if: Condition; readonly yes: Condition; readonly no: Condition }
  /** Never unknown: a value of this type is there, or not. */
  | { readonly op: "present"; readonly place: Place; readonly type: FieldType }
  | { readonly op: "compare"; readonly by: ComparisonOperator; readonly left: Term; readonly right: Term }
  | { readonly op: "startsWith" | "endsWith" | "contains"; readonly text: Term; readonly part: Term }
  /** RE2, unanchored. */
  | { readonly op: "matches"; readonly text: Term; readonly pattern: string };

const isTrue = (condition: Condition): boolean => condition.op === "true";
const isFalse = (condition: Condition): boolean => condition.op === "false";

export const always: Condition = { op: "true" };
export const never: Condition = { op: "false" };
export const unknown: Condition = { op: "unknown" };

const joined = (op: "and" | "or", of: readonly Condition[]): Condition => {
  const [neutral, absorbing] = op === "and" ? [isTrue, isFalse] : [isFalse, isTrue];
  const rest: Condition[] = [];
  for (const one of of.flatMap((part) => (part.op === op ? part.of : [part]))) {
    // An unknown beside it is absorbed too.
    if (absorbing(one)) return one;
    if (!neutral(one)) rest.push(one);
  }
  const [only] = rest;
  if (only === undefined) return op === "and" ? always : never;
  return rest.length === 1 ? only : { op, of: rest };
};

export const and = (...of: readonly Condition[]): Condition => joined("and", of);
export const or = (...of: readonly Condition[]): Condition => joined("or", of);

export const not = (of: Condition): Condition => {
  switch (of.op) {
    case "true":
      return never;
    case "false":
      return always;
    case "unknown":
      return unknown;
    case "not":
      return of.of;
    default:
      return { op: "not", of };
  }
};

export const choose = (condition: Condition, yes: Condition, no: Condition): Condition => {
  if (isTrue(condition)) return yes;
  if (isFalse(condition)) return no;
  if (condition.op === "unknown") return unknown;
  return { op: "choose", if: condition, yes, no };
};

const termsOf = (condition: Condition): readonly Term[] => {
  switch (condition.op) {
    case "compare":
      return [condition.left, condition.right];
    case "startsWith":
    case "endsWith":
    case "contains":
      return [condition.text, condition.part];
    case "matches":
      return [condition.text];
    default:
      return [];
  }
};

const placesOfTerm = (term: Term): readonly Place[] => {
  switch (term.kind) {
    case "constant":
      return [];
    case "field":
      return [term.place];
    case "arithmetic":
      return [...placesOfTerm(term.left), ...placesOfTerm(term.right)];
    case "concat":
      return term.parts.flatMap(placesOfTerm);
    default:
      return placesOfTerm(term.of);
  }
};

const partsOf = (condition: Condition): readonly Condition[] => {
  switch (condition.op) {
    case "and":
    case "or":
      return condition.of;
    case "not":
      return [condition.of];
    case "choose":
      return [condition.if, condition.yes, condition.no];
    default:
      return [];
  }
};

/** Every place a condition reads, each once, in order of first use. */
export const placesOf = (condition: Condition): readonly Place[] => {
  const found = new Map<string, Place>();
  const walk = (one: Condition): void => {
    const places = one.op === "present" ? [one.place] : termsOf(one).flatMap(placesOfTerm);
    for (const place of places) found.set(JSON.stringify(place), place);
    for (const part of partsOf(one)) walk(part);
  };
  walk(condition);
  return [...found.values()];
};

/** Whether a condition has at most so many parts, those that are shared counted as often as they are there. */
export const isWithin = (condition: Condition, limit: number): boolean => {
  let left = limit;
  const walk = (one: Condition): boolean => {
    left -= 1;
    return left >= 0 && partsOf(one).every(walk);
  };
  return walk(condition);
};

/** Every regular expression of a condition, as often as it is there. */
export const patternsOf = (condition: Condition): readonly string[] =>
  condition.op === "matches" ? [condition.pattern] : partsOf(condition).flatMap(patternsOf);

/** How many comparisons the formula for "definitely true" (and for "definitely false") has. */
export const sizesOf = (condition: Condition): { readonly yes: number; readonly no: number } => {
  const sum = (parts: readonly Condition[]): { readonly yes: number; readonly no: number } =>
    parts.map(sizesOf).reduce((a, b) => ({ yes: a.yes + b.yes, no: a.no + b.no }), { yes: 0, no: 0 });
  switch (condition.op) {
    case "and":
    case "or":
      return sum(condition.of);
    case "not": {
      const { yes, no } = sizesOf(condition.of);
      return { yes: no, no: yes };
    }
    case "choose": {
      const test = sizesOf(condition.if);
      const branches = sum([condition.yes, condition.no]);
      return { yes: test.yes + test.no + branches.yes, no: test.yes + test.no + branches.no };
    }
    default:
      return { yes: 1, no: 1 };
  }
};
