import type { Clock } from "../base/clock.ts";

/** The real time. A delay that is still pending keeps the process alive, so whoever stops cancels it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delay, task) => {
    const timer = setTimeout(task, delay);
    return () => clearTimeout(timer);
  },
};
