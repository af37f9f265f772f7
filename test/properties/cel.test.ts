import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { compileCel } from "../../src/cel/compile.ts";
import { conditionText } from "../../src/render/stages/condition.ts";
import { celCondition } from "../support/cel-arbitrary.ts";
import { celJs } from "../support/cel-oracle.ts";
import { celRecord, viewOf } from "../support/cel-records.ts";

const options = { signal: "logs", isSecret: (header: string) => header === "authorization" } as const;

/** Valid expressions with a piece cut out, doubled, or replaced by something else. */
const damaged = fc
  .tuple(
    celCondition,
    fc.nat(),
    fc.nat(12),
    fc.constantFrom(
      "",
      "(",
      ")",
      '"',
      ".",
      "?",
      " && ",
      "!",
      "[",
      "-",
      "\\",
      "\n",
      "é",
      "\u0000",
      "request.",
      "1e999",
      "9223372036854775808",
      "has(",
      "dyn(",
      "type(",
    ),
  )
  .map(([text, at, length, instead]) => {
    const start = at % (text.length + 1);
    return text.slice(0, start) + instead + text.slice(start + length);
  });

describe("compiling CEL is total", () => {
  const holds = (text: string): void => {
    const { condition, findings } = compileCel(text, options);
    assert.equal(condition === null, findings.length > 0);
    for (const { range } of findings) {
      assert.ok(range.start >= 0 && range.start <= range.end && range.end <= text.length, JSON.stringify(range));
    }
    if (condition !== null) assert.equal(conditionText("log", condition), conditionText("log", condition));
  };
  test("for any text", () =>
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), holds), { numRuns: 3000 }));
  test("for almost valid expressions", () => fc.assert(fc.property(damaged, holds), { numRuns: 5000 }));
});

test("a condition that is decided while compiling is decided as CEL decides it", () => {
  const views = fc.sample(celRecord, { numRuns: 5, seed: 1 }).map(viewOf);
  let decided = 0;
  for (const text of fc.sample(celCondition, { numRuns: 6000, seed: 2 })) {
    const { condition } = compileCel(text, options);
    const answer =
      condition?.op === "true"
        ? true
        : condition?.op === "false"
          ? false
          : condition?.op === "unknown"
            ? null
            : undefined;
    if (answer === undefined) continue;
    decided += 1;
    assert.deepEqual(
      celJs(text, views),
      views.map(() => answer),
      text,
    );
  }
  assert.ok(decided > 200, `${decided} were decided`);
});

test("equal expressions give equal bytes, however their logic is spaced", () =>
  fc.assert(
    fc.property(celCondition, celCondition, (a, b) => {
      const [tight, wide] = [`(${a})&&(${b})`, `  ( ${a} )\n  &&\t(${b})  // both`].map((text) =>
        compileCel(text, options),
      );
      fc.pre(tight?.condition != null);
      assert.deepEqual(wide?.condition, tight?.condition);
    }),
    { numRuns: 300 },
  ));
