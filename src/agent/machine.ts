import type { Json } from "../base/canonical.ts";
import type { Instant } from "../base/clock.ts";
import type { ReloadOutcome, ReloadReason } from "./view.ts";

/** Two rendered configs and their digests: what a generation is made of. The machine looks at the digests only. */
export type Proposal = {
  /** Of the core's bytes. */
  readonly digest: string;
  /** Of ingest's bytes. */
  readonly ingestDigest: string;
  readonly core: string;
  readonly ingest: string;
  /** The core's as data, where a stand-in has to be made of it. */
  readonly config?: { readonly [key: string]: Json };
  /** Some policy was left out or held back because of errors: applying it is no full success. */
  readonly flawed: boolean;
};

/** Why an input came: somebody changed something, somebody asked, or it was time to look again. */
export type Cause = "change" | "request" | "resync";

/** A proposal on its way to be tried. */
export type Input = { readonly proposal: Proposal; readonly cause: Cause; readonly since: Instant };

/** A proposal that is being tried. `attempt` is never used twice. */
export type Candidate = Input & { readonly attempt: number };

/** A proposal that was proven and committed. `number` counts from 1. */
export type Generation = { readonly number: number; readonly attempt: number; readonly proposal: Proposal };

/** What a try goes through. Where nothing is live yet ingest comes before the core, which must find its state socket. */
export type Step = "validate" | "ingest" | "start" | "prove" | "commit";

export const stepsFor = (hasLive: boolean, topology: "handover" | "single" = "handover"): readonly Step[] =>
  topology === "single"
    ? // `start` and `prove` are those of a stand-in beside the one that runs; the commit is what changes that one.
      ["validate", "start", "prove", "commit"]
    : hasLive
      ? ["validate", "start", "prove", "ingest", "commit"]
      : ["validate", "ingest", "start", "prove", "commit"];

export type Phase =
  /** Nothing was ever live. */
  | { readonly at: "idle" }
  | {
      readonly at: "trying";
      readonly live: Generation | null;
      readonly candidate: Candidate;
      readonly step: Step;
      /** The newest input that came meanwhile. */
      readonly queued: Input | null;
    }
  /** Committed a moment ago; `previous` is what a breach hands back to. */
  | { readonly at: "observing"; readonly live: Generation; readonly previous: Generation | null }
  | { readonly at: "serving"; readonly live: Generation }
  | {
      readonly at: "handingBack";
      readonly from: Generation;
      readonly to: Generation;
      readonly since: Instant;
      readonly because: ReloadReason;
      readonly words: string;
      readonly queued: Input | null;
    }
  /** What should run could not be brought back; it is still tried, and so is every new input. */
  | { readonly at: "stranded"; readonly live: Generation }
  | { readonly at: "stopping"; readonly live: Generation | null };

export type State = {
  readonly phase: Phase;
  /** `keyOf` of proposals that failed by their own fault, and why. Tried again only when asked for. */
  readonly bad: ReadonlyMap<string, ReloadReason>;
  readonly attempts: number;
  readonly committed: number;
  /** Default `handover`. */
  readonly topology?: "handover" | "single";
};

export const initialState: State = { phase: { at: "idle" }, bad: new Map(), attempts: 0, committed: 0 };

/** Numbers of generations go on where an agent before ended. */
export const stateAfter = (committed: number, topology: "handover" | "single" = "handover"): State => ({
  ...initialState,
  committed,
  topology,
});

export type Event =
  | { readonly type: "input"; readonly input: Input }
  /** Nothing can be rendered from the newest input: the base config itself is unusable. */
  | { readonly type: "unusable"; readonly cause: Cause; readonly since: Instant; readonly words: string }
  | { readonly type: "passed"; readonly attempt: number; readonly step: Step }
  | {
      readonly type: "failed";
      readonly attempt: number;
      readonly step: Step;
      readonly reason: ReloadReason;
      readonly words: string;
      /** The config's own fault: the same would happen again. False for full disks, taken ports and the like. */
      readonly lasting: boolean;
    }
  /** The core of that generation ended by itself. */
  | { readonly type: "died"; readonly number: number; readonly at: Instant; readonly words: string }
  /** The new generation does worse than the one before. */
  | { readonly type: "breached"; readonly number: number; readonly at: Instant; readonly words: string }
  /** The time of observation is over. */
  | { readonly type: "settled"; readonly number: number }
  | { readonly type: "restored"; readonly number: number }
  | { readonly type: "unrestored"; readonly number: number; readonly at: Instant; readonly words: string }
  | { readonly type: "stop" };

export type Effect =
  | { readonly type: "try"; readonly step: Step; readonly candidate: Candidate; readonly live: Generation | null }
  /** End the candidate's core, and put ingest back to what `live` needs. */
  | { readonly type: "discard"; readonly candidate: Candidate; readonly live: Generation | null }
  | { readonly type: "observe"; readonly live: Generation; readonly previous: Generation | null }
  /** Let every core but this one, and but a candidate's, finish and end. */
  | { readonly type: "retire"; readonly keep: Generation }
  /** Bring the core of this generation back, with growing pauses, until it runs or another one is committed. */
  | { readonly type: "restore"; readonly generation: Generation }
  | {
      readonly type: "report";
      readonly outcome: ReloadOutcome;
      readonly reason: ReloadReason;
      readonly digest: string | null;
      readonly attempt: number | null;
      readonly since: Instant;
      readonly flawed: boolean;
      readonly words: string | null;
    }
  | { readonly type: "shutdown"; readonly now: boolean };

export type Transition = { readonly state: State; readonly effects: readonly Effect[] };

export const keyOf = ({ digest, ingestDigest }: Pick<Proposal, "digest" | "ingestDigest">): string =>
  `${ingestDigest}/${digest}`;

export const isSame = (a: Proposal, b: Proposal): boolean => keyOf(a) === keyOf(b);

/** The generation that users' records go through, or null. */
export const liveOf = (phase: Phase): Generation | null => {
  switch (phase.at) {
    case "idle":
      return null;
    case "handingBack":
      return phase.from;
    default:
      return phase.live;
  }
};

/** `keyOf` of every config that a phase may still need. */
export const keysIn = (phase: Phase): readonly string[] => {
  switch (phase.at) {
    case "idle":
      return [];
    case "trying":
      return [phase.live?.proposal, phase.candidate.proposal, phase.queued?.proposal].flatMap(keysOf);
    case "observing":
      return [phase.live.proposal, phase.previous?.proposal].flatMap(keysOf);
    case "handingBack":
      return [phase.from.proposal, phase.to.proposal, phase.queued?.proposal].flatMap(keysOf);
    default:
      return [phase.live?.proposal].flatMap(keysOf);
  }
};

const keysOf = (proposal: Proposal | undefined): readonly string[] => (proposal === undefined ? [] : [keyOf(proposal)]);
