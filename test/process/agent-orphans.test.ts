import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { endOrphans, forgetProcess, noteProcess } from "../../src/agent/orphans.ts";
import { realClock } from "../support/real-clock.ts";

const supported = existsSync("/proc/self/cmdline");

describe("endOrphans", { skip: supported ? false : "there is no /proc on this system" }, () => {
  let folder: string;
  const children: ChildProcess[] = [];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "orphans-"));
  });
  after(() => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  /** A process whose command line looks like a Collector's; `stubborn` ignores TERM. */
  const start = async (config: string, stubborn = false): Promise<ChildProcess & { readonly pid: number }> => {
    const code = `${stubborn ? 'process.on("SIGTERM", () => {});' : ""} setInterval(() => {}, 1000); console.log("up")`;
    const child = spawn(process.execPath, ["-e", code, "--", `--config=file:${config}`], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    await once(child.stdout, "data");
    const { pid } = child;
    assert.ok(pid !== undefined);
    return Object.assign(child, { pid });
  };
  const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

  test("ends what an agent before left running, also what does not want to, and their configs", async () => {
    const config = join(folder, "core-1.yaml");
    writeFileSync(config, "secret");
    const willing = await start(config);
    const stubborn = await start(config, true);
    await noteProcess(folder, willing.pid, config);
    await noteProcess(folder, stubborn.pid, config);
    const ends = Promise.all([once(willing, "exit"), once(stubborn, "exit")]);
    assert.equal(await endOrphans(folder, realClock), 2);
    const [[, one], [, other]] = await ends;
    assert.deepEqual([one, other], ["SIGTERM", "SIGKILL"]);
    assert.deepEqual(readdirSync(folder), []);
  });

  test("a process id that belongs to somebody else by now is left alone", async () => {
    const other = await start("/elsewhere/core-1.yaml");
    await noteProcess(folder, other.pid, join(folder, "core-1.yaml"));
    assert.equal(await endOrphans(folder, realClock), 0);
    assert.ok(isAlive(other));
    assert.deepEqual(readdirSync(folder), []);
  });

  test("a Collector that ended in order leaves no note", async () => {
    await noteProcess(folder, 4711, "x");
    await forgetProcess(folder, 4711);
    assert.deepEqual(readdirSync(folder), []);
  });
});
