import assert from "node:assert/strict";
import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { agentProcess } from "../support/agent-process.ts";
import { isAlive, temporaryFolder } from "../support/children.ts";
import { requireCollector } from "../support/collector.ts";
import { killNow, waitingCollectors } from "../support/noted-collectors.ts";
import { markPolicy, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";

const waits = (runDir: string, not: readonly number[] = []): Promise<number> =>
  poll(
    "a Collector that waits",
    () => waitingCollectors(runDir).find((pid) => isAlive(pid) && !not.includes(pid)) ?? null,
  );

test("an edit is run by the Collector that waited for it, and then another one waits", async () => {
  const agent = await agentProcess({ "a.yaml": markPolicy("a", "mark-1") });
  try {
    await agent.start();
    const first = await waits(agent.runDir);
    agent.write("a.yaml", markPolicy("a", "mark-2"));
    await poll("it runs the edit", () => agent.collectors("core").includes(first));
    const second = await waits(agent.runDir);
    assert.notEqual(second, first);
    // It was proven by the digest and on the port that it was told of last.
    const { live } = (await (await fetch(`${agent.url}/api/v1/status`)).json()) as { live: { number: number } };
    assert.equal(live.number, 2);

    // Without an agent nobody waits for anything; what runs goes on, and the next agent knows it again.
    await agent.kill();
    await poll("the waiting one ends", () => !isAlive(second));
    assert.equal(isAlive(first), true);
    await agent.start();
    assert.ok(agent.collectors("core").includes(first));
    const third = await waits(agent.runDir);
    await agent.stop();
    await poll("nothing is left", () => !isAlive(third) && !isAlive(first));
    assert.deepEqual(
      readdirSync(agent.runDir).filter((name) => /^(?:core-|process-|health-)/.test(name)),
      [],
    );
  } finally {
    await agent.end();
  }
});

test("an edit does without a Collector that waits, whether that was killed before or in this moment", async () => {
  const scene = await startPolicyScene({ "a.yaml": markPolicy("a", "mark-1") });
  const applied = (number: number) =>
    scene.until(`generation ${number}`, ({ live, at }) => live?.number === number && at !== "trying");
  try {
    await applied(1);
    const first = await waits(scene.runDir);
    killNow(first);
    await poll("it is gone", () => waitingCollectors(scene.runDir).length === 0);
    scene.write("a.yaml", markPolicy("a", "mark-2"));
    await applied(2);

    const second = await waits(scene.runDir, [first]);
    killNow(second); // and at once the edit, that may still believe in it
    scene.write("a.yaml", markPolicy("a", "mark-3"));
    await applied(3);

    await waits(scene.runDir, [first, second]);
  } finally {
    await scene.end();
  }
});

test("a Collector that cannot read a config over HTTP is started when it is needed", async (t) => {
  const path = join(temporaryFolder(t), "otelcol");
  writeFileSync(path, `#!/bin/sh\ncase "$1" in --config=http*) exit 1;; esac\nexec ${requireCollector()} "$@"\n`);
  chmodSync(path, 0o755);
  const agent = await agentProcess({ "a.yaml": markPolicy("a", "mark-0") }, { collector: path });
  try {
    await agent.start();
    for (let edit = 1; edit <= 5; edit++) {
      agent.write("a.yaml", markPolicy("a", `mark-${edit}`));
      await poll(`edit ${edit}`, async () => {
        const status = await (await fetch(`${agent.url}/api/v1/status`)).json();
        return (status as { live: { number: number } }).live.number === edit + 1;
      });
    }
    assert.deepEqual(waitingCollectors(agent.runDir), []);
  } finally {
    await agent.end();
  }
});

test("none waits where nobody wants it", async () => {
  const scene = await startPolicyScene({ "a.yaml": markPolicy("a", "mark-1") }, { standby: false });
  try {
    await scene.until("ready", ({ ready }) => ready);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(waitingCollectors(scene.runDir), []);
    scene.write("a.yaml", markPolicy("a", "mark-2"));
    await scene.until("the edit", ({ live }) => live?.number === 2);
  } finally {
    await scene.end();
  }
});
