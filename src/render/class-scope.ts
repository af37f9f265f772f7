import type { Plan, PolicyClass, RowField, SinkId, TargetRow, ValueFrom } from "../plan/types.ts";
import type { Assembly } from "./assembly.ts";
import { type CodedRow, shared } from "./lookup.ts";
import type { ComponentNames } from "./names.ts";
import { attribute, quoted, type RecordContext, resourceAttribute } from "./ottl.ts";
import { stamps } from "./stamps.ts";

/** Everything a stage renderer may ask while it renders one class. */
export type ClassScope = {
  readonly assembly: Assembly;
  readonly plan: Plan;
  readonly policyClass: PolicyClass;
  readonly context: RecordContext;
  /** The class's own rows, and how many there are in all: tables are cut by row number. */
  readonly rows: readonly CodedRow[];
  readonly totalRows: number;
  readonly names: ComponentNames;
  /** Count what each policy received and kept. */
  readonly flow: boolean;
  /** Exporters of a sink. `derived` metrics are deltas that still need their cumulative state. */
  readonly exportersOf: (sink: SinkId, metrics: "arrived" | "derived") => readonly string[];
  /** Row fields that must be stamped on the resource for later stages; filled while rendering. */
  readonly needed: Set<string>;
};

export const fieldOf =
  (field: string) =>
  (row: TargetRow): string =>
    row.values[field]?.value ?? "";

/** Row data as an OTTL value: the literal itself when every target of the class has the same. */
export const rowValue = (scope: ClassScope, { field }: RowField): string => {
  const constant = shared(scope.rows, fieldOf(field));
  if (constant !== null) return quoted(constant);
  scope.needed.add(field);
  return resourceAttribute(stamps.row(field));
};

/** A value and the condition under which there is one. */
export const ottlValue = (
  scope: ClassScope,
  from: ValueFrom,
): { readonly value: string; readonly guard: string | null } => {
  switch (from.kind) {
    case "row":
      return { value: rowValue(scope, from), guard: null };
    case "header": {
      const value = attribute(scope.context, stamps.header(from.name));
      return { value, guard: `${value} != nil` };
    }
    case "attribute": {
      const value = attribute(scope.context, from.key);
      return { value, guard: `${value} != nil` };
    }
  }
};
