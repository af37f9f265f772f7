import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { binomialInterval } from "../../support/binomial.ts";
import { normalForm } from "../../support/normal.ts";
import { parseProm, sumOf } from "../../support/prom.ts";

describe("binomialInterval", () => {
  // Computed with exact rational arithmetic.
  const cases: readonly (readonly [number, number, number, number])[] = [
    [100, 0.5, 34, 66],
    [1000, 0.05, 29, 74],
    [20, 0, 0, 0],
    [20, 1, 20, 20],
  ];
  for (const [n, p, low, high] of cases) {
    test(`n=${n} p=${p}`, () => assert.deepEqual(binomialInterval(n, p), { low, high }));
  }

  test("the normal approximation joins the exact one", () => {
    const exact = binomialInterval(199_000, 0.05);
    const approximate = binomialInterval(211_000, 0.05);
    assert.ok(
      Math.abs((exact.high - 9950) / Math.sqrt(9950 * 0.95) - (approximate.high - 10_550) / Math.sqrt(10_550 * 0.95)) <
        0.05,
    );
  });
});

describe("normalForm", () => {
  test("spelling does not matter, content does", () => {
    const a = {
      attributes: [
        { key: "b", value: { intValue: "1" } },
        { key: "a", value: { stringValue: "" } },
      ],
      kind: 0,
      links: [],
    };
    const b = {
      attributes: [
        { key: "a", value: { stringValue: "" } },
        { key: "b", value: { intValue: 1 } },
      ],
    };
    assert.equal(normalForm(a), normalForm(b));
    assert.notEqual(normalForm(a), normalForm({ attributes: [{ key: "b", value: { intValue: "1" } }] }));
    assert.notEqual(normalForm(a), normalForm({ ...b, kind: 1 }));
  });
});

test("parseProm reads labels with escapes, and sums by label", () => {
  const samples = parseProm('# HELP x y\nx{a="1",b="q\\"\\\\\\n"} 2\nx{a="2"} 3.5\nx 1e3\nup 1 1700000000000\n');
  assert.deepEqual(samples[0], { name: "x", labels: { a: "1", b: 'q"\\\n' }, value: 2 });
  assert.equal(sumOf(samples, "x"), 1005.5);
  assert.equal(sumOf(samples, "x", { a: "2" }), 3.5);
  assert.equal(sumOf(samples, "y"), null);
});
