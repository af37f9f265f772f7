import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lineReader } from "../../../src/collector/lines.ts";

const read = (chunks: readonly Uint8Array[], limit?: number): readonly string[] => {
  const lines: string[] = [];
  const reader = lineReader((line) => lines.push(line), limit);
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return lines;
};

test("however the bytes are cut, the lines are the same", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.array(fc.nat(), { maxLength: 8 }), (text, cuts) => {
      const bytes = Buffer.from(text, "utf8");
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i] ?? 0, end));
      const lines = bytes
        .toString("utf8")
        .split("\n")
        .map((line) => line.replace(/\r$/, ""))
        .filter((line) => line !== "");
      assert.deepEqual(read(chunks), lines);
    }),
  );
});

test("a line that is too long is cut and marked, the next one is whole", () => {
  assert.deepEqual(read([Buffer.from("abc"), Buffer.from("def\nghi\n")], 4), ["abcd…", "ghi"]);
});
