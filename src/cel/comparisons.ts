import type { ComparisonOperator } from "./ast.ts";
import { always, type Condition, choose, never, not, type Term, unknown } from "./condition.ts";
import { holds, holdsForTexts, mirrored } from "./numbers.ts";
import { anyCasePattern, regexMatches } from "./regex.ts";
import { doubleOf, int, intOf, type Leaf, maxInt, minInt, nanosecondsOf, textOf, typeOf } from "./value.ts";

/** Why two values cannot be compared, and what can be written instead. */
export type Refuse = (reason: string, nearest: string | null) => Condition;

const fixed = (value: boolean): Condition => (value ? always : never);

/** The same answer for every record in which the term is defined, unknown for the others. */
const wherever = (term: Term, answer: boolean): Condition =>
  term.kind === "constant" ? fixed(answer) : { op: "compare", by: answer ? "==" : "!=", left: term, right: term };

const matches = (text: Term, pattern: string): Condition => {
  const constant = textOf(text);
  return constant === null ? { op: "matches", text, pattern } : fixed(regexMatches(pattern, constant));
};

/** RE2 takes repetitions up to 1000. */
const maxSize = 1000n;

const sizeIs = (by: ComparisonOperator, of: Term, n: bigint, refuse: Refuse): Condition => {
  const between = (low: bigint, high: bigint | null): Condition => {
    if (high !== null && high < 0n) return wherever(of, false);
    const from = low < 0n ? 0n : low;
    if (from === 0n && high === null) return wherever(of, true);
    return matches(of, high === null ? `(?s)^.{${from}}` : `(?s)^.{${from},${high}}$`);
  };
  if (n > maxSize) return refuse(`sizes above ${maxSize} are not counted`, `size(…) > ${maxSize}`);
  switch (by) {
    case "==":
      return between(n, n);
    case "!=":
      return not(between(n, n));
    case "<":
      return between(0n, n - 1n);
    case "<=":
      return between(0n, n);
    case ">":
      return n === maxSize ? not(between(0n, n)) : between(n + 1n, null);
    case ">=":
      return between(n, null);
  }
};

/** Is this text possible at all once every ASCII letter is in one case? */
const isCased = (text: string, to: "lower" | "upper"): boolean => !(to === "lower" ? /[A-Z]/ : /[a-z]/).test(text);

const casedIs = (
  by: ComparisonOperator,
  leaf: Extract<Leaf, { kind: "cased" }>,
  other: string,
  refuse: Refuse,
): Condition => {
  if (by !== "==" && by !== "!=") return refuse("a text in one case can be tested for equality only", null);
  const equal = isCased(other, leaf.to) ? matches(leaf.of, `^${anyCasePattern(other)}$`) : wherever(leaf.of, false);
  return by === "==" ? equal : not(equal);
};

/** An integer compared with a double is compared with the integers around it: exact, where a conversion would round. */
const intWithDouble = (by: ComparisonOperator, term: Term, bound: number): Condition => {
  if (Number.isNaN(bound)) return wherever(term, by === "!=");
  const up = by === "<" || by === ">=";
  if (bound < Number(minInt)) return wherever(term, by === ">" || by === ">=" || by === "!=");
  if (bound >= -Number(minInt)) return wherever(term, by === "<" || by === "<=" || by === "!=");
  if ((by === "==" || by === "!=") && !Number.isInteger(bound)) return wherever(term, by === "!=");
  const whole = BigInt(up ? Math.ceil(bound) : Math.floor(bound));
  if (whole > maxInt) return wherever(term, by === "<" || by === "<=");
  return compareTerms(by, term, int(whole));
};

const compareTerms = (by: ComparisonOperator, left: Term, right: Term): Condition => {
  const ints = [intOf(left), intOf(right)] as const;
  if (ints[0] !== null && ints[1] !== null) return fixed(holds(by, ints[0], ints[1]));
  const texts = [textOf(left), textOf(right)] as const;
  if (texts[0] !== null && texts[1] !== null) return fixed(holdsForTexts(by, texts[0], texts[1]));
  const spans = [nanosecondsOf(left), nanosecondsOf(right)] as const;
  if (spans[0] !== null && spans[1] !== null) return fixed(holds(by, spans[0], spans[1]));
  const doubles = [doubleOf(left), doubleOf(right)] as const;
  if (doubles[0] !== null && doubles[1] !== null) return fixed(holds(by, doubles[0], doubles[1]));
  // The field first: "500 <= response.code" reads as its mirror.
  return left.kind === "constant"
    ? { op: "compare", by: mirrored(by), left: right, right: left }
    : { op: "compare", by, left, right };
};

