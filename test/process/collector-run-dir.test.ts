import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openRunDir } from "../../src/collector/run-dir.ts";
import { childPath, temporaryFolder } from "../support/children.ts";

/** Another agent, and the first thing it says: `held`, or the code it was refused with. */
const otherAgent = async (folder: string) => {
  const child = spawn(process.execPath, [childPath("holds-run-dir.ts"), folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const [said] = await once(child.stdout, "data");
  return {
    pid: child.pid,
    said: String(said).trim(),
    kill: async (): Promise<void> => {
      child.kill("SIGKILL");
      await exited;
    },
  };
};

test("two agents do not share a run directory; one that was killed does not hold it", async (t) => {
  const folder = join(temporaryFolder(t), "run");
  const other = await otherAgent(folder);
  t.after(other.kill);
  assert.equal(other.said, "held");

  const refused = await openRunDir(folder);
  assert.equal(refused.value, null);
  assert.equal(refused.diagnostics[0]?.code, "TP5022");
  assert.match(refused.diagnostics[0]?.message ?? "", new RegExp(`another agent \\(process ${other.pid}\\)`));

  await other.kill();
  assert.equal(existsSync(join(folder, "agent.lock")), true, "a killed agent leaves its lock file");
  const taken = await openRunDir(folder);
  assert.ok(taken.value);
  const late = await otherAgent(folder);
  assert.equal(late.said, "TP5022");
  await late.kill();
  await taken.value.release();
});
