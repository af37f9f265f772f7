import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { clip, harmless, padEnd, padStart, widthOf } from "../../../src/cli/dev/text-width.ts";

describe("terminal cells", () => {
  const widths: readonly (readonly [string, number])[] = [
    ["abc", 3],
    ["日本", 4],
    ["e\u0301", 1],
    ["😀", 2],
    ["", 0],
  ];
  for (const [text, width] of widths)
    test(`${JSON.stringify(text)} takes ${width}`, () => assert.equal(widthOf(text), width));

  test("clip marks what it cut and never cuts a wide character in half", () => {
    assert.equal(clip("abcdef", 4), "abc…");
    assert.equal(clip("日本語", 4), "日…");
    assert.equal(clip("abc", 3), "abc");
    assert.equal(clip("abc", 0), "");
  });

  test("padding fills or clips to exactly the width", () => {
    for (const text of ["", "ab", "日本語", "abcdefgh"]) {
      for (const width of [1, 3, 5]) {
        assert.ok(
          widthOf(padEnd(text, width)) === width && widthOf(padStart(text, width)) === width,
          `${text} in ${width}`,
        );
      }
    }
  });

  test("control characters become visible", () => assert.equal(harmless("a\u001b[1m\u009b\tb"), "a\ufffd[1m\ufffd  b"));
});
