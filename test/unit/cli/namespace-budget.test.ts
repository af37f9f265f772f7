import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as flag from "../../../src/cli/flag-table.ts";
import { parseFlags } from "../../../src/cli/flags.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";
import { usualBudgets } from "../../../src/resolve/budgets.ts";

const parse = (line: string, env: NodeJS.ProcessEnv = {}) =>
  parseFlags(line.split(" ").filter(Boolean), [flag.namespaceBudget], env).flags.get(flag.namespaceBudget);
const plain = ({ everyone, own }: ReturnType<typeof parse>) => ({ everyone, own: Object.fromEntries(own) });

describe("--namespace-budget", () => {
  test("absent: the usual ones for everyone", () =>
    assert.deepEqual(plain(parse("")), { everyone: usualBudgets, own: {} }));
  test("one for everyone leaves the others as they are", () =>
    assert.deepEqual(plain(parse("--namespace-budget policies=50")).everyone, { ...usualBudgets, policies: 50 }));
  test("of one namespace, several of them", () =>
    assert.deepEqual(
      plain(
        parse("--namespace-budget a/policies=5 --namespace-budget b/regex=0 --namespace-budget a/targets=unlimited"),
      ).own,
      { a: { policies: 5, targets: Infinity }, b: { regex: 0 } },
    ));
  test("the last of one name counts", () =>
    assert.equal(parse("--namespace-budget policies=5 --namespace-budget policies=6").everyone.policies, 6));
  test("bytes have units", () =>
    assert.deepEqual(
      ["512", "512KiB", "3MiB"].map(
        (size) => parse(`--namespace-budget config-bytes=${size}`).everyone["config-bytes"],
      ),
      [512, 524_288, 3_145_728],
    ));
  test("the environment lists them with commas", () =>
    assert.deepEqual(plain(parse("", { OTEL_POLICY_NAMESPACE_BUDGET: "policies=5, a/statements=9" })), {
      everyone: { ...usualBudgets, policies: 5 },
      own: { a: { statements: 9 } },
    }));
  const wrong: readonly (readonly [string, RegExp])[] = [
    [
      "policies",
      /^--namespace-budget is such as policies=50, or team-a\/policies=50 for one namespace, not "policies"$/,
    ],
    ["/policies=5", /is such as/],
    ["a/b/policies=5", /is such as/],
    ["polices=5", /^--namespace-budget "polices" is none of policies, targets, .* — did you mean "policies"\?$/],
    ["policies=many", /^--namespace-budget policies is a whole number, or unlimited, not "many"$/],
    ["policies=-1", /is a whole number/],
    ["policies=5MiB", /is a whole number/],
    [
      "config-bytes=5GB",
      /^--namespace-budget config-bytes is a number of bytes such as 512KiB or 10MiB, or unlimited, not "5GB"$/,
    ],
  ];
  for (const [value, words] of wrong)
    test(`${value} is refused`, () =>
      assert.throws(
        () => parse(`--namespace-budget ${value}`),
        (error) => error instanceof UsageError && words.test(error.message),
      ));
});
