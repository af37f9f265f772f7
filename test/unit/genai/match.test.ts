import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  exactNames,
  type Match,
  matches,
  patternOf,
  withDashedDates,
  withPlainDates,
} from "../../../src/genai/match.ts";

describe("what is left of a match for names it does not spell out", () => {
  const cases: readonly [name: string, match: Match, exact: readonly string[], rest: Match | null][] = [
    ["a whole name", { equals: "GPT-4o" }, ["gpt-4o"], null],
    ["a beginning", { starts_with: "gpt-4o-" }, [], { starts_with: "gpt-4o-" }],
    ["either", { or: [{ equals: "a" }, { contains: "b" }, { equals: "c" }] }, ["a", "c"], { contains: "b" }],
    ["both, one of them whole", { and: [{ equals: "a" }, { contains: "b" }] }, ["a"], null],
    ["all but a whole name: all", { not: { equals: "a" } }, ["a"], { and: [] }],
  ];
  for (const [name, match, exact, rest] of cases) {
    test(name, () => {
      assert.deepEqual(exactNames(match), exact);
      assert.deepEqual(patternOf(match), rest);
      for (const other of ["xb", "gpt-4o-mini", "zzz"])
        assert.equal(rest !== null && matches(rest, other), matches(match, other), other);
    });
  }
});

describe("dates in names", () => {
  const cases: readonly [plain: string, dashed: string][] = [
    ["gpt-5-20250807", "gpt-5-2025-08-07"],
    ["m-20240229:0", "m-2024-02-29:0"],
    ["m-20250229", "m-20250229"],
    ["m-20251301", "m-20251301"],
    ["m-20250807x", "m-20250807x"],
    ["m-20250101-20260202", "m-2025-01-01-2026-02-02"],
  ];
  for (const [plain, dashed] of cases) test(`${plain} → ${dashed}`, () => assert.equal(withDashedDates(plain), dashed));
  test("and back", () => assert.equal(withPlainDates("gpt-5-2025-08-07"), "gpt-5-20250807"));
});
