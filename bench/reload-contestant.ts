import type { Sink } from "../test/support/sink.ts";

/** One way to bring policies into service. */
export type Contestant = {
  readonly name: string;
  /** Builds what it needs; answers why it cannot take part, or null. */
  readonly prepare: () => Promise<string | null>;
  /** Starts with this policy; answers where it takes OTLP, and where records end up. */
  readonly start: (policy: string, folder: string) => Promise<Running>;
};

export type Running = {
  readonly endpoint: string;
  readonly sinks: readonly Sink[];
  /** Brings a policy into service. */
  apply(policy: string): void;
  /** Brings something broken into service: a policy for whoever reads policies, else a config as it would come of it. */
  applyBroken(broken: Broken): void;
  stop(): Promise<void>;
};

/** The same mistake, as an author of policies makes it and as an author of configs does. */
export type Broken = {
  readonly what: string;
  readonly policy: (good: string) => string;
  readonly config: (good: string) => string;
};
