import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { compileCel } from "../../../src/cel/compile.ts";
import { isWithin, not, patternsOf } from "../../../src/cel/condition.ts";
import {
  maxBranches,
  maxComparisonsOfAll,
  maxInstructions,
  maxPatternLength,
  maxPatternSize,
  maxSteps,
  newAllowance,
} from "../../../src/cel/limits.ts";
import { regexSize } from "../../../src/cel/regex-size.ts";
import { compileText, draftPolicy } from "../../support/compile-text.ts";
import { pattern as anyPattern } from "../../support/regex-arbitrary.ts";

const kindsOf = (text: string, allowance = newAllowance()): readonly string[] => [
  ...new Set(compileCel(text, { signal: "logs", isSecret: () => false, allowance }).findings.map(({ kind }) => kind)),
];

const sizeThere = (pattern: string): number | null => {
  try {
    return RE2JS.compile(pattern).programSize();
  } catch {
    return null;
  }
};

describe("the size of an RE2 is told without compiling it, and never too small", () => {
  const written = [
    "",
    "a",
    "a{1000}",
    "(a{10}){10}",
    "(((a{10}){10}){10})",
    "((((a?){10}){10}){10})",
    "[a-z]{1,63}(\\.[a-z]{1,63}){0,3}",
    "[]a]{50}[^]]{50}[[:alpha:]x]{50}",
    "[\\]]{99}\\]{99}",
    "\\Qa(b)*\\E{40}",
    "\\pL{100}\\p{Greek}{100}\\x{1F600}{100}\\x41{100}\\101{100}",
    "(?P<name>ab){20}(?i:cd){20}(?s).{20}",
    "a|b{10}|(c|d{10}){10}",
    "a{2}{3}",
    "a*?b+?c??d{3}?",
    "(?:a{0}b{0,}){30,}",
    "x{,5}{x}",
    "[a{1000}]",
    "\\{1000}",
    "(|a|b||){200}",
  ];
  for (const pattern of written)
    test(JSON.stringify(pattern), () => {
      const size = sizeThere(pattern);
      if (size === null) return assert.throws(() => RE2JS.compile(pattern));
      assert.ok(regexSize(pattern) >= size, `${regexSize(pattern)} of ${size}`);
      // An estimate that were anything would refuse what nobody minds.
      assert.ok(regexSize(pattern) <= 8 * size + 10, `${regexSize(pattern)} of ${size}`);
    });

  test("of any pattern", () => {
    let sound = 0;
    fc.assert(
      fc.property(anyPattern, (pattern) => {
        const size = sizeThere(pattern);
        if (size === null) return;
        sound += 1;
        assert.ok(regexSize(pattern) >= size, `${pattern}: ${regexSize(pattern)} of ${size}`);
      }),
      { numRuns: 3000, seed: 61 },
    );
    assert.ok(sound > 1500, `${sound}`);
  });

  test("of what is no RE2 at all: some number", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => assert.ok(regexSize(text) >= 0)),
      { numRuns: 2000, seed: 62 },
    );
    for (const text of ["(".repeat(4000), "{1000}".repeat(600), "((a{1000}){1000})".repeat(200), "[".repeat(4000)])
      assert.ok(regexSize(text) > 0);
  });
});

describe("regular expressions have limits", () => {
  const path = (pattern: string): string => `request.path.matches(${JSON.stringify(pattern)})`;
  test("length", () => {
    assert.deepEqual(kindsOf(path("a".repeat(maxPatternLength))), []);
    assert.deepEqual(kindsOf(path("a".repeat(maxPatternLength + 1))), ["regexTooLarge"]);
  });
  test("size: the largest that fits, and one instruction more", () => {
    const exact = `a{900}a{900}${"b".repeat(maxPatternSize - regexSize("a{900}a{900}"))}`;
    assert.equal(regexSize(exact), maxPatternSize);
    assert.deepEqual(kindsOf(path(exact)), []);
    assert.deepEqual(kindsOf(path(`${exact}b`)), ["regexTooLarge"]);
  });
  test("what the RE2 itself refuses is said as that", () => assert.deepEqual(kindsOf(path("a(?=b)")), ["regex"]));
  test("all of a policy together", () => {
    const allowance = newAllowance();
    const thousand = path(`(?:[a-z0-9]{1,50}-){1,9}x`);
    const each = regexSize("(?:[a-z0-9]{1,50}-){1,9}x");
    const fitting = Math.floor(maxInstructions / each);
    for (let index = 0; index < fitting; index += 1) assert.deepEqual(kindsOf(thousand, allowance), []);
    assert.deepEqual(kindsOf(thousand, allowance), ["spent"]);
  });
  test("patterns of a condition, as often as they are there", () => {
    const { condition } = compileCel(`${path("a")} && !(${path("b")} || ${path("a")})`, {
      signal: "logs",
      isSecret: () => false,
    });
    assert.deepEqual(condition === null ? null : patternsOf(condition), ["a", "b", "a"]);
  });
});

