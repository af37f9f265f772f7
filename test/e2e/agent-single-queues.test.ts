import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startOracle } from "../support/oracle.ts";
import { markPolicy, type PolicyScene, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { attributeOf, startSink } from "../support/sink.ts";

const marks = (scene: PolicyScene): ReadonlySet<unknown> =>
  new Set(scene.sink.spans.map(({ record }) => attributeOf(record, "mark")));

const live = (scene: PolicyScene): string => readFileSync(join(scene.runDir, "collector.yaml"), "utf8");

const slots = (runDir: string): readonly string[] => readdirSync(runDir).filter((name) => name.startsWith("queue-"));

const collectorOf = ({ runDir }: PolicyScene): number => {
  const notes = readdirSync(runDir).filter((name) => /^process-\d+$/.test(name));
  const note = notes.find((name) => readFileSync(join(runDir, name), "utf8").endsWith("/collector.yaml"));
  return Number(note?.slice("process-".length));
};

/** Longer than a Collector is waited for that loses nothing. */
const hangMs = 12_000;

const ledger = async (scene: PolicyScene): Promise<readonly { readonly gapMs: number }[]> => {
  const answer = await fetch(`${scene.agent.url}/api/v1/generations`);
  return ((await answer.json()) as { readonly ledger: readonly { readonly gapMs: number }[] }).ledger;
};

describe("queues of the single topology", () => {
  let scene: PolicyScene;
  before(async () => {
    scene = await startPolicyScene(
      { "a.yaml": markPolicy("a", "mark-0") },
      // Longer than anybody here waits: a Collector that does not let go must not be waited for.
      { topology: "single", reloadTimeoutMs: 60_000 },
    );
    await scene.until("ready", ({ ready }) => ready);
  });
  after(() => scene.end());

  test("a backend that hangs does not keep an edit from being in service, and gets what was held for it", async () => {
    const oracle = startOracle({ endpoint: scene.endpoint, perSecond: 40, gateways: ["a"] });
    await poll("spans", () => scene.sink.spans.length > 50);
    scene.sink.behave({ delayMs: hangMs, status: 503 });
    const taken = oracle.accepted();
    await poll("more to wait for it", () => oracle.accepted() > taken + 100);
    scene.write("a.yaml", markPolicy("a", "mark-1"));
    await scene.until(
      "in service",
      ({ lastReload }) => lastReload?.outcome === "committed" && /mark-1/.test(live(scene)),
    );
    const { gapMs = Number.NaN } = (await ledger(scene)).at(-1) ?? {};
    assert.ok(gapMs < hangMs, `a gap of ${gapMs} ms`);
    const atCommit = oracle.accepted();
    await poll("taken again", () => oracle.accepted() > atCommit + 100);
    scene.sink.behave({});
    await oracle.stop();
    const { lost } = await oracle.verdict([scene.sink], 40_000, 60_000);
    assert.equal(lost, 0);
    assert.deepEqual(marks(scene), new Set(["mark-0", "mark-1"]));
    await poll("queues of the former config gone", () => slots(scene.runDir).length === 1, 20_000);
  });

  test("killed with full queues, it loses nothing", async () => {
    scene.sink.behave({ status: 503 });
    const oracle = startOracle({ endpoint: scene.endpoint, perSecond: 40, gateways: ["a"] });
    await poll("spans", () => oracle.accepted() > 200);
    process.kill(collectorOf(scene), "SIGKILL");
    await scene.until("down", ({ ready }) => !ready);
    await scene.until("up", ({ ready }) => ready);
    scene.sink.behave({});
    await oracle.stop();
    const { lost } = await oracle.verdict([scene.sink], 20_000, 40_000);
    assert.equal(lost, 0);
  });

  test("what waits for a backend that an edit takes away is delivered to it all the same, and to no other", async () => {
    scene.sink.behave({ status: 503 });
    const oracle = startOracle({ endpoint: scene.endpoint, perSecond: 40, gateways: ["a"] });
    await poll("spans", () => oracle.accepted() > 200);
    await oracle.stop();
    scene.write("a.yaml", markPolicy("a", "mark-2").replace("otel-collector.monitoring", "other.monitoring"));
    await scene.until(
      "in service",
      ({ lastReload }) => lastReload?.outcome === "committed" && /mark-2/.test(live(scene)),
    );
    scene.sink.behave({});
    const { lost } = await oracle.verdict([scene.sink], 20_000, 40_000);
    assert.equal(lost, 0);
    assert.ok(!marks(scene).has("mark-2"), "nothing of it went through the new config");
  });
});

test("what an agent could not deliver before it was stopped is delivered by the next one", async () => {
  const runDir = mkdtempSync(join(tmpdir(), "single-queues-"));
  const options = { topology: "single", runDir } as const;
  const first = await startPolicyScene({ "a.yaml": markPolicy("a", "mark-0") }, options);
  await first.until("ready", ({ ready }) => ready);
  first.sink.behave({ status: 503 });
  const oracle = startOracle({ endpoint: first.endpoint, perSecond: 40, gateways: ["a"] });
  await poll("spans", () => oracle.accepted() > 200);
  await oracle.stop();
  await first.end();
  const sink = await startSink({}, first.sink.port);
  const second = await startPolicyScene({ "a.yaml": markPolicy("a", "mark-1") }, options);
  try {
    const { lost } = await oracle.verdict([sink], 20_000, 40_000);
    assert.equal(lost, 0);
  } finally {
    await second.end();
    await sink.close();
    rmSync(runDir, { recursive: true, force: true });
  }
});
