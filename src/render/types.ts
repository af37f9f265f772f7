import type { Json } from "../base/canonical.ts";
import type { Origin } from "../diagnostics/origin.ts";

/** A Collector config as plain data: the top-level keys of the file. */
export type CollectorConfig = { readonly [key: string]: Json };

/** `a::b::0` (the Collector's own spelling of a path) → why that leaf is there. */
export type SourceMap = ReadonlyMap<string, Origin>;

/** One process's config: the bytes, and what they mean. */
export type RenderedPart = { readonly config: CollectorConfig; readonly yaml: string; readonly sourceMap: SourceMap };

/**
 * Handover topology: `ingest` owns ports and state, `core` holds the policies. Both read the paths and ports that
 * differ between generations from `${env:OTEL_POLICY_…}`, so equal plans give equal bytes.
 * Single topology: `core` alone is the complete config and `ingest` is null.
 */
export type Rendered = {
  readonly ingest: RenderedPart | null;
  readonly core: RenderedPart;
  /** SHA-256 over the bytes of core. */
  readonly digest: string;
  /** SHA-256 over the bytes of ingest; a change means that the platform's side changed. */
  readonly ingestDigest: string | null;
};

/** Names of the environment variables that rendered configs read; the agent sets them for each process. */
export const environment = {
  /** Absolute path of the unix socket on which a core listens for records (core only). */
  coreSocket: "OTEL_POLICY_CORE_SOCKET",
  /** Directory of the run: `core.sock`, `state.sock`, `back-….sock` live there (both). */
  runDir: "OTEL_POLICY_RUN_DIR",
  /** Absolute path of the unix socket of this process's health_check (both). */
  healthSocket: "OTEL_POLICY_HEALTH_SOCKET",
  /** Loopback port of this process's own Prometheus metrics (both). */
  telemetryPort: "OTEL_POLICY_TELEMETRY_PORT",
  /** Loopback port on which ingest offers the flow counters of the policies (ingest only). */
  flowPort: "OTEL_POLICY_FLOW_PORT",
  /** Digest of the rendered core, so that a probe can see which config is live (core only). */
  digest: "OTEL_POLICY_DIGEST",
  /** Most series of one Prometheus endpoint or push sink; may be absent (ingest, or the one Collector). */
  maxSeries: "OTEL_POLICY_MAX_SERIES",
  /** Most bytes in each queue on disk; may be absent (both). */
  queueBytes: "OTEL_POLICY_QUEUE_BYTES",
  /** Name of the slot of this process (`a` or `b`), for storage directories (core only). */
  slot: "OTEL_POLICY_SLOT",
} as const;

/** Name of the unix socket in the run directory on which ingest offers the values of dimensions, as Prometheus text. */
export const valuesSocket = "values-out.sock";
