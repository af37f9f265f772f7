import type { Ast, Range } from "./ast.ts";
import { compare, regexTest, textTest } from "./comparisons.ts";
import { and, type Condition, choose, never, not, or, unknown } from "./condition.ts";
import { functions, refuseFunction } from "./functions.ts";
import { maxBranches } from "./limits.ts";
import { headerNamed, refuseBody, resolveName } from "./names.ts";
import { checkPattern } from "./pattern.ts";
import { refuseAt, refusedAt, reporter } from "./refusal.ts";
import type { CompileScope } from "./scope.ts";
import { arithmetic, negate } from "./terms.ts";
import {
  asValue,
  bool,
  branchesOf,
  decide,
  double,
  int,
  isInt64,
  type Leaf,
  lift,
  refusedValue,
  text,
  textOf,
  undefinedValue,
  type Value,
} from "./value.ts";

/** An expression of type bool. */
export const compileCondition = (ast: Ast, scope: CompileScope): Condition =>
  scope.spend("steps", 1) ? conditionOf(ast, scope) : unknown;

const conditionOf = (ast: Ast, scope: CompileScope): Condition => {
  switch (ast.kind) {
    case "not":
      return not(compileCondition(ast.of, scope));
    case "choose":
      return choose(compileCondition(ast.if, scope), compileCondition(ast.yes, scope), compileCondition(ast.no, scope));
    case "binary":
      switch (ast.op) {
        case "&&":
          return and(compileCondition(ast.left, scope), compileCondition(ast.right, scope));
        case "||":
          return or(compileCondition(ast.left, scope), compileCondition(ast.right, scope));
        case "in":
          return membership(ast.left, ast.right, ast.range, scope);
        case "==":
        case "!=":
        case "<":
        case "<=":
        case ">":
        case ">=": {
          const by = ast.op;
          const right = compileValue(ast.right, scope);
          const refuse = refuseAt(scope, ast.range);
          return decideBoth(compileValue(ast.left, scope), right, scope, (a, b) => compare(by, a, b, refuse));
        }
        default:
          return fromValue(compileValue(ast, scope), ast, scope);
      }
    case "call": {
      const tested = test(ast, scope);
      return tested ?? fromValue(compileValue(ast, scope), ast, scope);
    }
    default:
      return fromValue(compileValue(ast, scope), ast, scope);
  }
};

/** A value of type bool as a condition. */
const fromValue = (value: Value, ast: Ast, scope: CompileScope): Condition =>
  decide(value, (leaf) =>
    leaf.kind === "refused" ? unknown : compare("==", leaf, asValue(bool(true)), refuseAt(scope, ast.range)),
  );

type Call = Extract<Ast, { kind: "call" }>;

/** Functions and macros that answer true or false; null for the others. */
const test = (call: Call, scope: CompileScope): Condition | null => {
  const { name, on, args, range } = call;
  const [first, second] = args;
  const refuse = refuseAt(scope, range);
  if (name === "has" && on === null && first !== undefined) return presence(first, scope);
  if (on === null || first === undefined) return null;
  switch (name) {
    case "startsWith":
    case "endsWith":
    case "contains": {
      const part = compileValue(first, scope);
      return decideBoth(compileValue(on, scope), part, scope, (a, b) => textTest(name, a, b, refuse));
    }
    case "matches": {
      const pattern = compileValue(first, scope);
      const sound = new Map<string, boolean>();
      return decideBoth(compileValue(on, scope), pattern, scope, (a, b) => {
        if (b.kind === "refused" || b.kind === "undefined") return unknown;
        const literal = b.kind === "term" ? textOf(b.term) : null;
        if (literal === null) return refuse("a pattern must be written out", null);
        const isSound = sound.get(literal) ?? checkPattern(literal, first.range, scope);
        sound.set(literal, isSound);
        return isSound ? regexTest(a, literal, refuse) : unknown;
      });
    }
    case "exists":
    case "all": {
      if (second === undefined || first.kind !== "name") return null;
      const variable = first.name;
      const { ast: list, scope: at } = bound(on, scope);
      if (list.kind !== "list")
        return refuse(
          "a Collector cannot go through the entries of a record",
          resolveName(list, at)?.kind === "headers" ? 'a header by name: "x-team" in request.headers' : null,
        );
      const each = list.items.map((item) =>
        compileCondition(second, {
          ...scope,
          variables: new Map([...scope.variables, [variable, { ast: item, scope: at }]]),
        }),
      );
      return name === "all" ? and(...each) : or(...each);
    }
    default:
      return null;
  }
};

