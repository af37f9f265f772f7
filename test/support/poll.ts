/** Asks until the answer is neither null nor undefined nor false; fails with `what` and the last answer after `deadlineMs`. */
export const poll = async <T>(
  what: string,
  ask: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  deadlineMs = 10_000,
  everyMs = 20,
): Promise<T> => {
  const until = performance.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() > until) throw new Error(`${what}: not within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
};

/** Waits until `read` gave the same number for `quietMs`: everything that was on its way has arrived. */
export const settled = async (read: () => number, quietMs = 400, deadlineMs = 15_000): Promise<number> => {
  let value = read();
  let since = performance.now();
  return poll(
    "a count that no longer changes",
    () => {
      const now = read();
      if (now !== value) {
        value = now;
        since = performance.now();
      }
      return performance.now() - since >= quietMs ? { value } : null;
    },
    deadlineMs,
  ).then((end) => end.value);
};
