import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seeded } from "../../../src/traffic/random.ts";
import { assertShare } from "../../support/binomial.ts";

describe("seeded", () => {
  test("equal seeds give equal streams, others do not", () => {
    const draw = (seed: number): string => {
      const random = seeded(seed);
      return `${random.hex(32)} ${random.next()} ${random.below(1000)}`;
    };
    assert.equal(draw(7), draw(7));
    assert.notEqual(draw(7), draw(8));
    assert.notEqual(draw(1), draw(2 ** 32 + 1));
  });

  test("hex gives exactly so many digits", () => {
    const random = seeded(1);
    for (const digits of [1, 8, 16, 31, 32]) assert.match(random.hex(digits), new RegExp(`^[0-9a-f]{${digits}}$`));
  });

  test("the low 56 bits of trace ids sample at the wanted rate", () => {
    const random = seeded(3);
    const n = 20_000;
    const threshold = Math.round(0.95 * 2 ** 32);
    let kept = 0;
    for (let i = 0; i < n; i++) kept += Number.parseInt(random.hex(32).slice(18, 26), 16) >= threshold ? 1 : 0;
    assertShare("trace ids above the threshold", kept, n, 0.05);
  });

  test("pick follows the weights", () => {
    const random = seeded(4);
    let a = 0;
    for (let i = 0; i < 10_000; i++)
      a +=
        random.pick([
          ["a", 1],
          ["b", 3],
        ] as const) === "a"
          ? 1
          : 0;
    assertShare("picks of weight 1 of 4", a, 10_000, 0.25);
    assert.throws(() => random.pick([]), RangeError);
  });
});
