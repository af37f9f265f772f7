import type { Condition, Term } from "../../cel/condition.ts";
import { quoted } from "../ottl.ts";
import { type AskableContext, type Read, readPlace, readTerm } from "./condition-terms.ts";
import { and, type Formula, leaf, no, or, print, yes } from "./formula.ts";

/** The two halves of a three-valued condition. Where neither holds, CEL has an error. */
type Halves = { readonly yes: Formula; readonly no: Formula };

/** Holds exactly where the condition is true; decides every record and never fails. */
export const conditionFormula = (context: AskableContext, condition: Condition): Formula =>
  halves(context, condition).yes;

/** The same as OTTL. */
export const conditionText = (context: AskableContext, condition: Condition): string =>
  print(conditionFormula(context, condition));

const halves = (context: AskableContext, condition: Condition): Halves => {
  const of = (one: Condition): Halves => halves(context, one);
  switch (condition.op) {
    case "true":
      return { yes, no };
    case "false":
      return { yes: no, no: yes };
    case "unknown":
      return { yes: no, no };
    case "and": {
      const parts = condition.of.map(of);
      return { yes: and(...parts.map((part) => part.yes)), no: or(...parts.map((part) => part.no)) };
    }
    case "or": {
      const parts = condition.of.map(of);
      return { yes: or(...parts.map((part) => part.yes)), no: and(...parts.map((part) => part.no)) };
    }
    case "not": {
      const inner = of(condition.of);
      return { yes: inner.no, no: inner.yes };
    }
    case "choose": {
      const [test, one, other] = [of(condition.if), of(condition.yes), of(condition.no)];
      return {
        yes: or(and(test.yes, one.yes), and(test.no, other.yes)),
        no: or(and(test.yes, one.no), and(test.no, other.no)),
      };
    }
    case "present": {
      const { guards } = readPlace(context, condition.place, condition.type);
      return { yes: and(...guards), no: leaf(`not (${print(and(...guards))})`) };
    }
    case "compare":
      return comparison(context, condition);
    case "startsWith":
      return textTest(context, condition, (a, b) => `HasPrefix(${a}, ${b})`);
    case "endsWith":
      return textTest(context, condition, (a, b) => `HasSuffix(${a}, ${b})`);
    case "contains":
      return textTest(context, condition, (a, b) => `Index(${a}, ${b}) >= 0`);
    case "matches": {
      const text = readTerm(context, condition.text);
      return guarded([text], `IsMatch(${text.value}, ${quoted(condition.pattern)})`);
    }
  }
};

const guarded = (reads: readonly Read[], text: string, opposite = `not (${text})`): Halves => {
  const guards = reads.flatMap((read) => read.guards);
  return { yes: and(...guards, leaf(text)), no: and(...guards, leaf(opposite)) };
};

const textTest = (
  context: AskableContext,
  condition: { readonly text: Term; readonly part: Term },
  text: (a: string, b: string) => string,
): Halves => {
  const [whole, part] = [readTerm(context, condition.text), readTerm(context, condition.part)];
  return guarded([whole, part], text(whole.value, part.value));
};

const opposites = { "==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<" } as const;

const comparison = (context: AskableContext, { by, left, right }: Extract<Condition, { op: "compare" }>): Halves => {
  const [a, b] = [readTerm(context, left), readTerm(context, right)];
  // A value compared with itself asks only whether it is there.
  if (a.value === b.value) {
    const there = and(...a.guards);
    return by === "==" || by === "<=" || by === ">=" ? { yes: there, no } : { yes: no, no: there };
  }
  return guarded([a, b], `${a.value} ${by} ${b.value}`, `${a.value} ${opposites[by]} ${b.value}`);
};
