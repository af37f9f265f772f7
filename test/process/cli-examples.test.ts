import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { commands } from "../../src/cli/commands.ts";
import { collectorPath, requireCollector } from "../support/collector.ts";
import { cleanEnv, mainPath, root, runProgram } from "./cli.ts";

/** Verbs that run until stopped have tests of their own. */
const endless = new Set(["agent", "dev"]);
/** An example that is right to end otherwise: `status` without an agent; the audit sample under --strict. */
const otherwise: { readonly [line: string]: number } = {
  "otel-policy status": 1,
  "otel-policy history": 1,
  "otel-policy diff samples/01-draft-example samples/05-sampling-rates": 1,
  "otel-policy diff --running samples/01-draft-example": 2,
  "otel-policy rollback --to 3f9a61c0d2e4": 1,
  "otel-policy rollback --to 3f9a --listen 127.0.0.1:13134": 1,
  "otel-policy status -o json | jq .live.number": 0,
};

describe("the examples of --help work beside samples/", () => {
  for (const { name, examples } of commands.filter((command) => !endless.has(command.name)))
    for (const { line } of examples)
      test(line, async (t) => {
        requireCollector();
        const folder = mkdtempSync(join(tmpdir(), "otel-policy-test-"));
        t.after(() => rmSync(folder, { recursive: true, force: true }));
        for (const part of ["samples", "templates"]) cpSync(join(root, part), join(folder, part), { recursive: true });
        const command = join(folder, "otel-policy");
        writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${mainPath}" "$@"\n`, { mode: 0o755 });
        const { PATH } = cleanEnv();
        // Nothing listens on port 1; jq is not ours to bring.
        const env = { PATH: `${folder}:${PATH}`, OTELCOL_BIN: collectorPath, OTEL_POLICY_LISTEN: "127.0.0.1:1" };
        const { code, err } = await runProgram("sh", ["-c", line.replace(/jq \S+/, "cat")], {
          cwd: folder,
          env,
        });
        assert.equal(code, otherwise[line] ?? 0, `${name}: ${err}`);
      });
});
