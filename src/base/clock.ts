/** Milliseconds since the epoch. */
export type Instant = number;

/** Time as an argument: the agent brings the real one, tests one they turn by hand. */
export interface Clock {
  now(): Instant;
  /** Runs `task` once after `delay` milliseconds; the answer cancels it. */
  after(delay: number, task: () => void): () => void;
}
