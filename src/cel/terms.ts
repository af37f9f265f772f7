import type { ArithmeticOperator } from "./ast.ts";
import type { Term } from "./condition.ts";
import { foldDoubles, foldInts, intFromDouble, intFromText } from "./numbers.ts";
import {
  asValue,
  double,
  doubleOf,
  duration,
  int,
  intOf,
  isInt64,
  type Leaf,
  nanosecondsOf,
  text,
  textOf,
  typeOf,
  undefinedValue,
} from "./value.ts";

/** Reports why something cannot be said, and stands for it. */
export type Refuse = (reason: string, nearest: string | null) => Leaf;

const isDone = (leaf: Leaf): boolean => leaf.kind === "refused" || leaf.kind === "undefined";

export const arithmetic = (op: ArithmeticOperator, a: Leaf, b: Leaf, refuse: Refuse): Leaf => {
  if (isDone(a)) return a;
  if (isDone(b)) return b;
  if (a.kind === "size" || b.kind === "size")
    return refuse("a size can be compared with a number, not computed with", null);
  if (a.kind !== "term" || b.kind !== "term") return refuse("this value cannot be computed with", null);
  const [left, right] = [a.term, b.term];
  switch (typeOf(left)) {
    case "string":
      return op === "+" && typeOf(right) === "string"
        ? concat(left, right)
        : refuse("texts can be joined with + only", null);
    case "int":
      return typeOf(right) === "int"
        ? ints(op, left, right)
        : refuse("whole numbers and doubles cannot be mixed", "whole numbers on both sides");
    case "double": {
      const [x, y] = [doubleOf(left), doubleOf(right)];
      if (x === null || y === null || op === "%")
        return refuse("doubles are computed with only where they are written out", "whole numbers");
      const folded = foldDoubles(op, x, y);
      return Number.isFinite(folded)
        ? asValue(double(folded))
        : refuse("infinity cannot be written in a Collector config", null);
    }
    case "duration": {
      const [x, y] = [nanosecondsOf(left), nanosecondsOf(right)];
      if (x === null || y === null || (op !== "+" && op !== "-"))
        return refuse(
          "durations of records are compared, not computed with",
          "the sum of the durations that are written out, on the other side",
        );
      const folded = foldInts(op, x, y);
      return folded === null ? undefinedValue : asValue(duration(folded));
    }
    case "bool":
      return refuse("this value cannot be computed with", null);
  }
};

const concat = (left: Term, right: Term): Leaf => {
  const parts: Term[] = [];
  for (const part of [left, right].flatMap((term) => (term.kind === "concat" ? term.parts : [term]))) {
    const before = parts.at(-1);
    const [x, y] = [before === undefined ? null : textOf(before), textOf(part)];
    if (x !== null && y !== null) parts.splice(-1, 1, text(x + y));
    else parts.push(part);
  }
  const [only] = parts;
  return asValue(parts.length === 1 && only !== undefined ? only : { kind: "concat", parts });
};

const ints = (op: ArithmeticOperator, left: Term, right: Term): Leaf => {
  const [x, y] = [intOf(left), intOf(right)];
  if (x !== null && y !== null) {
    const folded = foldInts(op, x, y);
    return folded === null ? undefinedValue : asValue(int(folded));
  }
  if (y === 0n && (op === "/" || op === "%")) return undefinedValue;
  return asValue({ kind: "arithmetic", op, left, right });
};

export const negate = (leaf: Leaf, refuse: Refuse): Leaf => {
  if (isDone(leaf)) return leaf;
  if (leaf.kind !== "term") return refuse("only numbers can be negated", null);
  const ns = nanosecondsOf(leaf.term);
  if (ns !== null) return isInt64(-ns) ? asValue(duration(-ns)) : undefinedValue;
  const constant = doubleOf(leaf.term);
  if (constant !== null) return asValue(double(-constant));
  return typeOf(leaf.term) === "int"
    ? ints("-", int(0n), leaf.term)
    : refuse("only whole numbers of a record can be negated", null);
};

/** `size()` counts code points, as CEL does; a Collector would count bytes. */
export const sizeOf = (leaf: Leaf, refuse: Refuse): Leaf => {
  if (isDone(leaf)) return leaf;
  // ASCII case changes no size.
  if (leaf.kind === "cased") return { kind: "size", of: leaf.of };
  if (leaf.kind !== "term" || typeOf(leaf.term) !== "string") return refuse("only texts have a size here", null);
  const constant = textOf(leaf.term);
  return constant === null ? { kind: "size", of: leaf.term } : asValue(int(BigInt([...constant].length)));
};

export const toCase = (to: "lower" | "upper", leaf: Leaf, refuse: Refuse): Leaf => {
  if (isDone(leaf)) return leaf;
  if (leaf.kind === "cased") return { kind: "cased", of: leaf.of, to };
  if (leaf.kind !== "term") return refuse("only texts have upper and lower case", null);
  const constant = textOf(leaf.term);
  if (constant === null) return { kind: "cased", of: leaf.term, to };
  const folded = constant.replace(/[A-Za-z]/g, (letter) =>
    to === "lower" ? letter.toLowerCase() : letter.toUpperCase(),
  );
  return asValue(text(folded));
};

/** `int()`, `double()` and `string()`, where a Collector converts exactly as CEL does. */
export const convert = (to: "int" | "double" | "string", leaf: Leaf, refuse: Refuse): Leaf => {
  if (isDone(leaf)) return leaf;
  if (leaf.kind !== "term") return refuse("this value cannot be converted", null);
  const { term } = leaf;
  const type = typeOf(term);
  const folded = (value: bigint | null): Leaf => (value === null ? undefinedValue : asValue(int(value)));
  switch (to) {
    case "string": {
      if (type === "string") return leaf;
      if (term.kind === "constant" && term.type === "bool") return asValue(text(String(term.value)));
      const constant = intOf(term);
      if (constant !== null) return asValue(text(String(constant)));
      return type === "int"
        ? asValue({ kind: "toText", of: term })
        : refuse(`a ${type} has no text that CEL and a Collector agree on`, null);
    }
    case "int": {
      if (type === "int") return leaf;
      const [written, number] = [textOf(term), doubleOf(term)];
      if (written !== null) return folded(intFromText(written));
      if (number !== null) return folded(intFromDouble(number));
      return type === "string"
        ? asValue({ kind: "toInt", of: term })
        : refuse(`a ${type} does not become a whole number exactly`, null);
    }
    case "double": {
      if (type === "double") return leaf;
      const constant = intOf(term);
      if (constant !== null) return asValue(double(Number(constant)));
      return type === "int"
        ? asValue({ kind: "toDouble", of: term })
        : refuse("only whole numbers become doubles exactly", "int(…)");
    }
  }
};
