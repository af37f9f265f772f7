import assert from "node:assert/strict";
import { test } from "node:test";
import { afterRestart, backoffMs } from "../../../src/agent/backoff.ts";

test("the first restart is at once, each further one waits longer, to a limit", () => {
  let restarts: readonly number[] = [];
  const pauses = Array.from({ length: 9 }, () => {
    const pause = backoffMs(restarts, 0);
    restarts = afterRestart(restarts, 0);
    return pause;
  });
  assert.deepEqual(pauses, [0, 250, 1000, 2000, 5000, 10_000, 30_000, 30_000, 30_000]);
});

test("what ran for two minutes is forgiven", () => {
  assert.equal(backoffMs([0, 1, 2], 60_000), 2000);
  assert.equal(backoffMs([0, 1, 2], 130_000), 0);
  assert.deepEqual(afterRestart([0, 100_000], 130_000), [100_000, 130_000]);
});
