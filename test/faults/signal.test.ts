import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { AgentOptions } from "../../src/agent/options.ts";
import { requireCollector } from "../support/collector.ts";
import { freePorts } from "../support/free-port.ts";
import { startOracle } from "../support/oracle.ts";
import { testBase } from "../support/policy-collector.ts";
import { markPolicy, type PolicyScene, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { lastMark, type Sink, startSink } from "../support/sink.ts";

const others = fileURLToPath(new URL("collectors/others.sh", import.meta.url));
const supported = existsSync("/proc/self/cmdline");

for (const way of ["pid file", "process name"] as const)
  describe(`a Collector that others run, known by its ${way}`, {
    skip: supported ? false : "there is no /proc on this system",
  }, () => {
    let root: string;
    let configOut: string;
    let sink: Sink;
    let endpoint: string;
    let options: Partial<AgentOptions>;
    let child: ChildProcess | null = null;
    let endSupervision = (): void => {};
    let starts = 0;
    let scene: PolicyScene | null = null;
    /** Its supervisor starts it anew when it has ended; `pauseMs` later. */
    let run: (pauseMs: number, file?: string) => void;

    beforeEach(async () => {
      root = mkdtempSync(join(tmpdir(), "other-"));
      const config = join(root, "collector.yaml");
      configOut = config;
      const pidFile = join(root, "pid");
      // A name of its own: other Collectors of this machine must not be told.
      const processName = `other-${process.pid}-${way === "pid file" ? "a" : "b"}`;
      const binary = join(root, processName);
      symlinkSync(requireCollector(), binary);
      sink = await startSink();
      const [otlp = 0, prometheus = 0, health = 0] = await freePorts(3);
      endpoint = `http://127.0.0.1:${otlp}`;
      const base = testBase({ otlp, prometheus }, sink);
      options = {
        topology: "single",
        collectorMode: {
          kind: "signal",
          configOut,
          find: way === "pid file" ? { pidFile } : { processName },
        },
        // One of the two says how it is, the other does not.
        base:
          way === "pid file"
            ? base
            : {
                ...base,
                text: `extensions: {health_check: {endpoint: "127.0.0.1:${health}"}}\n${base.text.replace(
                  "service:\n",
                  "service:\n  extensions: [health_check]\n",
                )}`,
              },
        redirectSinks: sink.url,
        runDir: join(root, "run"),
      };
      let isOver = false;
      endSupervision = () => {
        isOver = true;
      };
      starts = 0;
      const supervise = (pauseMs: number, file = binary): void => {
        if (isOver) return;
        starts += 1;
        const started = spawn(file, file === "bash" ? [others, config] : [`--config=file:${config}`], {
          argv0: processName,
          stdio: "ignore",
          detached: true,
          env: { PATH: process.env["PATH"], REAL_COLLECTOR: requireCollector() },
        });
        child = started;
        writeFileSync(pidFile, String(started.pid));
        started.once("exit", () => setTimeout(() => supervise(pauseMs, file), pauseMs));
      };
      run = supervise;
      const first = await startPolicyScene(
        { "a.yaml": markPolicy("a", "mark-0") },
        { ...options, collectorMode: { kind: "none", configOut }, once: true, listen: null },
      );
      await first.agent.stopped;
      await first.end();
    });
    afterEach(async () => {
      endSupervision();
      await scene?.end();
      scene = null;
      if (child?.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
      await sink.close();
      rmSync(root, { recursive: true, force: true });
    });

    const start = async (mark: string): Promise<PolicyScene> => {
      scene = await startPolicyScene({ "a.yaml": markPolicy("a", mark) }, options);
      await scene.until("ready", ({ ready, at }) => ready && at === "serving");
      return scene;
    };
    const traffic = () => startOracle({ endpoint, perSecond: 50, gateways: ["a"], retries: true });

    for (const pauseMs of [50, 1500])
      test(`it dies of a new config: what was before comes back, started anew after ${pauseMs} ms`, async () => {
        run(pauseMs, "bash");
        const { agent, write, until } = await start("mark-1");
        const oracle = traffic();
        await poll("mark-1", () => lastMark(sink) === "mark-1");
        const { live } = agent.view();
        const good = readFileSync(configOut, "utf8");
        write("a.yaml", markPolicy("a", "DIES_OF_IT"));
        const view = await until("told", ({ lastReload }) => lastReload?.outcome === "rejected");
        assert.equal(view.lastReload?.reason, "commit_failed");
        await until("ready again", ({ ready, at }) => ready && at === "serving");
        assert.deepEqual(agent.view().live, live);
        assert.equal(readFileSync(configOut, "utf8"), good);
        const accepted = oracle.accepted();
        await poll("taken again", () => oracle.accepted() > accepted + 50);
        assert.equal(lastMark(sink), "mark-1");
        write("a.yaml", markPolicy("a", "mark-2"));
        await poll("mark-2", () => lastMark(sink) === "mark-2");
        await oracle.stop();
        const verdict = await oracle.verdict([sink]);
        assert.deepEqual([verdict.refused, verdict.lost], [0, 0], JSON.stringify(verdict));
      });

    test("killed and started anew by whoever runs it: with what is in force, and not told while it is too young to hear", async () => {
      run(50);
      const { agent, write, until } = await start("mark-1");
      const { live } = agent.view();
      for (const round of [1, 2]) {
        child?.kill("SIGKILL");
        await until("noticed", ({ ready }) => !ready);
        await until("ready again", ({ ready, at }) => ready && at === "serving");
        assert.equal(starts, 1 + round, "its supervisor had to start it more often than it was killed");
      }
      assert.deepEqual(agent.view().live, live);
      const oracle = traffic();
      await poll("mark-1", () => lastMark(sink) === "mark-1");
      write("a.yaml", markPolicy("a", "mark-2"));
      await poll("mark-2", () => lastMark(sink) === "mark-2");
      await oracle.stop();
      const verdict = await oracle.verdict([sink]);
      assert.deepEqual([verdict.refused, verdict.lost, starts], [0, 0, 3], JSON.stringify(verdict));
    });

    test("it is not there, and comes later: the config waits for it", async () => {
      scene = await startPolicyScene({ "a.yaml": markPolicy("a", "mark-1") }, options);
      await poll("written", () => readFileSync(configOut, "utf8").includes("mark-1"));
      assert.equal(scene.agent.view().ready, false);
      run(50);
      await scene.until("ready", ({ ready, lastReload }) => ready && lastReload?.outcome === "committed");
      assert.equal(starts, 1);
    });

    test("the agent ends and another begins: the Collector is not disturbed; an unproven config is put back", async () => {
      run(50, "bash");
      const first = await start("mark-1");
      const good = readFileSync(configOut, "utf8");
      const before = first.agent.view().live;
      await first.end();
      const oracle = startOracle({ endpoint, perSecond: 50, gateways: ["a"] });
      const second = await start("mark-1");
      const { live } = await second.until("looked", ({ lastReload }) => lastReload?.reason === "same_digest");
      assert.deepEqual([live?.number, live?.digest], [before?.number, before?.digest]);
      await oracle.stop();
      const verdict = await oracle.verdict([sink]);
      assert.deepEqual([verdict.refused, verdict.lost, starts], [0, 0, 1], JSON.stringify(verdict));
      await second.end();

      // As an agent leaves it that is killed between the writing and the proof.
      writeFileSync(configOut, good.replace("mark-1", "DIES_OF_IT"));
      if (child?.pid !== undefined) process.kill(child.pid, "SIGHUP");
      await poll("its end", () => starts > 1);
      const third = await start("DIES_OF_IT");
      await third.until("told", ({ lastReload }) => lastReload?.reason === "commit_failed");
      await third.until("ready", ({ ready, at }) => ready && at === "serving");
      assert.equal(readFileSync(configOut, "utf8"), good);
      const after = traffic();
      await poll("mark-1", () => lastMark(sink) === "mark-1");
      await after.stop();
    });
  });
