import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { agentProcess } from "../support/agent-process.ts";
import { startOracle } from "../support/oracle.ts";
import { markPolicy } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { lastMark } from "../support/sink.ts";

/** A process that ended and that nobody has waited for yet has an empty command line. */
const isAlive = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
};
const supported = existsSync("/proc/self/cmdline");

const story = "an agent that is killed leaves its Collectors serving; the next one takes them over as they are";

test(story, { skip: supported ? false : "there is no /proc on this system" }, async () => {
  const agent = await agentProcess({ "a.yaml": markPolicy("a", "mark-1") });
  try {
    await agent.start();
    const before = agent.collectors();
    assert.equal(before.length, 2);
    const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 100, gateways: ["a"] });
    await poll("spans", () => agent.sink.spans.length > 100);
    await agent.kill();
    const atDeath = agent.sink.spans.length;
    await poll("spans without an agent", () => agent.sink.spans.length > atDeath + 200);
    assert.deepEqual(before.map(isAlive), [true, true]);

    await agent.start();
    assert.deepEqual(agent.collectors(), before);
    const status = (await (await fetch(`${agent.url}/api/v1/status`)).json()) as {
      readonly live: { readonly number: number };
      readonly lastReload: { readonly reason: string };
    };
    assert.deepEqual([status.live.number, status.lastReload.reason], [1, "same_digest"]);
    agent.write("a.yaml", markPolicy("a", "mark-2"));
    await poll("the edit", () => lastMark(agent.sink) === "mark-2");
    assert.deepEqual(
      agent.collectors("ingest"),
      before.filter((pid) => agent.collectors("ingest").includes(pid)),
    );

    // What was taken over is looked after like any other.
    process.kill(agent.collectors("ingest")[0] ?? 0, "SIGKILL");
    await poll("another ingest", () => agent.collectors("ingest").some((pid) => !before.includes(pid)));
    await poll("it serves", async () => (await fetch(`${agent.url}/readyz`)).ok);
    await oracle.stop();
    const verdict = await oracle.verdict([agent.sink], 500, 3000);
    // A request that a killed ingest was handing on may be handed on again.
    assert.equal(verdict.lost, 0);
    assert.ok(verdict.doubled <= 10 * 5, `${verdict.doubled} spans twice`);
    await agent.stop();
    assert.deepEqual(agent.collectors(), []);
  } finally {
    await agent.end();
  }
});
