import type { Clock, Instant } from "../../src/base/clock.ts";

/** A clock that stands still until turned. */
export type HandClock = Clock & { turn(milliseconds: number): void };

export const handClock = (start: Instant = 1_795_494_668_000): HandClock => {
  let now = start;
  let waiting: { at: Instant; task: () => void }[] = [];
  return {
    now: () => now,
    after: (delay, task) => {
      const entry = { at: now + delay, task };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((other) => other !== entry);
      };
    },
    turn: (milliseconds) => {
      const until = now + milliseconds;
      for (;;) {
        const next = waiting.filter((entry) => entry.at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        waiting = waiting.filter((entry) => entry !== next);
        now = next.at;
        next.task();
      }
      now = until;
    },
  };
};
