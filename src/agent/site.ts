import type { Clock } from "../base/clock.ts";
import type { CollectorBinary } from "../collector/find.ts";
import type { RunDir } from "../collector/run-dir.ts";
import type { Log } from "../telemetry/log.ts";
import type { QueueRoom } from "./queue-room.ts";

/** Where and with what the agent runs its Collectors. */
export type Site = {
  readonly binary: CollectorBinary;
  readonly runDir: RunDir;
  /** Of the run directory's disk. */
  readonly queueRoom: QueueRoom;
  /** What every Collector inherits. */
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: "inherit" | "ignore" | number;
  readonly endWithParent: boolean;
  readonly log: Log;
  readonly clock: Clock;
  /** Who runs ingest: null: we do. */
  readonly externalIngest: ExternalIngestPorts | null;
  /** Whether a Collector is kept waiting for the next edit (`standby.ts`). */
  readonly standby: boolean;
  /** From the start of a Collector to its proof. */
  readonly reloadTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly observeMs: number;
  /** A Collector in service that says nothing for so long is ended. */
  readonly hangMs: number;
  /** From the first wish to stop to the end of the last Collector. */
  readonly stopTimeoutMs: number;
};

/** Loopback ports of an ingest that others run, as its environment says them. */
export type ExternalIngestPorts = { readonly telemetryPort: number; readonly flowPort: number };

export const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });

/** The config of an external ingest, in the run directory it shares with us. */
export const externalIngestConfig = (site: Site): string => site.runDir.configFile("ingest");
