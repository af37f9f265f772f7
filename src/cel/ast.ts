/** A half-open range [start, end) of UTF-16 offsets into the expression. */
export type Range = { readonly start: number; readonly end: number };

export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=";
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";
export type LogicOperator = "&&" | "||";

/** CEL's tree as far as it can become a condition; macros stand as they were written. */
export type Ast =
  | { readonly kind: "text"; readonly value: string; readonly range: Range }
  | { readonly kind: "int"; readonly value: bigint; readonly range: Range }
  | { readonly kind: "double"; readonly value: number; readonly range: Range }
  | { readonly kind: "bool"; readonly value: boolean; readonly range: Range }
  | { readonly kind: "name"; readonly name: string; readonly range: Range }
  | { readonly kind: "select"; readonly of: Ast; readonly field: string; readonly range: Range }
  | { readonly kind: "index"; readonly of: Ast; readonly key: Ast; readonly range: Range }
  | {
      readonly kind: "call";
      readonly name: string;
      /** What stands before the dot: `a.startsWith(b)`. */
      readonly on: Ast | null;
      readonly args: readonly Ast[];
      readonly range: Range;
    }
  | { readonly kind: "list"; readonly items: readonly Ast[]; readonly range: Range }
  | {
      readonly kind: "binary";
      readonly op: ComparisonOperator | ArithmeticOperator | LogicOperator | "in";
      readonly left: Ast;
      readonly right: Ast;
      readonly range: Range;
    }
  | { readonly kind: "not" | "negate"; readonly of: Ast; readonly range: Range }
  | { readonly kind: "choose"; readonly if: Ast; readonly yes: Ast; readonly no: Ast; readonly range: Range }
  /** Valid CEL that is never a condition on telemetry, by what it is called. */
  | { readonly kind: "other"; readonly what: string; readonly range: Range };
