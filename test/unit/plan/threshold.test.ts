import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { thresholdOf, tracestateThreshold } from "../../../src/plan/threshold.ts";

const cases = [
  [{ numerator: 1, denominator: 1 }, "00000000000000", "0"],
  [{ numerator: 1, denominator: 2 }, "80000000000000", "8"],
  [{ numerator: 25, denominator: 100 }, "c0000000000000", "c"],
  [{ numerator: 5, denominator: 100 }, "f3333333333333", "f3333333333333"],
  [{ numerator: 1, denominator: 1_000_000 }, "ffffef39085f4a", "ffffef39085f4a"],
] as const;

for (const [rate, threshold, th] of cases) {
  test(`${rate.numerator}/${rate.denominator} rejects below ${threshold}`, () => {
    assert.equal(thresholdOf(rate), threshold);
    assert.equal(tracestateThreshold(threshold), th);
  });
}

test("0 % rejects every randomness there is", () => {
  assert.ok("f".repeat(14) < thresholdOf({ numerator: 0, denominator: 1 }));
});

test("a higher rate never rejects more, and text order is number order", () => {
  const rate = fc
    .tuple(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }))
    .map(([a, b]) => ({ numerator: Math.min(a, b), denominator: b }));
  fc.assert(
    fc.property(rate, rate, (a, b) => {
      const isLess = BigInt(a.numerator) * BigInt(b.denominator) <= BigInt(b.numerator) * BigInt(a.denominator);
      assert.ok(isLess ? thresholdOf(a) >= thresholdOf(b) : thresholdOf(a) <= thresholdOf(b));
    }),
  );
});
