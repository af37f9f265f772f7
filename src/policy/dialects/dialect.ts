import type { Located } from "../../diagnostics/origin.ts";
import type { Block, Reader } from "../reader.ts";
import type { AccessLogs, Dialect, Metrics, Target, Tracing } from "../types.ts";

/** One spelling of TelemetryPolicy. */
export type DialectReader = {
  readonly dialect: Dialect;
  readonly apiVersions: readonly string[];
  readonly readTargets: (reader: Reader, spec: Block) => readonly Located<Target>[];
  readonly readSignals: (reader: Reader, spec: Block) => Signals;
};

export type Signals = {
  readonly tracing: Tracing | null;
  readonly metrics: Metrics | null;
  readonly accessLogs: AccessLogs | null;
};
