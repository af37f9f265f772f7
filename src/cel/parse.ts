import { type ASTNode, TypeError as CelTypeError, Environment, ParseError } from "@marcbachmann/cel-js";
import type { ArithmeticOperator, Ast, ComparisonOperator, LogicOperator, Range } from "./ast.ts";
import { type Attribute, vocabulary } from "./vocabulary.ts";

/** What keeps a text from being a condition. `name`: what was not found, with the path before it. */
export type CelProblem =
  | { readonly kind: "syntax" | "type"; readonly message: string; readonly range: Range }
  | { readonly kind: "unknownName"; readonly name: string; readonly range: Range }
  | { readonly kind: "notBoolean"; readonly type: string; readonly range: Range };

export type Parsed = { readonly ok: true; readonly ast: Ast } | { readonly ok: false; readonly problem: CelProblem };

const typeNames: { readonly [T in Attribute["type"]]: string } = {
  string: "string",
  int: "int",
  bool: "bool",
  duration: "google.protobuf.Duration",
  headers: "map<string, string>",
  flags: "int",
  refused: "dyn",
};

type Schema = { [field: string]: string | Schema };

const schemaOf = (attributes: readonly Attribute[]): Schema => {
  const root: Schema = {};
  for (const { name, type } of attributes) {
    const path = name.split(".");
    const last = path.pop() ?? name;
    let at = root;
    for (const part of path) {
      const next = at[part];
      const inner: Schema = typeof next === "object" ? next : {};
      at[part] = inner;
      at = inner;
    }
    at[last] = typeNames[type];
  }
  return root;
};

/** Types of every name, so that a mistyped one is found before anything runs. Nothing is ever evaluated with it. */
const environment = (): Environment => {
  const types = new Environment({ limits: { maxAstNodes: 4000, maxDepth: 60, maxListElements: 200 } });
  for (const [name, type] of Object.entries(schemaOf(vocabulary))) {
    if (typeof type === "string") types.registerVariable(name, type);
    else types.registerVariable({ name, schema: type });
  }
  const never = (): never => {
    throw new Error("conditions are compiled, never evaluated");
  };
  types.registerFunction("requestBodyJSON(string): dyn", never);
  types.registerFunction("responseBodyJSON(string): dyn", never);
  return types;
};

const types = environment();

/** CEL text → our own tree, type-checked. The parser's types stop here. */
export const parseCel = (text: string): Parsed => {
  const whole: Range = { start: 0, end: text.length };
  try {
    const parsed = types.parse(text);
    const ast = convert(parsed.ast);
    const checked = parsed.check();
    if (checked.error !== undefined) return { ok: false, problem: problemOf(checked.error, text, whole) };
    return checked.type === "bool" || checked.type === "dyn"
      ? { ok: true, ast }
      : { ok: false, problem: { kind: "notBoolean", type: checked.type ?? "nothing", range: whole } };
  } catch (error) {
    return { ok: false, problem: problemOf(error, text, whole) };
  }
};

const problemOf = (error: unknown, text: string, whole: Range): CelProblem => {
  if (!(error instanceof ParseError || error instanceof CelTypeError)) throw error;
  const range = fitting(error.range ?? whole, text.length);
  if (error.code === "unknown_variable" || error.code === "no_such_key") {
    const before = /[A-Za-z_][A-Za-z0-9_.]*\.$/.exec(text.slice(0, range.start))?.[0] ?? "";
    return { kind: "unknownName", name: before + text.slice(range.start, range.end), range };
  }
  return { kind: error instanceof ParseError ? "syntax" : "type", message: words(error.summary), range };
};

/** At least one character wide, and inside the text. */
const fitting = ({ start, end }: Range, length: number): Range => {
  const from = Math.min(start, Math.max(length - 1, 0));
  return { start: from, end: Math.min(Math.max(end, from + 1), length) };
};

/** The parser's summary as a clause of a sentence. */
const words = (summary: string): string =>
  summary
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())
    .replaceAll("google.protobuf.Duration", "duration")
    .replace("RBRACKET", '"]"')
    .replace("RPAREN", '")"')
    .replace("EOF", "the end");

const comparisons: readonly string[] = ["==", "!=", "<", "<=", ">", ">="];
const arithmetic: readonly string[] = ["+", "-", "*", "/", "%"];
const isBinary = (op: string): op is ComparisonOperator | ArithmeticOperator | LogicOperator | "in" =>
  comparisons.includes(op) || arithmetic.includes(op) || op === "&&" || op === "||" || op === "in";

const convert = (node: ASTNode): Ast => {
  const range: Range = { start: node.start, end: node.end };
  const other = (what: string): Ast => ({ kind: "other", what, range });
  switch (node.op) {
    case "value":
      switch (typeof node.args) {
        case "string":
          return { kind: "text", value: node.args, range };
        case "bigint":
          return { kind: "int", value: node.args, range };
        case "number":
          return { kind: "double", value: node.args, range };
        case "boolean":
          return { kind: "bool", value: node.args, range };
        default:
          return other(node.args === null ? "null" : node.args instanceof Uint8Array ? "bytes" : "an unsigned integer");
      }
    case "id":
      return { kind: "name", name: node.args, range };
    case ".":
      return { kind: "select", of: convert(node.args[0]), field: node.args[1], range };
    case "[]":
      return { kind: "index", of: convert(node.args[0]), key: convert(node.args[1]), range };
    case "call":
      return { kind: "call", name: node.args[0], on: null, args: node.args[1].map(convert), range };
    case "rcall":
      return { kind: "call", name: node.args[0], on: convert(node.args[1]), args: node.args[2].map(convert), range };
    case "list":
      return { kind: "list", items: node.args.map(convert), range };
    case "?:":
      return {
        kind: "choose",
        if: convert(node.args[0]),
        yes: convert(node.args[1]),
        no: convert(node.args[2]),
        range,
      };
    case "!_":
      return { kind: "not", of: convert(node.args), range };
    case "-_":
      return negated(convert(node.args), range);
    case "map":
      return other("a map");
    case ".?":
    case "[?]":
      return other("an optional value");
    default:
      return isBinary(node.op)
        ? { kind: "binary", op: node.op, left: convert(node.args[0]), right: convert(node.args[1]), range }
        : other(String(node.op));
  }
};

/** `-5` is a literal. */
const negated = (of: Ast, range: Range): Ast => {
  if (of.kind === "int") return { kind: "int", value: -of.value, range };
  if (of.kind === "double") return { kind: "double", value: -of.value, range };
  return { kind: "negate", of, range };
};
