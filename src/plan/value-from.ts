import type { Located } from "../diagnostics/origin.ts";
import type { ValueSource } from "../policy/types.ts";
import type { TargetRow, ValueFrom } from "./types.ts";

/** A literal becomes data of the row, so that it never splits a class; the rest is structure. */
export const valueFrom = (
  field: string,
  source: Located<ValueSource>,
  values: Record<string, TargetRow["values"][string]>,
): ValueFrom => {
  switch (source.value.from) {
    case "literal":
      values[field] = { value: source.value.value, origin: source.origin };
      return { kind: "row", field };
    case "header":
      return { kind: "header", name: source.value.name };
    case "attribute":
      return { kind: "attribute", key: source.value.key };
  }
};
