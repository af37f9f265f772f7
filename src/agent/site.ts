import type { Clock } from "../base/clock.ts";
import type { CollectorBinary } from "../collector/find.ts";
import type { RunDir } from "../collector/run-dir.ts";
import type { Log } from "../telemetry/log.ts";

/** Where and with what the agent runs its Collectors. */
export type Site = {
  readonly binary: CollectorBinary;
  readonly runDir: RunDir;
  /** What every Collector inherits. */
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: "inherit" | "ignore" | number;
  readonly endWithParent: boolean;
  readonly log: Log;
  readonly clock: Clock;
  /** From the start of a Collector to its proof. */
  readonly reloadTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly observeMs: number;
  /** From the first wish to stop to the end of the last Collector. */
  readonly stopTimeoutMs: number;
};

export const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });
