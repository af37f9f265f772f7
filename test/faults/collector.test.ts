import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { inspect } from "../../src/collector/inspect.ts";
import { requireCollector } from "../support/collector.ts";
import { notedCollectors } from "../support/noted-collectors.ts";
import { startOracle } from "../support/oracle.ts";
import { markPolicy, type PolicyScene, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { lastMark } from "../support/sink.ts";

const misbehaving = fileURLToPath(new URL("collectors/misbehaves.sh", import.meta.url));

describe("a Collector misbehaves with one config", () => {
  let scene: PolicyScene;
  let marks = 0;
  before(async () => {
    const path = requireCollector();
    const { value } = await inspect(path, { env: process.env });
    assert.ok(value !== null);
    scene = await startPolicyScene(
      { "a.yaml": markPolicy("a", "mark-0") },
      {
        collector: { ...value, path: misbehaving, source: "flag" },
        env: { PATH: process.env["PATH"], REAL_COLLECTOR: path },
        reloadTimeoutMs: 2500,
        drainTimeoutMs: 1500,
        observeMs: 2000,
      },
    );
    await scene.until("ready", ({ ready }) => ready);
  });
  after(() => scene.end());

  /** A good edit afterwards shows that nothing is stuck, and nothing was lost on the way. */
  const underTraffic = async (during: () => Promise<void>, twice: "never" | "in flight" = "never"): Promise<void> => {
    const oracle = startOracle({ endpoint: scene.endpoint, perSecond: 50, gateways: ["a"] });
    await poll("spans", () => oracle.accepted() > 50);
    await during();
    marks += 1;
    const mark = `good-${marks}`;
    scene.write("a.yaml", markPolicy("a", mark));
    await poll(mark, () => lastMark(scene.sink) === mark, 20_000);
    await oracle.stop();
    const verdict = await oracle.verdict([scene.sink]);
    assert.deepEqual([verdict.refused, verdict.lost], [0, 0], JSON.stringify(verdict));
    if (twice === "never") assert.equal(verdict.doubled, 0, JSON.stringify(verdict));
    await scene.until("rest", ({ at }) => at === "serving");
  };

  test("never healthy: given up, what ran runs on", () =>
    underTraffic(async () => {
      const { live } = scene.agent.view();
      scene.write("a.yaml", markPolicy("a", "NEVER_HEALTHY"));
      const view = await scene.until("given up", ({ lastReload }) => lastReload?.reason === "not_healthy");
      assert.deepEqual(view.live, live);
      assert.ok(view.diagnostics.some(({ code }) => code === "TP5014"));
    }));

  test("dies a second after it came into service: what was before comes back, and it is not tried again", () =>
    underTraffic(async () => {
      const digest = scene.agent.view().live?.digest;
      scene.write("a.yaml", markPolicy("a", "DIES_LATER"));
      const view = await scene.until("taken back", ({ lastReload }) => lastReload?.outcome === "rolledBack");
      assert.deepEqual([view.lastReload?.reason, view.live?.digest], ["died", digest]);
    }, "in flight"));

  test("floods stderr: in service all the same, and its log file stays small", () =>
    underTraffic(async () => {
      const number = scene.agent.view().live?.number ?? 0;
      scene.write("a.yaml", markPolicy("a", "FLOODS"));
      await scene.until("in service", ({ live }) => live?.number === number + 1);
      const { readdirSync, statSync } = await import("node:fs");
      await poll("a small log", () =>
        readdirSync(scene.runDir)
          .filter((name) => name.endsWith(".log") && name.startsWith("core"))
          .every((name) => statSync(`${scene.runDir}/${name}`).size < 9_000_000),
      );
    }));

  test("ignores TERM: killed when its time is up, after another serves", () =>
    underTraffic(async () => {
      const number = scene.agent.view().live?.number ?? 0;
      scene.write("a.yaml", markPolicy("a", "IGNORES_TERM"));
      await scene.until("in service", ({ live }) => live?.number === number + 1);
      await scene.until("rest", ({ at }) => at === "serving");
      const stubborn = notedCollectors(scene.runDir, "core");
      scene.write("a.yaml", markPolicy("a", "another"));
      await scene.until("replaced", ({ live }) => live?.number === number + 2);
      await poll("its end", () => notedCollectors(scene.runDir, "core").every((pid) => !stubborn.includes(pid)));
    }));
});
