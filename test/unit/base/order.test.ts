import assert from "node:assert/strict";
import { test } from "node:test";
import { by, byNumber, byText, chain, sortedUnique } from "../../../src/base/order.ts";

test("byText is code-unit order, whatever the locale says", () => {
  assert.deepEqual(["é", "z", "a", "Z", "10", "9", ""].sort(byText), ["", "10", "9", "Z", "a", "z", "é"]);
});

test("byText answers 0 for equal texts", () => {
  assert.equal(byText("a", "a"), 0);
});

test("byNumber is numeric, not textual", () => {
  assert.deepEqual([10, 9, -1].sort(byNumber), [-1, 9, 10]);
});

test("chain lets the first comparator that differs decide", () => {
  const order = chain<readonly [number, string]>(
    by(([age]) => age, byNumber),
    by(([, name]) => name, byText),
  );
  assert.deepEqual(
    (
      [
        [2, "a"],
        [1, "b"],
        [1, "a"],
      ] as const
    ).toSorted(order),
    [
      [1, "a"],
      [1, "b"],
      [2, "a"],
    ],
  );
  assert.equal(order([1, "a"], [1, "a"]), 0);
});

test("sortedUnique sorts and drops repetitions", () => {
  assert.deepEqual(sortedUnique(new Set(["b", "a"]).values()), ["a", "b"]);
  assert.deepEqual(sortedUnique(["b", "a", "b"]), ["a", "b"]);
});
