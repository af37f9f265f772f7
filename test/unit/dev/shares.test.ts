import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { noShares, observe, type Shares, shareOf, sparkline } from "../../../src/cli/dev/shares.ts";

const row = (received: number, kept: number) => ({ policy: "a/b", signal: "traces" as const, received, kept });
const seen = (...pairs: readonly (readonly [at: number, received: number, kept: number])[]): Shares =>
  pairs.reduce((shares, [at, received, kept]) => observe(shares, [row(received, kept)], at), noShares);
const now = (shares: Shares): number | null => shareOf(shares, row(0, 0)).now;

describe("shares", () => {
  test("one snapshot says nothing about now", () => assert.equal(now(seen([1000, 500, 25])), null));

  test("the difference of two snapshots, not the totals", () => {
    assert.equal(now(seen([1000, 500, 25], [2000, 600, 75])), 0.5);
  });

  test("what is older than two seconds no longer counts", () => {
    const shares = seen([0, 0, 0], [1000, 100, 0], [2000, 200, 0], [3000, 300, 100], [4000, 400, 200]);
    assert.equal(now(shares), 1);
    assert.ok(shares.snapshots.length <= 4);
  });

  test("an edit shows within one second", () => {
    const shares = seen(
      [0, 0, 0],
      [500, 50, 2],
      [1000, 100, 5],
      [1500, 150, 7],
      [2000, 200, 10],
      [2500, 250, 35],
      [3000, 300, 60],
    );
    assert.ok((now(shares) ?? 0) > 0.25);
  });

  test("nothing received, or counters that went back, is no share", () => {
    assert.equal(now(seen([0, 100, 5], [1000, 100, 5])), null);
    assert.equal(now(seen([0, 100, 50], [1000, 40, 2])), null);
  });

  test("late tail decisions never show more than everything", () => {
    assert.equal(now(seen([0, 100, 0], [1000, 110, 40])), 1);
  });

  test("a policy that is new counts from zero", () => {
    const shares = observe(observe(noShares, [], 0), [row(10, 5)], 1000);
    assert.equal(now(shares), 0.5);
  });

  test("history keeps the last twelve seconds in steps of half a second", () => {
    const shares = seen(...Array.from({ length: 200 }, (_, i) => [i * 100, i * 10, i * 5] as const));
    const { history } = shareOf(shares, row(0, 0));
    assert.equal(history.length, 24);
    assert.ok(history.every((value) => value === 0.5));
  });

  test("sparkline", () => assert.equal(sparkline([0, 0.124, 0.5, 1, null]), "▁▁▅█ "));
});
