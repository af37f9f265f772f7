import type { Span } from "../diagnostics/source.ts";

/** What became of one field of a native manifest. */
export const outcomes = ["carried", "changed", "extension", "dataPlane", "lost", "unrelated"] as const;
export type FieldOutcome = (typeof outcomes)[number];

/** How the report names them. */
export const outcomeTitles: { readonly [O in FieldOutcome]: string } = {
  carried: "carried",
  changed: "carried with change",
  extension: "carried as an extension of this tool",
  dataPlane: "the data plane must do it",
  lost: "lost",
  unrelated: "no telemetry",
};

/** One line of the loss report: a field, or a whole block that met one fate. */
export type Entry = {
  /** `namespace/name` of the object with its kind, as people say it; "" for text outside any object. */
  readonly object: string;
  /** Path from the document's root, as in `spec.tracing[0].randomSamplingPercentage`. */
  readonly path: string;
  readonly span: Span;
  /** The value, for a single one; secrets are never repeated. */
  readonly value: string | null;
  /** Leaves that this entry speaks for. */
  readonly leaves: number;
  readonly outcome: FieldOutcome;
  /** Where it went: policy and field. */
  readonly to: string | null;
  readonly why: string | null;
  /** What to write in the data plane. */
  readonly snippet: string | null;
};