/** A condition on two values, in each branch of the one with each of the other. */
const decideBoth = (a: Value, b: Value, scope: CompileScope, use: (a: Leaf, b: Leaf) => Condition): Condition => {
  const pairs = branchesOf(a) * branchesOf(b);
  if (pairs > 1 && !scope.spend("steps", pairs)) return unknown;
  return decide(a, (one) => decide(b, (other) => use(one, other)));
};

/** What a variable stands for, through variables that stand for variables; anything else stands for itself. */
const bound = (ast: Ast, scope: CompileScope): { readonly ast: Ast; readonly scope: CompileScope } => {
  const meant = ast.kind === "name" ? scope.variables.get(ast.name) : undefined;
  return meant === undefined ? { ast, scope } : bound(meant.ast, meant.scope);
};

const presence = (ast: Ast, scope: CompileScope): Condition => {
  const named = resolveName(ast, scope);
  const refuse = refuseAt(scope, ast.range);
  if (named === null) return refuse("has() takes a name", 'has(response.code), "x-team" in request.headers');
  switch (named.kind) {
    case "value":
      return named.present;
    case "headers":
      return refuse("a record does not say whether there were any headers", `"x-team" in ${named.side}.headers`);
    case "group":
      return refuse(`${named.name} is a group of values`, "has() on one of them");
  }
};

const membership = (needle: Ast, haystack: Ast, range: Range, scope: CompileScope): Condition => {
  const refuse = refuseAt(scope, range);
  const named = resolveName(haystack, scope);
  if (named?.kind === "headers") {
    return decide(compileValue(needle, scope), (leaf) => {
      const name = leaf.kind === "term" ? textOf(leaf.term) : null;
      if (name !== null) return headerNamed(named.side, name, needle.range, scope).present;
      return leaf.kind === "refused" || leaf.kind === "undefined"
        ? unknown
        : refuse("the name of a header must be written out", null);
    });
  }
  const { ast: list, scope: at } = bound(haystack, scope);
  if (list.kind !== "list") return refuse("a value can be looked for in a written list or in headers only", null);
  const items = list.items.map((item) => compileValue(item, at));
  if (items.some((item) => item.kind === "undefined")) return unknown;
  if (items.some((item) => item.kind !== "refused" && !(item.kind === "term" && item.term.kind === "constant")))
    return refuse("a list to look in must hold literals only", "one comparison for each entry, joined with ||");
  const wanted = compileValue(needle, scope);
  if (!scope.spend("steps", branchesOf(wanted) * items.length)) return unknown;
  return decide(wanted, (leaf) => {
    if (leaf.kind === "undefined" || leaf.kind === "refused") return unknown;
    const equal = items.map((item) => decide(item, (entry) => compare("==", leaf, entry, refuse)));
    if (equal.length > 0) return or(...equal);
    // Nothing is in an empty list, but what is looked for must exist.
    return leaf.kind === "term" ? and(compare("!=", leaf, leaf, refuse)) : never;
  });
};

/** An expression of any type. */
const compileValue = (ast: Ast, scope: CompileScope): Value => {
  if (!scope.spend("steps", 1)) return refusedValue;
  const value = worth(ast, scope);
  const branches = branchesOf(value);
  if (branches > maxBranches) scope.report({ kind: "tooManyBranches", limit: maxBranches, range: ast.range });
  if (branches > 1 && !scope.spend("steps", branches)) return refusedValue;
  return branches > maxBranches ? refusedValue : value;
};

