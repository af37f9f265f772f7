import type { Instant } from "../base/clock.ts";

/** Pauses before a restart, by how many restarts the last minutes saw. The first one is at once. */
const pausesMs = [0, 250, 1000, 2000, 5000, 10_000, 30_000] as const;

/** A restart older than this is forgotten: what ran so long did not fail because of its start. */
const memoryMs = 120_000;

/** How long to wait before the next restart, given the instants of those before. */
export const backoffMs = (restarts: readonly Instant[], now: Instant): number => {
  const recent = restarts.filter((at) => now - at < memoryMs).length;
  return pausesMs[Math.min(recent, pausesMs.length - 1)] ?? 0;
};

/** `restarts` with this one, without the forgotten ones. */
export const afterRestart = (restarts: readonly Instant[], now: Instant): readonly Instant[] => [
  ...restarts.filter((at) => now - at < memoryMs),
  now,
];
