/** A two-valued formula over OTTL comparisons, of which none can fail where it stands. */
export type Formula =
  | { readonly op: "true" | "false" }
  | { readonly op: "leaf"; readonly text: string }
  | { readonly op: "and" | "or"; readonly of: readonly Formula[] };

export const leaf = (text: string): Formula => ({ op: "leaf", text });
export const yes: Formula = { op: "true" };
export const no: Formula = { op: "false" };

const same = (a: Formula, b: Formula): boolean => JSON.stringify(a) === JSON.stringify(b);

const unique = (of: readonly Formula[]): readonly Formula[] =>
  of.filter((one, index) => of.findIndex((other) => same(one, other)) === index);

const flat = (op: "and" | "or", of: readonly Formula[]): readonly Formula[] =>
  of.flatMap((one) => (one.op === op ? flat(op, one.of) : [one]));

const joined = (op: "and" | "or", of: readonly Formula[]): Formula => {
  const [neutral, absorbing] = op === "and" ? ["true", "false"] : ["false", "true"];
  const parts = unique(flat(op, of)).filter((one) => one.op !== neutral);
  const absorbed = parts.find((one) => one.op === absorbing);
  if (absorbed !== undefined) return absorbed;
  const [only] = parts;
  if (only === undefined) return op === "and" ? yes : no;
  return parts.length === 1 ? only : { op, of: parts };
};

/** Left to right: what comes first guards what follows. */
export const and = (...of: readonly Formula[]): Formula => joined("and", of);

/** What all alternatives begin with is asked once. */
export const or = (...of: readonly Formula[]): Formula => {
  const whole = joined("or", of);
  if (whole.op !== "or") return whole;
  const lists = whole.of.map((one) => (one.op === "and" ? one.of : [one]));
  const [first = []] = lists;
  const differs = first.findIndex((part, index) => lists.some((list) => !same(list[index] ?? yes, part)));
  const shared = differs === -1 ? first.length : differs;
  return shared === 0
    ? whole
    : and(
        ...first.slice(0, shared),
        joined(
          "or",
          lists.map((list) => and(...list.slice(shared))),
        ),
      );
};

/** OTTL text; `and` and `or` never stand beside each other without parentheses. */
export const print = (formula: Formula): string => {
  switch (formula.op) {
    case "true":
    case "false":
      return formula.op;
    case "leaf":
      return formula.text;
    default:
      return formula.of
        .map((one) => (one.op === "and" || one.op === "or" ? `(${print(one)})` : print(one)))
        .join(` ${formula.op} `);
  }
};
