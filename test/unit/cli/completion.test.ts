import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { commands } from "../../../src/cli/commands.ts";
import { runCli } from "./run-cli.ts";

const completedBy = (script: string, ...line: readonly string[]): readonly string[] =>
  execFileSync("bash", [
    "-c",
    `${script}\nCOMP_WORDS=(otel-policy "$@"); COMP_CWORD=$#; _otel_policy; printf '%s\\n' "\${COMPREPLY[@]}"`,
    "bash",
    ...line,
  ])
    .toString()
    .split("\n")
    .filter((word) => word !== "");

describe("completion", () => {
  test("bash completes verbs, and the flags of the verb that is there", async () => {
    const { code, out } = await runCli("completion bash");
    assert.equal(code, 0);
    assert.deepEqual(
      completedBy(out, "").filter((word) => !word.startsWith("-")),
      commands.map(({ name }) => name),
    );
    assert.deepEqual(completedBy(out, "va"), ["validate"]);
    assert.deepEqual(completedBy(out, "render", "--topo"), ["--topology"]);
    assert.deepEqual(completedBy(out, "status", "--topo"), []);
    assert.deepEqual(completedBy(out, "render", "samp"), [], "files are the shell's part");
  });

  for (const shell of ["zsh", "fish"])
    test(`${shell} knows every verb and flag, and no text of help ends a quotation`, async () => {
      const { code, out } = await runCli(`completion ${shell}`);
      assert.equal(code, 0);
      const named = (flag: string): string => (shell === "fish" ? `-l ${flag} ` : `*--${flag}[`);
      for (const { name, flags } of commands) {
        assert.ok(out.includes(name), name);
        for (const flag of flags) assert.ok(out.includes(named(flag.name)), `${name} --${flag.name}`);
      }
      // Both have a quotation mark inside a quotation as two of them around a backslash, or behind one.
      const marks = out.replaceAll("'\\''", "").replaceAll("\\'", "").split("\n");
      for (const line of marks) assert.equal(line.split("'").length % 2, 1, line);
    });

  test("another shell is refused with those there are", async () => {
    const { code, err } = await runCli("completion zhs");
    assert.equal(code, 2);
    assert.match(err, /"zhs" is none of bash, zsh, fish, did you mean zsh|zsh/);
  });
});
