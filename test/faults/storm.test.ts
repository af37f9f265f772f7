import assert from "node:assert/strict";
import { test } from "node:test";
import { startOracle } from "../support/oracle.ts";
import { markPolicy, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { lastMark } from "../support/sink.ts";

test("1,000 edits in ten seconds: few are tried, the last one is what runs, nothing is lost", async (t) => {
  const scene = await startPolicyScene({ "a.yaml": markPolicy("a", "mark-0") });
  try {
    await scene.until("ready", ({ ready }) => ready);
    const oracle = startOracle({ endpoint: scene.endpoint, perSecond: 50, gateways: ["a"] });
    const from = performance.now();
    for (let edit = 1; edit <= 1000; edit++) {
      // Every third is broken, as text or as a policy.
      const text =
        edit % 3 === 0 && edit < 1000
          ? edit % 2 === 0
            ? "spec: ["
            : "kind: Nonsense"
          : markPolicy("a", `mark-${edit}`);
      scene.write("a.yaml", text);
      const wait = from + edit * 10 - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    }
    await poll("the last one", () => lastMark(scene.sink) === "mark-1000", 30_000);
    const view = await scene.until("rest", ({ at }) => at === "serving");
    await oracle.stop();
    const verdict = await oracle.verdict([scene.sink]);
    assert.deepEqual([verdict.refused, verdict.lost, verdict.doubled], [0, 0, 0], JSON.stringify(verdict));
    const tried = view.live?.number ?? 0;
    t.diagnostic(`${tried} generations of 1,000 edits`);
    assert.ok(tried > 1 && tried < 200, `${tried} generations`);
  } finally {
    await scene.end();
  }
});

test("the system's time is set forth and back by hours: edits go on, nothing waits for the old time", async () => {
  let offset = 0;
  const clock = {
    now: () => Date.now() + offset,
    after: (delay: number, task: () => void) => {
      const timer = setTimeout(task, delay);
      return () => clearTimeout(timer);
    },
  };
  const scene = await startPolicyScene({ "a.yaml": markPolicy("a", "mark-0") }, { clock });
  try {
    await scene.until("ready", ({ ready }) => ready);
    const oracle = startOracle({ endpoint: scene.endpoint, perSecond: 50, gateways: ["a"] });
    for (const [index, hours] of [3, -5, 0].entries()) {
      const { live } = scene.agent.view();
      scene.write("a.yaml", markPolicy("a", `mark-${index + 1}`));
      await poll("the edit seen", () => scene.agent.view().at !== "serving");
      offset = hours * 3_600_000;
      const view = await scene.until("in service", ({ live: now }) => now?.number === (live?.number ?? 0) + 1);
      await scene.until("rest", ({ at }) => at === "serving");
      const { outcome, totalMs, at } = view.lastReload ?? { outcome: "", totalMs: -1, at: 0 };
      assert.equal(outcome, "committed");
      assert.ok(totalMs >= 0 && totalMs < 60_000, `${totalMs} ms`);
      // What is told to people is the time they see.
      assert.ok(Math.abs(at - clock.now()) < 60_000);
    }
    await oracle.stop();
    const verdict = await oracle.verdict([scene.sink]);
    assert.deepEqual([verdict.refused, verdict.lost, verdict.doubled], [0, 0, 0], JSON.stringify(verdict));
  } finally {
    await scene.end();
  }
});
