import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { positionOf } from "../../../src/diagnostics/source.ts";

describe("positionOf", () => {
  const cases: readonly [name: string, text: string, offset: number, line: number, column: number][] = [
    ["the beginning", "ab\ncd", 0, 1, 1],
    ["inside a line", "ab\ncd", 1, 1, 2],
    ["a line break belongs to the line it ends", "ab\ncd", 2, 1, 3],
    ["the first character of a line", "ab\ncd", 3, 2, 1],
    ["the end", "ab\ncd", 5, 2, 3],
    ["past the end is the end", "ab\ncd", 99, 2, 3],
    ["before the beginning is the beginning", "ab\ncd", -1, 1, 1],
    ["after a last line break", "ab\n", 3, 2, 1],
    ["empty lines count", "\n\n\nx", 3, 4, 1],
    ["an empty text", "", 0, 1, 1],
    ["CRLF: the carriage return is the last column", "ab\r\ncd", 4, 2, 1],
    ["columns are UTF-16 units, as editors count", "😀x", 2, 1, 3],
  ];
  for (const [name, text, offset, line, column] of cases) {
    test(name, () => assert.deepEqual(positionOf(text, offset), { line, column }));
  }

  test("leads back to the offset", () => {
    const lines = fc.array(
      fc.string({ maxLength: 8 }).map((line) => line.replaceAll("\n", "")),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(lines, fc.nat(60), (lines, wanted) => {
        const text = lines.join("\n");
        const offset = Math.min(wanted, text.length);
        const { line, column } = positionOf(text, offset);
        const before = lines.slice(0, line - 1).reduce((sum, earlier) => sum + earlier.length + 1, 0);
        assert.equal(before + column - 1, offset);
      }),
    );
  });
});
