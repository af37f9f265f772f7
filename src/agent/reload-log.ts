import type { Clock } from "../base/clock.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Instruments } from "../telemetry/instruments.ts";
import type { Log } from "../telemetry/log.ts";
import type { ReloadTrace } from "../telemetry/reload-trace.ts";
import type { Candidate, Cause, Effect, Step } from "./machine.ts";
import type { ReloadReport } from "./view.ts";

/** Finished tries that are remembered for `/api/v1/generations`. */
const kept = 100;

type Open = {
  readonly trace: ReloadTrace;
  readonly stages: { [stage: string]: number };
  endStage: (failure: string | null) => void;
  found: Diagnostic | null;
  readonly cause: Cause;
};

/** Follows each try from its first step to its report: durations, trace, log line, metrics. */
export class ReloadLog {
  readonly #instruments: Instruments;
  readonly #log: Log;
  readonly #clock: Clock;
  /** The time of day, for whoever reads it. */
  readonly #wall: Pick<Clock, "now">;
  readonly #open = new Map<number, Open>();
  #reports: readonly ReloadReport[] = [];

  constructor(instruments: Instruments, log: Log, clock: Clock, wall: Pick<Clock, "now">) {
    this.#instruments = instruments;
    this.#log = log;
    this.#clock = clock;
    this.#wall = wall;
  }

  get reports(): readonly ReloadReport[] {
    return this.#reports;
  }

  stepBegins(candidate: Candidate, step: Step, compileMs: number): void {
    const known = this.#open.get(candidate.attempt);
    const open = known ?? {
      trace: this.#instruments.startReload(),
      stages: { compile: compileMs },
      endStage: () => {},
      found: null,
      cause: candidate.cause,
    };
    this.#open.set(candidate.attempt, open);
    // Each with words of its own: equal lines are held back.
    this.#log("debug", `step ${step} of try ${candidate.attempt} begins`);
    // ingest takes part in few tries; its time is in the report, not in the metric.
    open.endStage = step === "ingest" ? () => {} : open.trace.stage(step);
  }

  stepEnded(attempt: number, step: Step, ms: number, failure: Diagnostic | null): void {
    const open = this.#open.get(attempt);
    if (open === undefined) return;
    this.#log("debug", `step ${step} of try ${attempt} ended`, { failed: failure?.code ?? undefined });
    open.stages[step] = ms;
    open.found = failure;
    open.endStage(failure?.message ?? null);
  }

  /** The finding that made the try fail comes with it, where there is one. */
  report(
    effect: Extract<Effect, { type: "report" }>,
    compileMs: number,
    gapMs: number,
  ): { report: ReloadReport; found: Diagnostic | null; cause: Cause | null } {
    const { outcome, reason, digest, attempt, since, flawed, words } = effect;
    const open = attempt === null ? undefined : this.#open.get(attempt);
    if (attempt !== null) this.#open.delete(attempt);
    const at = this.#wall.now();
    const report: ReloadReport = {
      outcome,
      reason,
      digest,
      at,
      totalMs: Math.max(0, this.#clock.now() - since),
      stages: open?.stages ?? { compile: compileMs },
      words,
    };
    this.#reports = [...this.#reports, report].slice(-kept);
    open?.trace.end({ outcome, reason, digest, words });
    const gap = outcome === "committed" ? { gapMs } : {};
    this.#instruments.reloadEnded({ ...report, complete: !flawed, ...gap });
    this.#log(levels[outcome], sentences[outcome], {
      reason,
      generation: digest?.slice(0, 12),
      total_ms: Math.round(report.totalMs),
      // A finding is told in full by whoever tells findings.
      words: (open?.found ?? null) === null && reason !== "compile_error" ? (words ?? undefined) : undefined,
      trace_id: open?.trace.traceId ?? undefined,
    });
    return { report, found: open?.found ?? null, cause: open?.cause ?? null };
  }
}

const levels = {
  committed: "info",
  unchanged: "info",
  rejected: "error",
  rolledBack: "error",
  stranded: "error",
} as const;

const sentences = {
  committed: "policies applied",
  unchanged: "policies read, nothing to change",
  rejected: "policies not applied; what ran before keeps running",
  rolledBack: "policies taken back; what ran before runs again",
  stranded: "no core can be brought back; ingest buffers, trying again",
} as const;
