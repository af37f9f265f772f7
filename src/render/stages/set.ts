import type { Stage } from "../../plan/types.ts";
import { type ClassScope, ottlValue } from "../class-scope.ts";
import { attribute, resourceAttribute } from "../ottl.ts";
import { type Tree, traced } from "../tree.ts";

/** Custom attributes, service name and span name. */
export const setStatements = (
  scope: ClassScope,
  stage: Extract<Stage, { kind: "set" }>,
): { readonly resource: readonly Tree[]; readonly record: readonly Tree[] } => {
  const { value, guard } = ottlValue(scope, stage.from);
  const where = guard === null ? "" : ` where ${guard}`;
  switch (stage.scope) {
    case "resource":
      return { resource: [traced(stage.origin, `set(${resourceAttribute(stage.key)}, ${value})`)], record: [] };
    case "record":
      return {
        resource: [],
        record: [traced(stage.origin, `set(${attribute(scope.context, stage.key)}, ${value})${where}`)],
      };
    case "spanName":
      // The governed request span only; its children keep the names that tell them apart.
      return {
        resource: [],
        record: [traced(stage.origin, `set(span.name, ${value}) where span.kind == SPAN_KIND_SERVER`)],
      };
  }
};
