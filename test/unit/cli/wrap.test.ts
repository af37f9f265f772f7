import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { columns, entry, wrap } from "../../../src/cli/wrap.ts";

test("words stay whole and in order, lines within the width unless one word is wider", () =>
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/)), fc.integer({ min: 1, max: 40 }), (words, width) => {
      const lines = wrap(words.join(" "), width);
      assert.deepEqual(lines.join(" "), words.join(" "));
      for (const line of lines) assert.ok(line.length <= width || !line.includes(" "));
    }),
  ));

test("a short term shares its line with the text", () =>
  assert.equal(entry("-f", "one two three", 26, 8), "  -f    one two three"));

test("a long term has a line of its own", () =>
  assert.equal(
    entry("--very-long", "one two three four five", 28, 8),
    "  --very-long\n        one two three four\n        five",
  ));

test("columns are as wide as their widest cell; nothing trails", () =>
  assert.equal(
    columns([
      ["a", "bb", "c"],
      ["aaa", "b", ""],
    ]),
    "  a    bb  c\n  aaa  b",
  ));