const asCondition = (leaf: Leaf): Condition | null => {
  if (leaf.kind === "condition") return leaf.condition;
  if (leaf.kind !== "term" || typeOf(leaf.term) !== "bool") return null;
  return leaf.term.kind === "constant"
    ? fixed(leaf.term.type === "bool" && leaf.term.value)
    : { op: "compare", by: "==", left: leaf.term, right: { kind: "constant", type: "bool", value: true } };
};

const constantInt = (leaf: Leaf): bigint | null => (leaf.kind === "term" ? intOf(leaf.term) : null);

/** `a OP b`, exactly as CEL decides it, or refused. Types were checked before. */
export const compare = (by: ComparisonOperator, a: Leaf, b: Leaf, refuse: Refuse): Condition => {
  if (a.kind === "refused" || b.kind === "refused") return unknown;
  if (a.kind === "undefined" || b.kind === "undefined") return unknown;
  const [one, other] = [asCondition(a), asCondition(b)];
  if (one !== null && other !== null) {
    if (by === "==") return choose(one, other, not(other));
    if (by === "!=") return choose(one, not(other), other);
    return refuse("true and false have no order that anyone would guess", "==, != or a logical operator");
  }
  if (a.kind === "term" && b.kind === "term") {
    const [left, right] = [typeOf(a.term), typeOf(b.term)];
    if (left === right) return compareTerms(by, a.term, b.term);
    const [leftDouble, rightDouble] = [doubleOf(a.term), doubleOf(b.term)];
    if (left === "int" && rightDouble !== null) return intWithDouble(by, a.term, rightDouble);
    if (right === "int" && leftDouble !== null) return intWithDouble(mirrored(by), b.term, leftDouble);
    return refuse(
      "whole numbers and doubles are compared only where one of them is written out",
      "whole numbers on both sides",
    );
  }
  if (b.kind !== "term")
    return a.kind === "term" ? compare(mirrored(by), b, a, refuse) : refuse("only one side may be computed", null);
  if (a.kind === "size") {
    const n = constantInt(b);
    return n === null
      ? refuse("a size can be compared with a number only", "size(…) > 100")
      : sizeIs(by, a.of, n, refuse);
  }
  if (a.kind === "cased") {
    const constant = textOf(b.term);
    return constant === null
      ? refuse("a text in one case can be compared with a literal only", null)
      : casedIs(by, a, constant, refuse);
  }
  if (a.kind === "flags") {
    // A bit vector is never negative.
    const zero = constantInt(b) === 0n;
    const any: Condition = {
      op: "compare",
      by: "==",
      left: { kind: "field", place: a.place, type: "bool" },
      right: { kind: "constant", type: "bool", value: true },
    };
    if (zero && (by === "!=" || by === ">")) return any;
    if (zero && by === "==") return not(any);
    return refuse("telemetry names the flags in text; as numbers they can only be told from 0", "response.flags != 0");
  }
  return refuse("this value has no comparison", null);
};

/** `startsWith`, `endsWith` and `contains`. */
export const textTest = (op: "startsWith" | "endsWith" | "contains", a: Leaf, b: Leaf, refuse: Refuse): Condition => {
  if (a.kind === "refused" || b.kind === "refused") return unknown;
  if (a.kind === "undefined" || b.kind === "undefined") return unknown;
  if (b.kind !== "term") return refuse("what is looked for must be a text as it stands", null);
  const part = textOf(b.term);
  if (a.kind === "cased") {
    if (part === null) return refuse("a text in one case can be tested with a literal only", null);
    if (!isCased(part, a.to)) return wherever(a.of, false);
    const pattern = anyCasePattern(part);
    return matches(a.of, op === "startsWith" ? `^${pattern}` : op === "endsWith" ? `${pattern}$` : pattern);
  }
  if (a.kind !== "term") return refuse("only texts can be looked into", null);
  const whole = textOf(a.term);
  if (whole === null || part === null) return { op, text: a.term, part: b.term };
  return fixed(
    op === "contains" ? whole.includes(part) : op === "startsWith" ? whole.startsWith(part) : whole.endsWith(part),
  );
};

/** `matches`; the pattern is RE2, which was checked. */
export const regexTest = (a: Leaf, pattern: string, refuse: Refuse): Condition => {
  if (a.kind === "refused" || a.kind === "undefined") return unknown;
  if (a.kind === "cased") return refuse("upper and lower case belong into the pattern", `matches("(?i)${pattern}")`);
  return a.kind === "term" ? matches(a.term, pattern) : refuse("only texts can be matched", null);
};
