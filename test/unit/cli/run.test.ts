import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Command } from "../../../src/cli/command.ts";
import { runCli } from "./run-cli.ts";

const failing = (error: unknown): Command => ({
  name: "fail",
  group: "Run",
  summary: "",
  about: "",
  operands: "",
  arity: { least: 0, most: 0 },
  flags: [],
  examples: [],
  exits: {},
  run: () => Promise.reject(error),
});

describe("a wrong line ends with 2, says why, and where to look", () => {
  for (const [line, err] of [
    ["rendr", 'otel-policy: there is no verb "rendr" — did you mean "render"?\n  see  otel-policy --help\n'],
    ["frobnicate", 'otel-policy: there is no verb "frobnicate"\n  see  otel-policy --help\n'],
    ["--strict validate", "otel-policy: the verb comes first: otel-policy VERB --strict\n  see  otel-policy --help\n"],
    ["help rendr", 'otel-policy: there is no verb "rendr" — did you mean "render"?\n  see  otel-policy help --help\n'],
    ["version x", 'otel-policy: version takes no operand, but got "x"\n  see  otel-policy version --help\n'],
    ["explain", "otel-policy: explain needs CODE|TARGET|CONFIG-PATH\n  see  otel-policy explain --help\n"],
    ["dev a b", 'otel-policy: "b" is one operand too many\n  see  otel-policy dev --help\n'],
    [
      "validate --strit",
      'otel-policy: there is no flag --strit — did you mean "--strict"?\n  see  otel-policy validate --help\n',
    ],
    [
      "validate",
      "otel-policy: name the policies: files, folders, or - for standard input\n  see  otel-policy validate --help\n",
    ],
    [
      "render --part core x",
      "otel-policy: --part core needs --topology handover: a single config has no parts\n  see  otel-policy render --help\n",
    ],
    [
      "render --topology handover x",
      "otel-policy: --topology handover has two configs: say which with --part ingest or --part core\n  see  otel-policy render --help\n",
    ],
    [
      "status --listen none",
      "otel-policy: --listen none: an agent without a server cannot be asked\n  see  otel-policy status --help\n",
    ],
  ] as const)
    test(line, async () => assert.deepEqual(await runCli(line), { code: 2, out: "", err }));

  test("no verb at all: the general help, on stderr", async () => {
    const { code, out, err } = await runCli("");
    assert.deepEqual([code, out], [2, ""]);
    assert.equal(err, (await runCli("--help")).out);
  });
});

describe("whatever is thrown is our bug: TP9001 on stderr, 70", () => {
  test("an error", async () => {
    const { code, out, err } = await runCli("fail", { commands: [failing(new Error("no such case"))] });
    assert.deepEqual([code, out], [70, ""]);
    assert.match(err, /^error TP9001 {2}otel-policy met a case it should not have: no such case\n {2}why /);
    assert.match(err, /\n {4}at .*run\.test\.ts/, "with the place it came from");
  });
  test("anything else", async () => {
    const { code, err } = await runCli("fail", { commands: [failing("a word")] });
    assert.equal(code, 70);
    assert.match(err, /TP9001.*: a word\n/);
  });
});

test("version, and its usual spelling", async () => {
  const { code, out } = await runCli("version");
  assert.equal(code, 0);
  assert.match(out, /^otel-policy \d+\.\d+\.\d+ \(Node\.js v\d+\.\d+\.\d+\)\n$/);
  assert.equal((await runCli("--version")).out, out);
});
