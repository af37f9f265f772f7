import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { didYouMean, editDistance, suggestions } from "../../../src/base/suggest.ts";

describe("editDistance", () => {
  const cases: readonly [left: string, right: string, distance: number][] = [
    ["", "", 0],
    ["", "abc", 3],
    ["same", "SAME", 0],
    ["tracing", "tracin", 1],
    ["tracing", "tracings", 1],
    ["tracing", "trading", 1],
    ["egde", "edge", 1],
    ["kitten", "sitting", 3],
  ];
  for (const [left, right, distance] of cases)
    test(`${left} → ${right} is ${distance}`, () => assert.equal(editDistance(left, right), distance));

  test("is symmetric, and zero only for equal words", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        assert.equal(editDistance(a, b), editDistance(b, a));
        assert.equal(editDistance(a, b) === 0, a.toLowerCase() === b.toLowerCase());
      }),
    );
  });
});

describe("suggestions", () => {
  const known = ["tracing", "metrics", "accessLogs", "enabled", "percent"];
  const cases: readonly [written: string, expected: readonly string[]][] = [
    ["traceing", ["tracing"]],
    ["acesslogs", ["accessLogs"]],
    ["enable", ["enabled"]],
    ["zzz", []],
    ["", []],
  ];
  for (const [written, expected] of cases) test(written, () => assert.deepEqual(suggestions(written, known), expected));

  test("nearest first, then by name, three at most", () => {
    assert.deepEqual(
      suggestions("abcde", ["abcdd", "abcdx", "abcdef", "abXYe", "abcde1"]),
      ["abcdd", "abcdef", "abcde1"].sort(),
    );
  });
});

test("didYouMean reads as the end of a sentence", () => {
  assert.equal(didYouMean("egde", ["edge"]), ' — did you mean "edge"?');
  assert.equal(didYouMean("edgx", ["edge", "edgy"]), ' — did you mean "edge" or "edgy"?');
  assert.equal(didYouMean("edgx", ["edge", "edgy", "edga"]), ' — did you mean "edga", "edge" or "edgy"?');
  assert.equal(didYouMean("nothing like it", ["edge"]), "");
});

test("a word of a megabyte costs no more than one of 64 characters", () => {
  assert.deepEqual(suggestions("x".repeat(1_000_000), ["tracing"]), []);
});
