import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { compileCel } from "../../src/cel/compile.ts";
import type { Condition } from "../../src/cel/condition.ts";
import { conditionText } from "../../src/render/stages/condition.ts";
import { celCondition } from "../support/cel-arbitrary.ts";
import { decideInCollector } from "../support/cel-collector.ts";
import { buildCelGo, celGo } from "../support/cel-go.ts";
import { oddCondition } from "../support/cel-go-arbitrary.ts";
import { celJs } from "../support/cel-oracle.ts";
import { type CelRecord, celRecord, viewOf } from "../support/cel-records.ts";
import { requireCollector } from "../support/collector.ts";

/** Expressions that the running Collector decides; `CEL_EXPRESSIONS=20000` is the full claim and takes a minute or two. */
const expressions = Number(process.env["CEL_EXPRESSIONS"] ?? 5000);
const seed = Number(process.env["CEL_SEED"] ?? 20_261_124);
const perCollector = 500;
const recordsEach = 30;

const built = buildCelGo();
const path = "path" in built ? built.path : "";
/** Without Go the differential against cel-js still runs (cel-random.test.ts); this one is a skipped test that says why. */
const describeWithGo = (name: string, suite: () => void): void => {
  if ("missing" in built) test(name, { skip: `cel-go cannot be asked: ${built.missing}` }, () => {});
  else describe(name, suite);
};

/**
 * The one known difference. CEL's definition compares integers and doubles as points of one number line, and so do we;
 * cel-go rounds the integer to a double first, so beyond 2^53 it takes neighbours for equal.
 */
const beyondDoubles = /9223372036854774784|9\.22337203685477580/;
const rounded: readonly { readonly text: string; readonly size: string; readonly line: boolean }[] = [
  { text: "response.size < 9.223372036854775807e18", size: "9223372036854775807", line: true }, // the double is 2^63
  { text: "response.size >= 9.223372036854775807e18", size: "9223372036854775807", line: false },
  { text: "response.size <= 9223372036854774784.0", size: "9223372036854775000", line: false },
  { text: "response.size > 9223372036854774784.0", size: "9223372036854775000", line: true },
  { text: "response.size > 9007199254740992.0", size: "9007199254740993", line: true },
  { text: "response.size <= -9007199254740992.0", size: "-9007199254740991", line: false },
];

/** Half of any shape, half with what only cel-go decides rightly; whatever cannot be compiled is drawn again. */
const draw = (from: number): { readonly texts: readonly string[]; readonly conditions: readonly Condition[] } => {
  const texts: string[] = [];
  const conditions: Condition[] = [];
  const drawn = fc.sample(fc.oneof(celCondition, oddCondition), { numRuns: perCollector + 400, seed: from });
  for (const text of drawn) {
    if (texts.length === perCollector) break;
    const { condition } = compileCel(text, { signal: "logs", isSecret: () => false });
    if (condition === null || beyondDoubles.test(text)) continue;
    texts.push(text);
    conditions.push(condition);
  }
  return { texts, conditions };
};

describeWithGo(`CEL as cel-go, the reference implementation, decides it (seed ${seed})`, () => {
  requireCollector();

  test("cel-js, which the longer runs ask, agrees with it on 5,000 expressions and 30 records", () => {
    const all = fc.sample(celCondition, { numRuns: 5500, seed }).filter((text) => !beyondDoubles.test(text));
    assert.ok(all.length >= 5000);
    const views = fc.sample(celRecord, { numRuns: recordsEach, seed: seed + 1 }).map(viewOf);
    const wrong = celGo(path, all, views).flatMap((answers, index) => {
      const text = all[index] ?? "";
      return celJs(text, views).flatMap((answer, view) =>
        answer === answers[view] ? [] : [`${text}\n  cel-go ${answers[view]}, cel-js ${answer}`],
      );
    });
    assert.deepEqual(wrong.slice(0, 3), [], `${wrong.length} answers differ`);
  });

  test("integers against doubles: exactly, where cel-go rounds the integer first", async () => {
    const conditions = rounded.flatMap(
      ({ text }) => compileCel(text, { signal: "logs", isSecret: () => false }).condition ?? [],
    );
    const records = rounded.map(({ size }): CelRecord => ({ "http.response.body.size": { intValue: size } }));
    const { answers } = await decideInCollector(conditions, records);
    const reference = celGo(
      path,
      rounded.map(({ text }) => text),
      records.map(viewOf),
    );
    assert.deepEqual(
      rounded.map(({ text }, index) => [text, answers[index]?.[index]]),
      rounded.map(({ text, line }) => [text, line]),
    );
    // All but the last, where the rounding happens to change nothing.
    assert.deepEqual(
      rounded.slice(0, -1).map((_, index) => reference[index]?.[index]),
      rounded.slice(0, -1).map(({ line }) => !line),
    );
  });

  const rounds = Math.ceil(expressions / perCollector);
  for (let round = 0; round < rounds; round++) {
    test(`a running Collector, round ${round + 1} of ${rounds}: ${perCollector} expressions, ${recordsEach} records`, async () => {
      const { texts, conditions } = draw(seed + round);
      const records = fc.sample(celRecord, { numRuns: recordsEach, seed: seed + round });
      const wanted = celGo(path, texts, records.map(viewOf));
      const { answers, log } = await decideInCollector(conditions, records);
      const seen = { true: 0, false: 0, error: 0 };
      const wrong = texts.flatMap((text, index) =>
        records.flatMap((record, at) => {
          const answer = wanted[index]?.[at] ?? null;
          seen[answer === null ? "error" : answer ? "true" : "false"] += 1;
          const got = answers[index]?.[at];
          const condition = conditions[index];
          // A filter takes an error for "no match".
          return (answer === true) === got || condition === undefined
            ? []
            : [
                `${text}\n  cel-go ${answer}, Collector ${got}\n  ${conditionText("log", condition)}\n  ${JSON.stringify(record)}`,
              ];
        }),
      );
      assert.deepEqual(wrong.slice(0, 3), [], `${wrong.length} of ${texts.length * records.length} decisions differ`);
      assert.equal(texts.length, perCollector);
      assert.doesNotMatch(log, /\terror\t|\twarn\t/);
      for (const count of Object.values(seen)) assert.ok(count > perCollector, JSON.stringify(seen));
    });
  }
});
