import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startScene } from "../support/agent.ts";
import { freePort } from "../support/free-port.ts";

const pidsIn = (runDir: string): readonly number[] =>
  readdirSync(runDir).flatMap((name) => {
    const pid = /^process-(\d+)$/.exec(name)?.[1];
    return pid === undefined ? [] : [Number(pid)];
  });

/** A process that ended and that nobody has waited for yet has an empty command line. */
const isAlive = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
};
const supported = existsSync("/proc/self/cmdline");

const story = "an agent that is killed leaves its Collectors running; the next one ends them and takes over";

test(story, { skip: supported ? false : "there is no /proc on this system" }, async () => {
  const root = mkdtempSync(join(tmpdir(), "crash-"));
  const runDir = join(root, "run");
  const port = await freePort();
  const main = fileURLToPath(new URL("../support/agent-main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, runDir, String(port)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: root },
  });
  try {
    await Promise.race([
      once(child.stdout, "data"),
      once(child, "exit").then(([code]) => Promise.reject(new Error(`the agent ended with ${code}`))),
    ]);
    const before = pidsIn(runDir);
    assert.equal(before.length, 2);
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.deepEqual(before.map(isAlive), [true, true]);

    const scene = await startScene(
      { "a.yaml": "mark: two\n" },
      { runDir, base: { path: "base.yaml", text: String(port) } },
    );
    try {
      await scene.until("ready", ({ ready }) => ready);
      assert.deepEqual(before.map(isAlive), [false, false]);
      assert.equal(pidsIn(runDir).length, 2);
    } finally {
      await scene.end();
    }
  } finally {
    child.kill("SIGKILL");
    for (const pid of pidsIn(runDir)) if (isAlive(pid)) process.kill(pid, "SIGKILL");
    rmSync(root, { recursive: true, force: true });
  }
});
