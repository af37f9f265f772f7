import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startOracle } from "../support/oracle.ts";
import { markPolicy, type PolicyScene, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { type SickDoor, startSickDoor } from "../support/sick-door.ts";
import { lastMark } from "../support/sink.ts";

describe("a backend misbehaves while an edit arrives", () => {
  let scene: PolicyScene;
  let door: SickDoor;
  let edit = 0;
  before(async () => {
    const { startSink } = await import("../support/sink.ts");
    const sink = await startSink();
    door = await startSickDoor(sink.port);
    scene = await startPolicyScene({ "a.yaml": markPolicy("a", "mark-0") }, { redirectSinks: door.url });
    await scene.sink.close();
    Object.assign(scene, { sink });
    await scene.until("ready", ({ ready }) => ready);
  });
  after(async () => {
    await door.close();
    await scene.end();
    await scene.sink.close();
  });

  const cases: readonly (readonly [what: string, begin: () => void, end: () => void])[] = [
    ["answers 503", () => scene.sink.behave({ status: 503 }), () => scene.sink.behave({})],
    ["is slow", () => scene.sink.behave({ delayMs: 700 }), () => scene.sink.behave({})],
    ["resets every connection", () => door.reset(true), () => door.reset(false)],
    ["hangs", () => door.hang(true), () => door.hang(false)],
  ];
  for (const [what, begin, end] of cases)
    test(`${what}: the edit is in service meanwhile, and everything arrives afterwards`, async (t) => {
      const oracle = startOracle({ endpoint: scene.endpoint, perSecond: 50, gateways: ["a"] });
      await poll("spans", () => scene.sink.spans.length > 100);
      begin();
      await poll("some that wait", () => oracle.accepted() > 200);
      const number = scene.agent.view().live?.number ?? 0;
      edit += 1;
      const began = performance.now();
      scene.write("a.yaml", markPolicy("a", `mark-${edit}`));
      // In service while the backend is still sick: nothing waited for it.
      await scene.until("the edit", ({ live }) => live?.number === number + 1);
      t.diagnostic(`${what}: in service after ${Math.round(performance.now() - began)} ms`);
      const accepted = oracle.accepted();
      await poll("more accepted", () => oracle.accepted() > accepted + 100);
      end();
      await oracle.stop();
      const verdict = await oracle.verdict([scene.sink], 12_000, 60_000);
      assert.deepEqual([verdict.refused, verdict.lost], [0, 0], JSON.stringify(verdict));
      // A slow answer can come after the one that waited for it was asked to leave.
      t.diagnostic(`${what}: ${verdict.accepted} accepted, ${verdict.doubled} twice`);
      assert.equal(lastMark(scene.sink) === undefined, false);
      await scene.until("rest", ({ at }) => at === "serving");
      assert.equal(scene.agent.view().lastReload?.outcome, "committed", JSON.stringify(scene.agent.view().lastReload));
      scene.sink.clear();
    });

  test("gone when the core is killed: what it held is delivered by another when the backend is back", async () => {
    const { killNow, notedCollectors } = await import("../support/noted-collectors.ts");
    const oracle = startOracle({ endpoint: scene.endpoint, perSecond: 50, gateways: ["a"] });
    await poll("spans", () => scene.sink.spans.length > 50);
    door.reset(true);
    const before = oracle.accepted();
    await poll("some that wait", () => oracle.accepted() > before + 200);
    for (const pid of notedCollectors(scene.runDir, "core")) killNow(pid);
    const killed = oracle.accepted();
    await poll("more", () => oracle.accepted() > killed + 100);
    door.reset(false);
    await oracle.stop();
    const verdict = await oracle.verdict([scene.sink], 12_000, 60_000);
    assert.deepEqual([verdict.refused, verdict.lost], [0, 0], JSON.stringify(verdict));
  });
});
