import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { PolicyId } from "../policy/types.ts";
import type { PolicyStatus } from "../resolve/types.ts";

/** How one try to apply a new input ended (a closed union; each comes with a machine-readable reason). */
export type ReloadOutcome = "committed" | "unchanged" | "rejected" | "rolledBack" | "stranded";

/** Why it ended so; the label values of `otel_policy_config_reloads_total{reason}`. */
export type ReloadReason =
  | "applied"
  | "same_digest"
  | "known_bad"
  | "compile_error"
  | "validate_failed"
  | "start_failed"
  | "not_healthy"
  | "died"
  | "commit_failed"
  | "breach"
  | "no_collector";

/** One finished try. Times in milliseconds; `at` since the epoch. */
export type ReloadReport = {
  readonly outcome: ReloadOutcome;
  readonly reason: ReloadReason;
  readonly digest: string | null;
  readonly at: number;
  /** From the first change seen to the end of the try. */
  readonly totalMs: number;
  readonly stages: { readonly [stage: string]: number };
  /** The Collector's own words, or the system's, when it failed. */
  readonly words: string | null;
};

/** What governed what: items by signal, stage and policy, cumulative since ingest started. */
export type FlowRow = {
  readonly signal: "traces" | "metrics" | "logs";
  readonly policy: PolicyId;
  readonly received: number;
  readonly kept: number;
};

/** Token counters as ingest offers them, summed over everything but these labels. */
export type TokenRow = {
  readonly target: string;
  readonly model: string;
  readonly bucket: string;
  readonly tokens: number;
};

export type PolicyView = {
  readonly id: PolicyId;
  readonly state: "active" | "conflicted" | "rejected" | "partial";
  readonly targets: readonly string[];
  readonly reason: string;
};

/** What the agent says of itself: the one model behind `status`, `/api/v1/status`, `dev` and the probes. Nothing secret is in it. */
export type AgentView = {
  readonly at: "starting" | "serving" | "trying" | "observing" | "stopping" | "stranded";
  readonly ready: boolean;
  /** The committed generation, or null before the first. `number` counts from 1. */
  readonly live: { readonly number: number; readonly digest: string; readonly since: number } | null;
  readonly lastReload: ReloadReport | null;
  readonly collector: { readonly version: string; readonly path: string } | null;
  readonly policies: readonly PolicyView[];
  readonly status: readonly PolicyStatus[];
  /** Of the newest input, whether it was applied or not. */
  readonly diagnostics: readonly Diagnostic[];
  readonly flow: readonly FlowRow[];
  readonly tokens: readonly TokenRow[];
};
