import type { Span } from "../../diagnostics/source.ts";

/** A plain value that an attribute is compared with; numbers and their texts are equal, as sources differ in that. */
export type Plain = string | number | boolean;

export type Kind = "spans" | "logs" | "lines" | "metrics";

/** One thing that must be so of what came out. */
export type Expectation = {
  readonly kind: Kind;
  readonly span: Span;
  /** Which records are meant: those that have all of these. */
  readonly where: ReadonlyMap<string, Plain>;
  /** How many they are; null: at least one. */
  readonly count: number | null;
  /** What each of them has. */
  readonly has: ReadonlyMap<string, Plain>;
  /** What none of them has. */
  readonly lacks: readonly string[];
  /** Lines only: exactly these fields, in this order. */
  readonly fields: readonly string[] | null;
  /** Metrics only: the sum of the newest values; of a histogram its count. */
  readonly value: number | null;
};

export type PolicyTest = {
  readonly name: string;
  readonly span: Span;
  /** Files of OTLP/JSON, relative to the test file. */
  readonly send: readonly { readonly path: string; readonly span: Span }[];
  readonly expect: readonly Expectation[];
};

/** A `*.test.yaml`. */
export type TestFile = {
  readonly path: string;
  /** Policies, relative to the file; null: all files beside it. */
  readonly policies: readonly string[] | null;
  /** null: those of the command line. */
  readonly dataPlanes: readonly string[] | null;
  readonly tests: readonly PolicyTest[];
};