const worth = (ast: Ast, scope: CompileScope): Value => {
  switch (ast.kind) {
    case "text":
      return asValue(text(ast.value));
    case "int":
      return isInt64(ast.value)
        ? asValue(int(ast.value))
        : refusedAt(scope, ast.range, `${ast.value} does not fit into 64 bits`, null);
    case "double":
      return Number.isFinite(ast.value)
        ? asValue(double(ast.value))
        : refusedAt(scope, ast.range, "infinity cannot be written in a Collector config", null);
    case "bool":
      return asValue(bool(ast.value));
    case "choose": {
      const condition = compileCondition(ast.if, scope);
      const [yes, no] = [compileValue(ast.yes, scope), compileValue(ast.no, scope)];
      if (condition.op === "true") return yes;
      if (condition.op === "false") return no;
      return condition.op === "unknown" ? undefinedValue : { kind: "choice", if: condition, yes, no };
    }
    case "negate":
      return lift(compileValue(ast.of, scope), (leaf) => negate(leaf, reporter(scope, ast.range)));
    case "binary":
      switch (ast.op) {
        case "+":
        case "-":
        case "*":
        case "/":
        case "%": {
          const { op } = ast;
          const right = compileValue(ast.right, scope);
          const report = reporter(scope, ast.range);
          return lift(compileValue(ast.left, scope), (a) => lift(right, (b) => arithmetic(op, a, b, report)));
        }
        default:
          return { kind: "condition", condition: compileCondition(ast, scope) };
      }
    case "not":
      return { kind: "condition", condition: compileCondition(ast, scope) };
    case "call":
      return callValue(ast, scope);
    case "name":
    case "select":
    case "index":
      return nameValue(ast, scope);
    case "list":
      return refusedAt(scope, ast.range, "a list can be looked into (in, exists, all) and nothing else", null);
    case "other":
      return refusedAt(scope, ast.range, `${ast.what} is nothing that a record can be compared with`, null);
  }
};

const nameValue = (ast: Extract<Ast, { kind: "name" | "select" | "index" }>, scope: CompileScope): Value => {
  const meant = bound(ast, scope);
  if (meant.ast !== ast) return compileValue(meant.ast, meant.scope);
  const named = resolveName(ast, scope);
  if (named === null) {
    // `a.split("/")[1]`: what is taken from says more than the taking.
    if (ast.kind !== "name" && ast.of.kind === "call") return compileValue(ast.of, scope);
    return ast.kind === "index" && resolveName(ast.of, scope)?.kind === "headers"
      ? headerByValue(ast.key, ast.of, ast.range, scope)
      : refusedAt(scope, ast.range, "entries can be taken from headers only, by name", null);
  }
  switch (named.kind) {
    case "value":
      return named.leaf;
    case "headers":
      return refusedAt(scope, ast.range, "headers can be asked for one by one only", `${named.side}.headers["x-team"]`);
    case "group":
      return refusedAt(scope, ast.range, `${named.name} is a group of values, not a value`, null);
  }
};

/** `request.headers["x-" + "team"]`: a name that is put together, or chosen, but known here. */
const headerByValue = (key: Ast, of: Ast, range: Range, scope: CompileScope): Value => {
  const named = resolveName(of, scope);
  return lift(compileValue(key, scope), (leaf) => {
    if (leaf.kind === "refused" || leaf.kind === "undefined") return leaf;
    const name = leaf.kind === "term" ? textOf(leaf.term) : null;
    return name === null || named?.kind !== "headers"
      ? refusedAt(scope, range, "the name of a header must be written out", null)
      : headerNamed(named.side, name, range, scope).leaf;
  });
};

const callValue = (call: Call, scope: CompileScope): Value => {
  const tested = test(call, scope);
  if (tested !== null) return { kind: "condition", condition: tested };
  const { name, on, args, range } = call;
  const report = reporter(scope, range);
  if (name === "requestBodyJSON" || name === "responseBodyJSON") return refuseBody(name, args[0], range, scope);
  const subject = on ?? args[0];
  const known = functions.get(name);
  if (known === undefined || subject === undefined || args.length !== (on === null ? 1 : 0))
    return refuseFunction(name, report);
  if (name === "size" && subject.kind === "list") return lengthOf(subject, scope);
  return lift(compileValue(subject, scope), (leaf) => known(leaf, report));
};

/** A list that is written out has a length that is known here. */
const lengthOf = (list: Extract<Ast, { kind: "list" }>, scope: CompileScope): Value => {
  const items = list.items.map((item) => compileValue(item, scope));
  if (items.some((item) => item.kind === "refused")) return refusedValue;
  return items.every((item) => item.kind === "term" && item.term.kind === "constant")
    ? asValue(int(BigInt(items.length)))
    : refusedAt(scope, list.range, "a list to count must hold literals only", null);
};
