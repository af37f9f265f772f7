import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { lateFiles } from "../../src/agent/late-values.ts";
import { QueueRoom } from "../../src/agent/queue-room.ts";
import type { Site } from "../../src/agent/site.ts";
import { Standby } from "../../src/agent/standby.ts";
import { openRunDir } from "../../src/collector/run-dir.ts";
import { systemClock } from "../../src/collector/system-clock.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { temporaryFolder } from "../support/children.ts";
import { requireCollector } from "../support/collector.ts";
import { killNow, waitingCollectors } from "../support/noted-collectors.ts";
import { poll } from "../support/poll.ts";

const proposal = { digest: "d1", ingestDigest: "", core: "what it runs", ingest: "", flawed: false };

/** A standby in a run directory of its own, with one that waits; `freed` are the slots that it gave back. */
const withOneWaiting = async (t: TestContext) => {
  const { value: runDir } = await openRunDir(temporaryFolder(t));
  assert.ok(runDir !== null);
  const site: Site = {
    binary: { path: requireCollector(), version: "0.158.0", components: new Set(), source: "built" },
    runDir,
    queueRoom: new QueueRoom(runDir.path),
    env: {},
    stdout: "ignore",
    endWithParent: true,
    log: createLog({ level: "error", format: "logfmt", clock: systemClock, write: () => {} }),
    clock: systemClock,
    externalIngest: null,
    standby: true,
    reloadTimeoutMs: 1000,
    drainTimeoutMs: 1000,
    observeMs: 1000,
    hangMs: 30_000,
    stopTimeoutMs: 1000,
  };
  const freed: string[] = [];
  const standby = new Standby({
    site,
    place: () => ({ serial: 7, slot: "a" }),
    onEnded: (slot) => freed.push(slot),
  });
  t.after(() => standby.stop());
  standby.refill();
  const pid = await poll("one that waits", () => waitingCollectors(runDir.path)[0] ?? null);
  return { standby, pid, freed };
};

const take = async (standby: Standby) => {
  const launch = await standby.take(proposal);
  assert.ok(launch !== null && !("reason" in launch), JSON.stringify(launch));
  return launch;
};

/** Until its end was noticed here: its note goes then. */
const killed = async (pid: number, folder: string): Promise<void> => {
  killNow(pid);
  await poll("gone", () => !existsSync(`${folder}/process-${pid}`));
};

test("one that ends after it was chosen: its place, and what was written for it, are left to the one that follows it", async (t) => {
  const { standby, pid, freed } = await withOneWaiting(t);
  const launch = await take(standby);
  await killed(pid, launch.env["OTEL_POLICY_RUN_DIR"] ?? "");
  assert.equal(standby.release(launch), null);
  assert.deepEqual(freed, []);
  const { digest, telemetryPort } = lateFiles(launch.configPath);
  assert.deepEqual(
    [launch.configPath, digest, telemetryPort].map((path) => readFileSync(path, "utf8")),
    ["what it runs", "d1", String(launch.telemetryPort)],
  );
});

test("one that ends after it was chosen for what is then not started: whoever forgets that clears the place", async (t) => {
  const { standby, pid, freed } = await withOneWaiting(t);
  const launch = await take(standby);
  await killed(pid, launch.env["OTEL_POLICY_RUN_DIR"] ?? "");
  assert.equal(standby.forget(launch), false);
  assert.deepEqual(freed, []);
});

test("one that was chosen for what is then not started ends, and gives its place back", async (t) => {
  const { standby, freed } = await withOneWaiting(t);
  const launch = await take(standby);
  assert.equal(standby.forget(launch), true);
  await poll("its place is free", () => freed.includes("a"));
  await poll("nothing of it is left", () => !existsSync(launch.configPath));
});

test("one that ends while it waits gives its place back, and none is taken", async (t) => {
  const { standby, pid, freed } = await withOneWaiting(t);
  killNow(pid);
  await poll("its place is free", () => freed.includes("a"));
  assert.equal(await standby.take(proposal), null);
});
