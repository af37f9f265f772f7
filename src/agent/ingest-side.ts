import type { AdoptableIngest } from "./adoption.ts";
import type { Failure } from "./failure.ts";
import type { Proposal } from "./machine.ts";

/** What happened to ingest, for whoever shows it. */
export type IngestNews = "up" | "down" | "restarting";

export type RunningConfig = { readonly digest: string; readonly config: string };

/** The process that owns the ports, whoever runs it: a child of ours, or another container of the pod. */
export type IngestSide = {
  readonly isHealthy: boolean;
  /** Loopback port of the flow counters, while they can be asked. */
  readonly flowPort: number | null;
  /** Loopback port of its own metrics, while they can be asked. */
  readonly telemetryPort: number | null;
  /** Digest of the config that runs. */
  readonly digest: string | null;
  /** Before anything else. What runs already and goes on; `found` is a child of an agent before us. Null: nothing. */
  takeOver(found: AdoptableIngest | null): Promise<RunningConfig | null>;
  /** Whether it would run this config, without touching what runs. Null: nothing speaks against it. */
  validate(proposal: Proposal): Promise<Failure | null>;
  /** Makes this config run. On failure what ran before goes on. Null: done. */
  ensure(proposal: Proposal): Promise<Failure | null>;
  /** When it accepts nothing any more, what it holds is handed on. */
  stop(graceMs: number): Promise<void>;
  kill(): void;
};
