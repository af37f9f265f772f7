import type { Clock } from "../base/clock.ts";

/**
 * A clock that begins with the time of another one and then only runs: durations and deadlines must not care when
 * somebody sets the system's time.
 */
export const steadyClock = (clock: Clock): Clock => {
  const offset = clock.now() - performance.now();
  return { now: () => offset + performance.now(), after: (delay, task) => clock.after(delay, task) };
};
