import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as cel from "../../../src/cel/limits.ts";
import { shownBudgets } from "../../../src/cli/namespace-budget.ts";
import { codes } from "../../../src/diagnostics/codes.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/budgets.md"), "utf8");
/** Cells of the table rows that begin like this. */
const rows = (first: RegExp): readonly (readonly string[])[] =>
  page
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, name = ""]) => first.test(name));

test("docs/budgets.md tells the usual budgets", () => {
  const told = rows(/^`/).map(([, name = "", usual = ""]) => `${name.replaceAll("`", "")}=${usual}`);
  assert.equal(told.join(", "), shownBudgets);
});

test("docs/budgets.md tells the limits of a policy, and codes there are", () => {
  const limits = rows(/^(?:comparisons|branches|steps|characters of a regular|instructions)/);
  assert.deepEqual(
    limits.map(([, , limit]) => Number(limit)),
    [
      cel.maxComparisons,
      cel.maxComparisonsOfAll,
      cel.maxBranches,
      cel.maxSteps,
      cel.maxPatternLength,
      cel.maxPatternSize,
      cel.maxInstructions,
    ],
  );
  for (const [code] of page.matchAll(/TP\d{4}/g)) assert.ok(code in codes, code);
});
