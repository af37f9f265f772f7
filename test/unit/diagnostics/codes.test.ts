import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { meaningCodes } from "../../../src/diagnostics/codes/meaning.ts";
import { readCodes } from "../../../src/diagnostics/codes/read.ts";
import { shapeCodes } from "../../../src/diagnostics/codes/shape.ts";
import { codes } from "../../../src/diagnostics/codes.ts";

describe("the code table", () => {
  test("codes are TP and four digits, in the block of their file", () => {
    for (const code of Object.keys(codes)) assert.match(code, /^TP[1-9]\d{3}$/);
    for (const code of Object.keys(readCodes)) assert.match(code, /^TP1/);
    for (const code of Object.keys(shapeCodes)) assert.match(code, /^TP20/);
    for (const code of Object.keys(meaningCodes)) assert.match(code, /^TP2[1-6]/);
  });
  test("rows are in order of code, so that a free number is easy to find", () => {
    for (const table of [readCodes, shapeCodes, meaningCodes])
      assert.deepEqual(Object.keys(table), Object.keys(table).toSorted());
  });
  for (const [code, row] of Object.entries(codes))
    test(`${code} has a title, a reason and a severity`, () => {
      assert.ok(row.title.length > 0 && row.title.length <= 60);
      assert.ok(row.why.length > 0 && !row.why.endsWith("."));
      assert.ok(["error", "warning", "info"].includes(row.severity));
    });
});
