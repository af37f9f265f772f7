/**
 * Attributes we put on governed records on their way through the core; all start with `otel_policy.` and are removed
 * before any exporter. What arrives from outside under these names is removed on entry.
 */
export const stamps = {
  /** Row code of the governed target (resource). */
  target: "otel_policy.target",
  /** Class of the target for this signal (resource). */
  class: "otel_policy.class",
  /** Data-plane profile that identified the resource. */
  via: "otel_policy.via",
  /** What a resource's records say of their sender, until identification has read it (resource). */
  said: (what: string): string => `otel_policy.said.${what}`,
  /** Row data: `otel_policy.row.<field>` (resource). */
  row: (field: string): string => `otel_policy.row.${field}`,
  /** Value of a request or response header (record). */
  header: (name: string): string => `otel_policy.header.${name}`,
  /** Canonical value that only conditions ask for (record). */
  input: (key: string): string => `otel_policy.input.${key}`,
  /** Token buckets of one model call (record). */
  tokens: (bucket: string): string => `otel_policy.tokens.${bucket}`,
  /** What a model or tool call says of itself, and what is made of it (record). */
  genAI: (what: string): string => `otel_policy.gen_ai.${what}`,
  /** Dimension that tells buckets apart until the metric is finished (data point). */
  bucket: "otel_policy.bucket",
  /** Which dimension a value is of (data point). */
  dimension: "otel_policy.dimension",
  /** First digits of a trace id while the target's code stands in for them (span). */
  trace: "otel_policy.trace",
  /** Sink that a cumulative metric returns to the core for (resource). */
  back: "otel_policy.back",
  /** Group of receivers a record came through, where the base config has several (resource). */
  entry: "otel_policy.entry",
} as const;
