import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { requireCollector } from "../support/collector.ts";
import { startOracle } from "../support/oracle.ts";
import { markPolicy, type PolicyScene, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { lastMark } from "../support/sink.ts";

describe("the single topology with a Collector of our own", () => {
  let scene: PolicyScene;
  before(async () => {
    scene = await startPolicyScene({ "a.yaml": markPolicy("a", "mark-0") }, { topology: "single" });
    await scene.until("ready", ({ ready }) => ready);
  });
  after(() => scene.end());

  test("edits under traffic: in service after a gap that is told; what is refused and sent again arrives", async () => {
    const oracle = startOracle({ endpoint: scene.endpoint, perSecond: 100, gateways: ["a"], retries: true });
    for (const mark of ["mark-1", "mark-2", "mark-3"]) {
      scene.write("a.yaml", markPolicy("a", mark));
      await poll(mark, () => lastMark(scene.sink) === mark);
    }
    await oracle.stop();
    const verdict = await oracle.verdict([scene.sink]);
    assert.deepEqual([verdict.refused, verdict.lost], [0, 0]);
    const entries = (await (await fetch(`${scene.agent.url}/api/v1/generations`)).json()) as {
      readonly ledger: readonly { readonly gapMs: number; readonly outcome: string }[];
    };
    const gaps = entries.ledger.slice(1).map(({ gapMs }) => gapMs);
    assert.equal(gaps.length, 3);
    for (const gap of gaps) assert.ok(gap > 0 && gap < 5000, `a gap of ${gap} ms`);
  });

  test("a config that is refused never reaches the Collector that runs", async () => {
    const { live } = scene.agent.view();
    const pid = readFileSync(join(scene.runDir, "collector.yaml"), "utf8");
    scene.write("a.yaml", "nonsense");
    await scene.until("told", ({ lastReload }) => lastReload?.reason === "compile_error");
    assert.deepEqual(scene.agent.view().live, live);
    assert.equal(readFileSync(join(scene.runDir, "collector.yaml"), "utf8"), pid);
  });

  test("killed, it comes back with the same config", async () => {
    const [pid = 0] = pidsOf(scene.runDir);
    process.kill(pid, "SIGKILL");
    await scene.until("down", ({ ready }) => !ready);
    await scene.until("up", ({ ready }) => ready);
    scene.write("a.yaml", markPolicy("a", "mark-4"));
    const oracle = startOracle({ endpoint: scene.endpoint, perSecond: 50, gateways: ["a"], retries: true });
    await poll("mark-4", () => lastMark(scene.sink) === "mark-4");
    await oracle.stop();
  });
});

const pidsOf = (runDir: string): readonly number[] => {
  const { readdirSync } = process.getBuiltinModule("node:fs");
  return readdirSync(runDir).flatMap((name) => {
    const pid = Number(/^process-(\d+)$/.exec(name)?.[1]);
    return Number.isSafeInteger(pid) ? [pid] : [];
  });
};

describe("a Collector that others run", () => {
  let root: string;
  let child: ChildProcess | null = null;
  before(() => {
    root = mkdtempSync(join(tmpdir(), "signal-"));
  });
  after(() => {
    child?.kill("SIGKILL");
    rmSync(root, { recursive: true, force: true });
  });

  test("none: the config is written, nothing runs", async () => {
    const configOut = join(root, "none.yaml");
    const scene = await startPolicyScene(
      { "a.yaml": markPolicy("a", "mark-0") },
      { topology: "single", collectorMode: { kind: "none", configOut }, once: true, listen: null },
    );
    const { reason } = await scene.agent.stopped;
    assert.equal(reason, "applied once");
    assert.match(readFileSync(configOut, "utf8"), /mark-0/);
    await scene.end();
  });

  for (const by of ["pid file", "process name"] as const)
    test(`signal, known by its ${by}: written, told by SIGHUP, in service`, async () => {
      const configOut = join(root, "signal.yaml");
      const pidFile = join(root, "pid");
      // A name of its own: other Collectors of this machine must not be told.
      const processName = `otelcol-${process.pid}`;
      const binary = join(root, processName);
      symlinkSync(requireCollector(), binary);
      const find = by === "pid file" ? { pidFile } : { processName };
      const options = { topology: "single", collectorMode: { kind: "signal", configOut, find } } as const;
      const first = await startPolicyScene(
        { "a.yaml": markPolicy("a", "mark-0") },
        { ...options, collectorMode: { kind: "none", configOut }, once: true, listen: null },
      );
      await first.agent.stopped;
      await first.end();
      const run = (): void => {
        child = spawn(binary, [`--config=file:${configOut}`], { stdio: "ignore" });
        writeFileSync(pidFile, String(child.pid));
        // As a supervisor does.
        void once(child, "exit").then(([, signal]) => signal === "SIGKILL" || run());
      };
      run();
      const scene = await startPolicyScene({ "a.yaml": markPolicy("a", "mark-1") }, { ...options, resyncMs: 500 });
      try {
        await scene.until("ready", ({ ready }) => ready);
        const oracle = startOracle({ endpoint: scene.endpoint, perSecond: 50, gateways: ["a"], retries: true });
        await poll("mark-1", () => lastMark(scene.sink) === "mark-1");
        scene.write("a.yaml", markPolicy("a", "mark-2"));
        await poll("mark-2", () => lastMark(scene.sink) === "mark-2");
        await oracle.stop();
        await scene.until("settled", ({ at }) => at === "serving");
      } finally {
        child?.kill("SIGKILL");
        unlinkSync(binary);
        await scene.end();
      }
    });
});
