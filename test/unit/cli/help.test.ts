import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { commandGroups } from "../../../src/cli/command.ts";
import { commands } from "../../../src/cli/commands.ts";
import { general } from "../../../src/cli/flag-table.ts";
import { runCli } from "./run-cli.ts";

/** Compares with the stored text; `UPDATE_GOLDENS=1` stores it anew. */
const matchesGolden = (name: string, text: string): void => {
  const path = join(import.meta.dirname, "goldens", `${name}.txt`);
  if (process.env["UPDATE_GOLDENS"] === "1") writeFileSync(path, text);
  assert.equal(text, readFileSync(path, "utf8"));
};

describe("help at 80 columns", () => {
  test("general", async () => {
    const { code, out, err } = await runCli("--help");
    assert.deepEqual([code, err], [0, ""]);
    matchesGolden("general", out);
  });
  for (const { name } of commands)
    test(name, async () => {
      const { code, out, err } = await runCli(`${name} --help`);
      assert.deepEqual([code, err], [0, ""]);
      matchesGolden(name, out);
    });
});

test("-h, --help, help and `help VERB` say the same", async () => {
  assert.equal((await runCli("-h")).out, (await runCli("--help")).out);
  assert.equal((await runCli("help")).out, (await runCli("--help")).out);
  assert.equal((await runCli("help render")).out, (await runCli("render -h")).out);
});

test("help is given however wrong the rest of the line is", async () =>
  assert.equal((await runCli("render --nonsense --help")).code, 0));

test("but not for what stands after --", async () => assert.equal((await runCli("version -- --help")).code, 2));

for (const columns of [60, 80, 100, 200])
  test(`no line is wider than ${columns} columns, but for an example`, async () => {
    const examples = new Set(commands.flatMap((command) => command.examples.map(({ line }) => `  ${line}`)));
    for (const line of ["--help", ...commands.map(({ name }) => `${name} --help`)]) {
      const { out } = await runCli(line, { columns });
      const wide = out.split("\n").filter((text) => text.length > Math.min(columns, 100) && !examples.has(text));
      assert.deepEqual(wide, []);
    }
  });

test("colours on a terminal only, and not with NO_COLOR", async () => {
  assert.ok((await runCli("--help", { isTerminal: true })).out.includes("\u001b[1m"));
  assert.ok(!(await runCli("--help")).out.includes("\u001b"));
  assert.ok(!(await runCli("--help", { isTerminal: true, env: { NO_COLOR: "1" } })).out.includes("\u001b"));
  assert.ok(!(await runCli("--help", { isTerminal: true, env: { TERM: "dumb" } })).out.includes("\u001b"));
  assert.ok((await runCli("render --help --color always")).out.includes("\u001b[1m"));
});

describe("every verb", () => {
  test("has a name of its own", () => assert.equal(new Set(commands.map(({ name }) => name)).size, commands.length));
  for (const command of commands)
    test(command.name, () => {
      assert.ok(commandGroups.includes(command.group));
      assert.equal(command.examples.length, 2, "two examples");
      for (const { line } of command.examples) assert.match(line, /^otel-policy /);
      const flags = [...command.flags, ...general];
      assert.equal(new Set(flags.map(({ name }) => name)).size, flags.length, "no flag twice");
      const shorts = flags.flatMap(({ short }) => (short === null ? [] : [short]));
      assert.equal(new Set(shorts).size, shorts.length, "no letter twice");
      for (const { env } of flags) if (env !== null) assert.match(env, /^OTEL_POLICY_[A-Z_]+$/);
    });
});