describe("expressions that would take forever are refused at once", () => {
  const choice = '(request.path == "a" ? "x" : "y")';
  const choices = (count: number): string => `${Array.from({ length: count }, () => choice).join(" + ")} == "z"`;
  const nested = (count: number): string => {
    const entries = Array.from({ length: 20 }, (_, index) => index).join(",");
    return `${`[${entries}].exists(a, `.repeat(count)}request.path == "a"${")".repeat(count)}`;
  };
  test("branches multiply: up to the limit, and no further", () => {
    assert.deepEqual(kindsOf(choices(Math.log2(maxBranches))), []);
    assert.deepEqual(kindsOf(choices(Math.log2(maxBranches) + 1)), ["tooManyBranches"]);
    // 2^60 branches, had anybody made them.
    assert.deepEqual(kindsOf(choices(60)), ["tooManyBranches"]);
  });
  test("branches on both sides of a comparison", () => {
    const side = (count: number): string => Array.from({ length: count }, () => choice).join(" + ");
    const both = Array.from({ length: 6 }, () => `(${side(7)}) == (${side(7)})`).join(" || ");
    assert.deepEqual(kindsOf(both), ["spent"]);
  });
  test("entries of lists in lists: 20^20 of them", () => assert.deepEqual(kindsOf(nested(20)), ["spent"]));
  test("conditions compared with conditions, each part counted twice", () => {
    const compared = Array.from({ length: 50 }, (_, index) => `request.path == "${index}"`).reduceRight(
      (inner, one) => `(${one}) == (${inner})`,
    );
    assert.deepEqual(kindsOf(compared), ["spent"]);
  });
  test("one expression after the other takes from the same allowance", () => {
    const allowance = { ...newAllowance(), steps: 60 };
    const text = Array.from({ length: 10 }, (_, index) => `request.path == "${index}"`).join(" || ");
    assert.deepEqual([kindsOf(text, allowance), kindsOf(text, allowance)], [[], ["spent"]]);
    assert.ok(newAllowance().steps === maxSteps);
  });
  test("comparisons of one expression after the other", () => {
    const allowance = { ...newAllowance(), comparisons: 15 };
    const text = Array.from({ length: 10 }, (_, index) => `request.path == "${index}"`).join(" || ");
    assert.deepEqual([kindsOf(text, allowance), kindsOf(text, allowance)], [[], ["spent"]]);
  });
  test("a policy is told once, at the expression where it ran out; exactly all of it is not too much", () => {
    const expression = (index: number): string =>
      Array.from({ length: 100 }, (_, entry) => `request.path == "/${index}-${entry}"`).join(" || ");
    const policyWith = (count: number): string =>
      draftPolicy(
        "p",
        `  accessLogs:\n    enabled: true\n    matches:\n${Array.from({ length: count }, (_, index) => `      - cel: '${expression(index)}'`).join("\n")}`,
      );
    const told = (count: number) =>
      compileText(policyWith(count)).diagnostics.filter(({ severity }) => severity === "error");
    assert.deepEqual(told(maxComparisonsOfAll / 100), []);
    const [found, ...more] = told(maxComparisonsOfAll / 100 + 20);
    assert.deepEqual([found?.code, more], ["TP2811", []]);
    assert.match(found?.message ?? "", /more than 2000 comparisons together/);
    // At the expression that was one too many.
    assert.equal(policyWith(40).slice(0, found?.at?.start).split("- cel:").length - 1, maxComparisonsOfAll / 100 + 1);
  });
  test("a condition is measured as it will be walked", () => {
    const leaf = { op: "present", place: { kind: "duration" }, type: "duration" } as const;
    const shared = { op: "and", of: [leaf, leaf] } as const;
    const whole = { op: "or", of: [shared, not(shared)] } as const;
    assert.deepEqual([isWithin(whole, 8), isWithin(whole, 7)], [true, false]);
  });
});
