import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { compileCel } from "../../src/cel/compile.ts";
import { regexMatches } from "../../src/cel/regex.ts";
import { decideInCollector } from "../support/cel-collector.ts";
import { requireCollector } from "../support/collector.ts";
import { matchedTexts, pattern } from "../support/regex-arbitrary.ts";

/** Patterns in all; each Collector takes 500 of them. */
const patterns = Number(process.env["CEL_PATTERNS"] ?? 1000);
const seed = Number(process.env["CEL_SEED"] ?? 20_261_123);

describe(`matches(): what the compiler takes for RE2, the Collector takes too and reads alike (seed ${seed})`, () => {
  requireCollector();
  const records = matchedTexts.map((stringValue) => ({ "http.request.method": { stringValue } }));
  for (let round = 0; round < Math.ceil(patterns / 500); round++) {
    test(`round ${round + 1}: 500 patterns, ${matchedTexts.length} texts`, async () => {
      const drawn = fc.sample(pattern, { numRuns: 500, seed: seed + round });
      const compiled = drawn.flatMap((regex) => {
        const expression = `request.method.matches(${JSON.stringify(regex)})`;
        const { condition, findings } = compileCel(expression, { signal: "logs", isSecret: () => false });
        // Nothing but the pattern can be wrong here: it is no RE2, or more of it than a policy may bring.
        assert.ok(
          condition !== null || findings.every(({ kind }) => kind === "regex" || kind === "regexTooLarge"),
          expression,
        );
        return condition === null ? [] : [{ regex, condition }];
      });
      assert.ok(compiled.length > 250 && compiled.length < 500, `${compiled.length} of 500 are RE2`);
      const { answers, log } = await decideInCollector(
        compiled.map(({ condition }) => condition),
        records,
      );
      const wrong = compiled.flatMap(({ regex }, index) =>
        matchedTexts
          .filter((text, at) => regexMatches(regex, text) !== answers[index]?.[at])
          .map((text) => `${JSON.stringify(regex)} on ${JSON.stringify(text)}`),
      );
      assert.deepEqual(wrong, []);
      assert.doesNotMatch(log, /\terror\t|\twarn\t/);
      const yes = answers.flat().filter(Boolean).length;
      assert.ok(yes > 500 && yes < answers.flat().length - 500, `${yes} of ${answers.flat().length} match`);
    });
  }
});
