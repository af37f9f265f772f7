import type { StageKind } from "./types.ts";

/** The one order in which stages may follow each other; each line says why it stands there. */
export const stageOrder: readonly StageKind[] = [
  "normalise", // everything after reads canonical names and types only
  "genAI", // reads headers and names before redaction could take any
  "redact", // before anything leaves the pipeline: exporters, debug output, metric branches
  "set", // attributes may become dimensions and fields, so they come before both
  "dropTwins", // before views, which would count a family twice
  "dropFamily", // a disabled family needs no dimensions
  "dimension", // views on families that the data plane itself emits; what is folded from its metrics forks off before them
  "derive", // before every sampler and filter: counts are of what happened, not of what was kept
  "drop", // a disabled signal was still counted
  "sample", // consistent by trace id
  "sampleLocalTrace", // needs the whole local trace, so it waits
  "keep", // access-log filter; reads canonical values that `fields` may remove
  "fields", // exactly these, after the filter has read the others
  "format", // turns what is left into a line
  "export", // the end
];
