import type { Located } from "../../diagnostics/origin.ts";
import { type Block, type Reader, readItems } from "../reader.ts";
import type { Target } from "../types.ts";
import { readTarget } from "../values/target.ts";

/** As many as a status can report ancestors for (GEP-713). */
const maxTargets = 16;

/** `targetRefs[]` of the dialects after the draft: at least one. */
export const readTargetRefs = (reader: Reader, spec: Block): readonly Located<Target>[] => {
  const field = spec.get("targetRefs");
  if (field === null || (field.node.kind === "sequence" && field.node.items.length === 0)) {
    const example = "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: my-gateway}]";
    reader.report("TP2201", { field: "targetRefs", example }, field?.keySpan ?? spec.span);
    return [];
  }
  return readItems(reader, field, maxTargets)
    .map((item) => readTarget(reader, item))
    .filter((target) => target !== null);
};
