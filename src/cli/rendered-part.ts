import type { Rendered, RenderedPart } from "../render/types.ts";
import * as flag from "./flag-table.ts";
import type { Flags } from "./flags.ts";
import { UsageError } from "./usage-error.ts";

/** What `--topology` and `--part` ask for together. Throws UsageError where they do not fit. */
export const chosenPart = (
  flags: Flags,
): { readonly topology: "single" | "handover"; readonly pick: (rendered: Rendered) => RenderedPart } => {
  const topology = flags.get(flag.topology);
  const part = flags.get(flag.part);
  if (topology === "single") {
    if (part !== null) throw new UsageError(`--part ${part} needs --topology handover: a single config has no parts`);
    return { topology, pick: (rendered) => rendered.core };
  }
  if (part === null)
    throw new UsageError("--topology handover has two configs: say which with --part ingest or --part core");
  return { topology, pick: (rendered) => (part === "ingest" ? (rendered.ingest ?? rendered.core) : rendered.core) };
};
