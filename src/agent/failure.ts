import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { ReloadReason } from "./view.ts";

/** Why a step of a try did not pass. */
export type Failure = {
  readonly reason: ReloadReason;
  /** The config's own fault: with the same bytes and the same binary it would happen again. */
  readonly lasting: boolean;
  readonly found: Diagnostic;
};

/** Taken ports, full disks, missing binaries: what may be different next time although the config is the same. */
const surroundings: ReadonlySet<string> = new Set(["TP5003", "TP5011", "TP5016", "TP5020", "TP5021"]);

export const failure = (reason: ReloadReason, found: Diagnostic, lasting = !surroundings.has(found.code)): Failure => ({
  reason,
  lasting,
  found,
});

/** What no step foresaw: too many open files, a run directory that is gone. Nothing may stay half-way because of it. */
export const unforeseen = (name: string, error: unknown): Failure => {
  const words = error instanceof Error ? error.message : String(error);
  return failure("start_failed", diagnostic("TP5012", { name, words }, null), false);
};
