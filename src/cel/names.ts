import type { Ast, Range } from "./ast.ts";
import type { Condition, Place } from "./condition.ts";
import { always } from "./condition.ts";
import type { CompileScope } from "./scope.ts";
import { asValue, type Leaf, refusedValue } from "./value.ts";
import { attributeNamed, bodyPointers } from "./vocabulary.ts";

/** `request.headers["x"].y` as its parts, or null where it is no chain of names. Each part of a text key keeps its spelling. */
const chainOf = (ast: Ast): readonly string[] | null => {
  switch (ast.kind) {
    case "name":
      return [ast.name];
    case "select": {
      const before = chainOf(ast.of);
      return before === null ? null : [...before, ast.field];
    }
    case "index": {
      const before = chainOf(ast.of);
      return before === null || ast.key.kind !== "text" ? null : [...before, ast.key.value];
    }
    default:
      return null;
  }
};

export type Named =
  | { readonly kind: "value"; readonly leaf: Leaf; readonly present: Condition }
  /** All headers of one side. */
  | { readonly kind: "headers"; readonly side: "request" | "response" }
  /** Several values at once: `request`, `gen_ai.usage`. */
  | { readonly kind: "group"; readonly name: string };

/** What a name stands for; null when the expression is no name. Whatever cannot be told is reported. */
export const resolveName = (ast: Ast, scope: CompileScope): Named | null => {
  const chain = chainOf(ast);
  const [root] = chain ?? [];
  // A variable hides an attribute of its name.
  if (chain === null || root === undefined || scope.variables.has(root)) return null;
  for (let length = chain.length; length > 0; length--) {
    const name = chain.slice(0, length).join(".");
    const attribute = attributeNamed(name);
    if (attribute === null) continue;
    const rest = chain.slice(length);
    switch (attribute.type) {
      case "refused": {
        scope.report({
          kind: "refused",
          reason: attribute.reason,
          nearest: attribute.nearest,
          range: ast.range,
        });
        return { kind: "value", leaf: refusedValue, present: always };
      }
      case "headers": {
        const [header] = rest;
        return header === undefined
          ? { kind: "headers", side: attribute.side }
          : headerNamed(attribute.side, header, ast.range, scope);
      }
      case "flags":
        return {
          kind: "value",
          leaf: { kind: "flags", place: attribute.place },
          present: { op: "present", place: attribute.place, type: "bool" },
        };
      default: {
        const { place, type } = attribute;
        return {
          kind: "value",
          leaf: asValue({ kind: "field", place, type }),
          present: { op: "present", place, type },
        };
      }
    }
  }
  return { kind: "group", name: chain.join(".") };
};

/** A header by name; proxies keep names in lower case, so that another spelling is never there. */
export const headerNamed = (
  side: "request" | "response",
  name: string,
  range: Range,
  scope: CompileScope,
): Extract<Named, { kind: "value" }> => {
  const refuse = (reason: string, nearest: string | null): Extract<Named, { kind: "value" }> => {
    scope.report({ kind: "refused", reason, nearest, range });
    return { kind: "value", leaf: refusedValue, present: always };
  };
  const lower = name.toLowerCase();
  if (name !== lower)
    return refuse(`header names are in lower case, so "${name}" is never there`, `${side}.headers["${lower}"]`);
  if (!/^:?[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return refuse(`"${name}" is no header name`, null);
  if (scope.isSecret(name))
    return refuse(
      `header "${name}" carries credentials, which are removed before anything is decided`,
      "a header that identifies without authorising",
    );
  const place: Place = { kind: "header", side, name };
  return {
    kind: "value",
    leaf: asValue({ kind: "field", place, type: "string" }),
    present: { op: "present", place, type: "string" },
  };
};

/** Kuadrant's `requestBodyJSON("/model")`: no Collector sees a body. */
export const refuseBody = (name: string, pointer: Ast | undefined, range: Range, scope: CompileScope): Leaf => {
  const side = name === "requestBodyJSON" ? "request" : "response";
  const nearest = pointer?.kind === "text" ? (bodyPointers[`${side} ${pointer.value}`] ?? null) : null;
  scope.report({ kind: "refused", reason: `${name}() reads a body, and telemetry carries none`, nearest, range });
  return refusedValue;
};
