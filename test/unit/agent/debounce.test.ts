import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { debounce } from "../../../src/agent/debounce.ts";
import { handClock } from "../../support/hand-clock.ts";

describe("debounce", () => {
  const start = 1000;
  const setUp = () => {
    const clock = handClock(start);
    const calls: (readonly [at: number, since: number])[] = [];
    const hints = debounce(clock, 150, (since) => calls.push([clock.now() - start, since - start]));
    return { clock, calls, hints };
  };

  test("many hints are one call, after it was quiet, with the time of the first", () => {
    const { clock, calls, hints } = setUp();
    hints.hint();
    clock.turn(100);
    hints.hint();
    clock.turn(149);
    assert.deepEqual(calls, []);
    clock.turn(1);
    assert.deepEqual(calls, [[250, 0]]);
  });

  test("a burst without a pause is cut after a second", () => {
    const { clock, calls, hints } = setUp();
    for (let i = 0; i < 15; i++) {
      hints.hint();
      clock.turn(100);
    }
    assert.deepEqual(calls[0], [1000, 0]);
  });

  test("the next hint begins anew", () => {
    const { clock, calls, hints } = setUp();
    hints.hint();
    clock.turn(1000);
    hints.hint();
    clock.turn(1000);
    assert.deepEqual(calls, [
      [150, 0],
      [1150, 1000],
    ]);
  });

  test("the first of many is told at once", () => {
    const clock = handClock(start);
    const firsts: number[] = [];
    const hints = debounce(
      clock,
      150,
      () => {},
      () => firsts.push(clock.now() - start),
    );
    for (const pause of [100, 100, 1000, 10]) {
      hints.hint();
      clock.turn(pause);
    }
    assert.deepEqual(firsts, [0, 1200]);
  });

  test("stopped, it calls no more", () => {
    const { clock, calls, hints } = setUp();
    hints.hint();
    hints.stop();
    clock.turn(5000);
    assert.deepEqual(calls, []);
  });
});
