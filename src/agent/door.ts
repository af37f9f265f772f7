import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Failure } from "./failure.ts";
import type { Proposal } from "./machine.ts";

/** The one Collector of the single topology, or whatever stands for it: takes a config and says what came of it. */
export type Door = {
  /** Makes this config the one in service. A failure says nothing about what runs now: the one before has to be applied again. */
  apply(proposal: Proposal): Promise<Failure | null>;
  /** Of the last `apply`: how long nothing was taken, at most. */
  readonly gapMs: number;
  readonly isHealthy: boolean;
  readonly telemetryPort: number | null;
  /** What an agent before us left in service. */
  takeOver(): Promise<Proposal | null>;
  stop(graceMs: number): Promise<void>;
  kill(): void;
};

export type DoorHooks = {
  /** It ended without being asked to. */
  readonly died: (found: Diagnostic) => void;
  readonly changed: () => void;
};
