import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InvariantError } from "../../../src/base/assert.ts";
import type { Flag } from "../../../src/cli/flag-kinds.ts";
import * as flag from "../../../src/cli/flag-table.ts";
import { parseFlags } from "../../../src/cli/flags.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";
import { profileNames } from "../../../src/dataplane/profiles.ts";

const known: readonly Flag<unknown>[] = [
  flag.file,
  flag.base,
  flag.strict,
  flag.dataPlane,
  flag.topology,
  flag.part,
  flag.debounce,
  flag.listen,
  flag.duration,
  flag.requestsPerSecond,
];
const parse = (line: string, env: NodeJS.ProcessEnv = {}) => parseFlags(line.split(" ").filter(Boolean), known, env);

/** What the user is told; fails when the line is taken. */
const complaint = (line: string, env: NodeJS.ProcessEnv = {}): string => {
  try {
    parse(line, env);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new assert.AssertionError({ message: `"${line}" was taken` });
};

describe("flag over environment over default", () => {
  test("default", () => assert.equal(parse("").flags.get(flag.topology), "single"));
  test("environment", () =>
    assert.equal(parse("", { OTEL_POLICY_TOPOLOGY: "handover" }).flags.get(flag.topology), "handover"));
  test("flag", () =>
    assert.equal(parse("--topology single", { OTEL_POLICY_TOPOLOGY: "handover" }).flags.get(flag.topology), "single"));
  test("a list of the command line replaces one of the environment", () =>
    assert.deepEqual(parse("-f a -f b", { OTEL_POLICY_FILE: "c,d" }).flags.get(flag.file), ["a", "b"]));
  test("a list in a variable has commas", () =>
    assert.deepEqual(parse("", { OTEL_POLICY_FILE: "c, d" }).flags.get(flag.file), ["c", "d"]));
  test("an empty variable is an absent one", () =>
    assert.equal(parse("", { OTEL_POLICY_TOPOLOGY: "" }).flags.get(flag.topology), "single"));
  test("has() tells written from default", () => {
    assert.equal(parse("").flags.has(flag.base), false);
    assert.equal(parse("--base x").flags.has(flag.base), true);
    assert.equal(parse("", { OTEL_POLICY_BASE: "x" }).flags.has(flag.base), true);
  });
});

describe("spellings", () => {
  test("--name=value", () => assert.equal(parse("--base=x=y").flags.get(flag.base), "x=y"));
  test("-f value and -fvalue", () => assert.deepEqual(parse("-f a -fb").flags.get(flag.file), ["a", "b"]));
  test("- is a value", () => assert.deepEqual(parse("-f -").flags.get(flag.file), ["-"]));
  test("operands between flags", () => assert.deepEqual(parse("a --strict b").operands, ["a", "b"]));
  test("after -- everything is an operand", () => assert.deepEqual(parse("-- --strict").operands, ["--strict"]));
  test("the last of two wins", () => assert.equal(parse("--base a --base b").flags.get(flag.base), "b"));
  test("a switch may say false", () =>
    assert.equal(parse("--strict=false", { OTEL_POLICY_STRICT: "1" }).flags.get(flag.strict), false));
});

describe("values", () => {
  for (const [text, milliseconds] of [
    ["150ms", 150],
    ["1.5s", 1500],
    ["2m", 120_000],
    ["0s", 0],
  ] as const)
    test(`--debounce ${text}`, () => assert.equal(parse(`--debounce ${text}`).flags.get(flag.debounce), milliseconds));
  for (const [text, address] of [
    ["127.0.0.1:1", "127.0.0.1:1"],
    [":8080", "127.0.0.1:8080"],
    ["[::1]:8080", "[::1]:8080"],
    ["none", null],
  ] as const)
    test(`--listen ${text}`, () => assert.equal(parse(`--listen ${text}`).flags.get(flag.listen), address));
  test("absent optional values are null", () => {
    assert.equal(parse("").flags.get(flag.duration), null);
    assert.equal(parse("").flags.get(flag.part), null);
  });
});

describe("what is wrong is said with what would be right", () => {
  for (const [line, words] of [
    ["--topologie single", 'there is no flag --topologie — did you mean "--topology"?'],
    ["--strit", 'there is no flag --strit — did you mean "--strict"?'],
    ["-x", "there is no flag -x"],
    ["--topology double", '--topology "double" is none of single, handover'],
    ["--topology handovr", '--topology "handovr" is none of single, handover — did you mean "handover"?'],
    [
      "--data-plane envoygateway",
      `--data-plane "envoygateway" is none of ${profileNames.join(", ")} — did you mean "envoy-gateway" or "envoy-ai-gateway"?`,
    ],
    ["--base", "--base needs a value: --base FILE"],
    ["--base --strict", "--base needs a value: --base FILE"],
    ["--base=", "--base is empty"],
    ["--strict=maybe", '--strict is a switch: true or false, not "maybe"'],
    ["--debounce 150", '--debounce is a duration such as 150ms, 30s or 2m, not "150"'],
    ["--debounce -1s", "--debounce needs a value: --debounce TIME"],
    ["--debounce 25000m", "--debounce is at most a day (1440m), not 25000m"],
    ["--listen localhost", '--listen is an address such as 127.0.0.1:13134, or none, not "localhost"'],
    ["--listen 127.0.0.1:99999", '--listen is an address such as 127.0.0.1:13134, or none, not "127.0.0.1:99999"'],
    ["--requests 1.5", '--requests is a whole number from 0 to 10000, not "1.5"'],
  ] as const)
    test(line, () => assert.equal(complaint(line), words));

  test("a variable is named as such", () =>
    assert.equal(
      complaint("", { OTEL_POLICY_DEBOUNCE: "soon" }),
      'OTEL_POLICY_DEBOUNCE is a duration such as 150ms, 30s or 2m, not "soon"',
    ));
  test("a wrong variable does not matter where a flag wins", () =>
    assert.equal(parse("--debounce 1s", { OTEL_POLICY_DEBOUNCE: "soon" }).flags.get(flag.debounce), 1000));
});

test("a flag that a verb reads but does not declare is a bug of ours", () =>
  assert.throws(() => parse("").flags.get(flag.collector), InvariantError));
