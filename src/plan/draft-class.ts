import type { Signal } from "../dataplane/profile.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Origin } from "../diagnostics/origin.ts";
import type { Sink, Stage, TargetRow } from "./types.ts";

/** What one target asks of one signal, before equal asks are folded into classes. */
export type DraftClass = {
  readonly signal: Signal;
  readonly stages: readonly Stage[];
  readonly passthrough: boolean;
  readonly origin: Origin;
  readonly values: TargetRow["values"];
  readonly sinks: readonly Sink[];
  readonly headers: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
};
