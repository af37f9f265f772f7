import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Failure } from "./failure.ts";
import type { Effect, Event, Proposal, Step } from "./machine.ts";
import type { Site } from "./site.ts";

/** What an engine tells: events for the machine, and what only people and metrics want to know. */
export type Hooks = {
  readonly event: (event: Event) => void;
  readonly restarted: () => void;
  /** What takes records came up or went down. */
  readonly changed: () => void;
  /** A step of a try ended; `failure` null: it passed. */
  readonly step: (attempt: number, step: Step, ms: number, failure: Diagnostic | null) => void;
  readonly stopped: () => void;
};

/** Does with real processes what the machine decides; one for each topology. */
export type Engine = {
  /** Effects of one transition, in order; what takes time answers with events later. */
  perform(effect: Exclude<Effect, { type: "report" }>): void;
  /** Asks the Collector about a config that is not to run. Null: nothing speaks against it. */
  probe(proposal: Proposal, starts: boolean): Promise<Failure | null>;
  /** Takes over what an agent before us left running. Answers what is in service; null: nothing that can go on as it is. */
  takeOver(): Promise<Proposal | null>;
  /** The generation of that number, of an agent before us, is in service. */
  serves(number: number): void;
  /** Items refused at the door since its start; null: it cannot be asked. */
  refused(): Promise<number | null>;
  /** Data points of new series dropped since its start, for there were too many series; null: it cannot be asked. */
  dropped(): Promise<number | null>;
  /** Whether records are taken. */
  readonly isHealthy: boolean;
  /** Loopback port of the flow counters; null: there are none at the moment. */
  readonly flowPort: number | null;
  /** How long the last commit kept the door closed. */
  readonly gapMs: number;
};

export type StartEngine = (site: Site, hooks: Hooks) => Engine;
