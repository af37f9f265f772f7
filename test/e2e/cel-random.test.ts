import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { compileCel } from "../../src/cel/compile.ts";
import type { Condition } from "../../src/cel/condition.ts";
import { conditionText } from "../../src/render/stages/condition.ts";
import { celCondition } from "../support/cel-arbitrary.ts";
import { decideInCollector } from "../support/cel-collector.ts";
import { celJs } from "../support/cel-oracle.ts";
import { celRecord, viewOf } from "../support/cel-records.ts";
import { requireCollector } from "../support/collector.ts";

/** Expressions in all; `CEL_EXPRESSIONS=20000` is the full claim and takes minutes. */
const expressions = Number(process.env["CEL_EXPRESSIONS"] ?? 2000);
const seed = Number(process.env["CEL_SEED"] ?? 20_261_123);
const perCollector = 500;
const recordsEach = 30;

type Compiled = { readonly text: string; readonly condition: Condition };

type Signal = "logs" | "traces";

/**
 * Random expressions that compile. What is too large is drawn again, and on spans what only access logs carry; any
 * other refusal is a mistake of the generator.
 */
const draw = (count: number, from: number, signal: Signal): readonly Compiled[] => {
  const drawn: Compiled[] = [];
  for (const text of fc.sample(celCondition, { numRuns: count + (signal === "logs" ? 200 : 600), seed: from })) {
    if (drawn.length === count) break;
    const { condition, findings } = compileCel(text, { signal, isSecret: () => false });
    if (condition === null) {
      const expected = findings.every(
        (finding) =>
          finding.kind === "tooLarge" ||
          (finding.kind === "refused" && signal === "traces" && finding.reason.endsWith("is not part of traces")),
      );
      assert.ok(expected, `${text}\n${JSON.stringify(findings)}`);
      continue;
    }
    drawn.push({ text, condition });
  }
  return drawn;
};

/** Decides 500 expressions for 30 records in one Collector, and in CEL. */
const differential = async (from: number, signal: Signal): Promise<void> => {
  const context = signal === "logs" ? "log" : "span";
  const drawn = draw(perCollector, from, signal);
  const records = fc.sample(celRecord, { numRuns: recordsEach, seed: from });
  const views = records.map(viewOf);
  const conditions = drawn.map(({ condition }) => condition);
  const { answers, log } = await decideInCollector(conditions, records, context);
  const wrong: string[] = [];
  const seen = { true: 0, false: 0, error: 0 };
  for (const [index, { text, condition }] of drawn.entries()) {
    for (const [record, wanted] of celJs(text, views).entries()) {
      seen[wanted === null ? "error" : wanted ? "true" : "false"] += 1;
      const got = answers[index]?.[record];
      // A filter takes an error for "no match".
      if ((wanted === true) !== got)
        wrong.push(
          `${text}\n  CEL ${wanted}, Collector ${got}\n  ${conditionText(context, condition)}\n  ${JSON.stringify(records[record])}`,
        );
    }
  }
  assert.deepEqual(wrong.slice(0, 3), [], `${wrong.length} of ${drawn.length * records.length} decisions differ`);
  assert.equal(drawn.length, perCollector);
  assert.doesNotMatch(log, /\terror\t|\twarn\t/);
  // All three answers occur, or the test says little.
  for (const count of Object.values(seen)) assert.ok(count > drawn.length, JSON.stringify(seen));
};

describe(`a running Collector decides CEL as CEL does (seed ${seed})`, () => {
  requireCollector();
  const rounds = Math.ceil(expressions / perCollector);
  for (let round = 0; round < rounds; round++) {
    test(`access logs, round ${round + 1} of ${rounds}: ${perCollector} expressions, ${recordsEach} records`, () =>
      differential(seed + round, "logs"));
  }
  test(`spans: ${perCollector} expressions, ${recordsEach} records`, () => differential(seed, "traces"));
});
