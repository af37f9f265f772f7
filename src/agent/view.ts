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

/** One line of the ledger: a try that ended, for good or not. Times in milliseconds; `at` since the epoch. */
export type LedgerEntry = {
  /** Counts from 1 over all agents that used the run directory. */
  readonly number: number;
  readonly at: number;
  readonly outcome: ReloadOutcome;
  readonly reason: ReloadReason;
  readonly digest: string | null;
  readonly ingestDigest: string | null;
  /** Digest of what was in service when it ended, the try's own aside. */
  readonly parent: string | null;
  /** Number of the generation it became. */
  readonly generation: number | null;
  readonly cause: "change" | "request" | "resync" | "rollback" | null;
  /** Policy → digest of the text it is in. */
  readonly policies: { readonly [policy: string]: string };
  readonly setAside: readonly PolicyId[];
  /** What it went through, and how long each took. */
  readonly checks: { readonly [stage: string]: number };
  readonly totalMs: number;
  /** Items that the ingest side refused meanwhile; null: it could not be asked. */
  readonly refused: number | null;
  /** How long nothing accepted records. */
  readonly gapMs: number | null;
  readonly collector: string;
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

/** How many of the values that a dimension may have it has had; with all of them, further ones count under `other`. */
export type DimensionRow = {
  readonly policy: PolicyId;
  readonly dimension: string;
  readonly values: number;
  readonly limit: number;
};

export type PolicyView = {
  readonly id: PolicyId;
  /** `elsewhere`: accepted, and of no namespace that has pods on this node. */
  readonly state: "active" | "conflicted" | "rejected" | "partial" | "elsewhere";
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
  /** Digest of the generation that was gone back to; its policies stay in force until the next edit. */
  readonly pinned?: string | null;
  readonly collector: { readonly version: string; readonly path: string } | null;
  readonly policies: readonly PolicyView[];
  readonly status: readonly PolicyStatus[];
  /** Of the newest input, whether it was applied or not. */
  readonly diagnostics: readonly Diagnostic[];
  readonly flow: readonly FlowRow[];
  readonly tokens: readonly TokenRow[];
  /** Dimensions of derived metrics that have had any value. */
  readonly dimensions?: readonly DimensionRow[];
};
