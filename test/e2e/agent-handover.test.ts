import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { systemClock } from "../../src/collector/system-clock.ts";
import type { Export } from "../../src/traffic/batch.ts";
import { type Sender, startSender } from "../../src/traffic/sender.ts";
import { type Scene, startScene } from "../support/agent.ts";
import { notedCollectors, waitingCollectors } from "../support/noted-collectors.ts";
import { poll } from "../support/poll.ts";
import { scrapeProm, sumOf } from "../support/prom.ts";
import { attributeOf } from "../support/sink.ts";

const spansPerRequest = 10;

/** Requests whose spans are numbered, so that each can be found again exactly once. */
const numbered = (): (() => readonly Export[]) => {
  let last = 0;
  return () => {
    const spans = Array.from({ length: spansPerRequest }, () => {
      last += 1;
      const id = last.toString(16).padStart(16, "0");
      return {
        traceId: id.padStart(32, "0"),
        spanId: id,
        name: "request",
        kind: 2,
        flags: 0,
        status: {},
        startTimeUnixNano: "1795494668000000000",
        endTimeUnixNano: "1795494668010000000",
        attributes: [],
      };
    });
    const scopeSpans = [{ scope: { name: "test" }, spans }];
    return [
      {
        path: "/v1/traces",
        items: spansPerRequest,
        body: { resourceSpans: [{ resource: { attributes: [] }, scopeSpans }] },
      },
    ];
  };
};

/** Sends, never again what was refused, while `during` runs; then waits for what is still on its way. */
const underTraffic = async (scene: Scene, during: () => Promise<void>) => {
  scene.sink.clear();
  const sender: Sender = startSender({
    endpoint: scene.endpoint,
    perSecond: 200,
    next: numbered(),
    clock: systemClock,
  });
  try {
    await during();
  } finally {
    await sender.stop();
  }
  const counts = sender.counts();
  await poll("all accepted spans at the sink", () => scene.sink.spans.length >= counts.acceptedItems, 15_000).catch(
    () => {},
  ); // asserted below
  return counts;
};

const marks = (scene: Scene): ReadonlySet<unknown> =>
  new Set(scene.sink.spans.map(({ record }) => attributeOf(record, "mark")));

describe("handover with a real Collector", () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene({ "a.yaml": "mark: zero\n" });
    await scene.until("ready", ({ ready }) => ready);
  });
  after(() => scene.end());

  test("five edits under traffic: nothing refused, nothing lost, nothing twice", async () => {
    const names = ["one", "two", "three", "four", "five"];
    const counts = await underTraffic(scene, async () => {
      await poll("spans before the first edit", () => scene.sink.spans.length > 0);
      for (const [index, name] of names.entries()) {
        const seen = scene.sink.spans.length;
        scene.write("a.yaml", `mark: ${name}\n`);
        await scene.until(`edit ${name} live`, ({ live }) => live?.number === index + 2);
        await poll(`spans of ${name}`, () => marks(scene).has(name) && scene.sink.spans.length > seen + 500);
      }
    });
    assert.equal(counts.refusedItems, 0, counts.lastRefusal ?? "");
    assert.ok(counts.acceptedItems > 2000, `only ${counts.acceptedItems} spans were sent`);
    const ids = scene.sink.spans.map(({ record }) => record.spanId);
    assert.equal(ids.length, counts.acceptedItems);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual([...marks(scene)], ["zero", ...names]);
    assert.equal(scene.agent.view().lastReload?.outcome, "committed");
  });

  for (const [what, text, reason, code] of [
    ["is refused by validate", "no such processor\n", "validate_failed", "TP5010"],
    ["validates but does not start", "cannot start\n", "start_failed", "TP5012"],
  ] as const) {
    test(`a config that ${what}: the one before keeps running`, async () => {
      const before = scene.agent.view().live;
      const counts = await underTraffic(scene, async () => {
        scene.write("a.yaml", text);
        await scene.until("rejected", ({ lastReload }) => lastReload?.reason === reason);
        await poll("spans after it", () => scene.sink.spans.length > 500);
      });
      assert.deepEqual(scene.agent.view().live, before);
      assert.deepEqual([counts.refusedItems, scene.sink.spans.length], [0, counts.acceptedItems]);
      assert.deepEqual([...marks(scene)], ["five"]);
      assert.ok(scene.findings.some((found) => found.code === code));
      const samples = await scrapeProm(Number(new URL(scene.agent.url ?? "").port));
      assert.equal(sumOf(samples, "otel_policy_config_last_reload_successful"), 0);
      assert.equal(sumOf(samples, "otel_policy_reloads_total", { outcome: "rejected", reason }), 1);
    });
  }

  test("a file that is no policy any more: its last good text stays in force, and the next good edit applies", async () => {
    const { live } = scene.agent.view();
    scene.write("a.yaml", "mark: five\n");
    await scene.until("back", ({ lastReload }) => lastReload?.outcome === "unchanged");
    scene.write("a.yaml", "not a policy\n");
    await scene.until("told", ({ lastReload }) => lastReload?.reason === "compile_error");
    assert.deepEqual(scene.agent.view().live, live);
    scene.write("a.yaml", "mark: six\n");
    await scene.until("applied", ({ live: now }) => now?.number === (live?.number ?? 0) + 1);
    assert.deepEqual(scene.agent.view().diagnostics, []);
  });

  test("a core that dies while it is observed is taken back, and its config is not tried again unasked", async () => {
    await scene.until("serving", ({ at }) => at === "serving");
    const { live } = scene.agent.view();
    const before = notedCollectors(scene.runDir, "core-");
    scene.write("a.yaml", "mark: seven\n");
    await scene.until(
      "observing",
      ({ at, live: now }) => at === "observing" && now?.number === (live?.number ?? 0) + 1,
    );
    for (const pid of notedCollectors(scene.runDir, "core-")) if (!before.includes(pid)) process.kill(pid, "SIGKILL");
    const view = await scene.until("rolled back", ({ lastReload }) => lastReload?.outcome === "rolledBack");
    assert.deepEqual([view.live?.number, view.live?.digest], [live?.number, live?.digest]);
    const counts = await underTraffic(scene, () => poll("spans", () => scene.sink.spans.length > 300).then(() => {}));
    assert.deepEqual([counts.refusedItems, scene.sink.spans.length], [0, counts.acceptedItems]);
    assert.deepEqual([...marks(scene)], ["six"]);

    scene.write("a.yaml", "mark: six\n");
    await scene.until("unchanged", ({ lastReload }) => lastReload?.outcome === "unchanged");
    scene.write("a.yaml", "mark: seven\n");
    await scene.until("known bad", ({ lastReload }) => lastReload?.reason === "known_bad");
    const answer = await fetch(`${scene.agent.url}/-/reload`, { method: "POST" });
    assert.equal(answer.status, 200);
    assert.equal(scene.agent.view().lastReload?.outcome, "committed");
  });

  test("kill -9 of the core under traffic: it comes back, and only what it held can be lost", async () => {
    await scene.until("serving", ({ at }) => at === "serving");
    const restarts = async (): Promise<number> =>
      sumOf(await scrapeProm(Number(new URL(scene.agent.url ?? "").port)), "otel_policy_collector_restarts_total") ?? 0;
    const before = await restarts();
    const counts = await underTraffic(scene, async () => {
      await poll("spans before", () => scene.sink.spans.length > 300);
      const pids = notedCollectors(scene.runDir, "core-");
      assert.equal(pids.length, 1);
      process.kill(pids[0] ?? 0, "SIGKILL");
      const seen = scene.sink.spans.length;
      await poll("another core", () => notedCollectors(scene.runDir, "core-").some((pid) => !pids.includes(pid)));
      await poll("spans after", () => scene.sink.spans.length > seen + 1000);
    });
    assert.equal(counts.refusedItems, 0, counts.lastRefusal ?? "");
    assert.ok(scene.sink.spans.length >= 0.9 * counts.acceptedItems);
    assert.equal(scene.agent.view().lastReload?.outcome, "committed");
    assert.equal(await restarts(), before + 1);
  });

  test("kill -9 of ingest: it comes back on the same port", async () => {
    const [pid = 0] = notedCollectors(scene.runDir, "ingest-");
    process.kill(pid, "SIGKILL");
    await scene.until("not ready", ({ ready }) => !ready);
    await scene.until("ready again", ({ ready }) => ready);
    const counts = await underTraffic(scene, () => poll("spans", () => scene.sink.spans.length > 300).then(() => {}));
    assert.deepEqual([counts.refusedItems, scene.sink.spans.length], [0, counts.acceptedItems]);
  });

  test("a stop under traffic delivers whatever was accepted", async () => {
    scene.sink.clear();
    const sender = startSender({ endpoint: scene.endpoint, perSecond: 200, next: numbered(), clock: systemClock });
    await poll("spans", () => scene.sink.spans.length > 500);
    const began = performance.now();
    await scene.agent.stop();
    assert.ok(performance.now() - began < 10_000);
    const { acceptedItems, refusedItems } = await sender.stop();
    assert.ok(refusedItems > 0, "the port was closed only after the sender stopped");
    assert.equal(scene.sink.spans.length, acceptedItems);
    assert.equal(scene.agent.view().ready, false);
    assert.deepEqual([...notedCollectors(scene.runDir), ...waitingCollectors(scene.runDir)], []);
  });
});
