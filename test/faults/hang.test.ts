import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { agentProcess } from "../support/agent-process.ts";
import { startOracle } from "../support/oracle.ts";
import { markPolicy } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { lastMark } from "../support/sink.ts";

const spansPerRequest = 5;
/** Requests that ingest hands on, or an exporter sends, at a time. */
const atOnce = 10;

describe("a Collector that hangs as a whole: it takes connections and answers nobody", () => {
  for (const [what, topology, name] of [
    ["the core in service", "handover", "core-1"],
    ["ingest", "handover", "ingest"],
    ["the one of the single topology", "single", "collector"],
  ] as const)
    test(`${what} is ended and started again; what was accepted is delivered, and edits apply`, async (t) => {
      const agent = await agentProcess({ "a.yaml": markPolicy("a", "mark-0") }, { agent: { topology, hangMs: 1500 } });
      try {
        await agent.start();
        // Clients send again what was not answered.
        const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 50, gateways: ["a"], retries: true });
        await poll("spans", () => agent.sink.spans.length > 100);
        const [pid = 0] = agent.collectors(name);
        assert.ok(pid > 0);
        process.kill(pid, "SIGSTOP");
        await poll("another one", () => !agent.collectors().includes(pid), 20_000);
        const delivered = agent.sink.spans.length;
        await poll("flows again", () => agent.sink.spans.length > delivered + 500, 20_000);
        agent.write("a.yaml", markPolicy("a", "mark-1"));
        await poll("an edit", () => lastMark(agent.sink) === "mark-1", 20_000);
        await oracle.stop();
        const verdict = await oracle.verdict([agent.sink], 2000, 20_000);
        t.diagnostic(JSON.stringify(verdict));
        assert.deepEqual([verdict.refused, verdict.lost], [0, 0], JSON.stringify(verdict));
        // What was on its way in that moment.
        assert.ok(verdict.doubled <= 2 * atOnce * spansPerRequest, JSON.stringify(verdict));
      } finally {
        await agent.end();
      }
    });

  test("a core that hangs as soon as it is in service: the one before is back, and nobody waits for the other", async (t) => {
    const agent = await agentProcess({ "a.yaml": markPolicy("a", "mark-0") });
    try {
      await agent.start();
      const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 50, gateways: ["a"] });
      await poll("spans", () => agent.sink.spans.length > 100);
      const [former] = agent.collectors("core");
      agent.write("a.yaml", markPolicy("a", "mark-1"));
      await poll("the edit", () => lastMark(agent.sink) === "mark-1", 20_000, 2);
      for (const pid of agent.collectors("core")) if (pid !== former) process.kill(pid, "SIGSTOP");
      await poll("what ran before", () => lastMark(agent.sink) === "mark-0", 20_000);
      const delivered = agent.sink.spans.length;
      await poll("flows again", () => agent.sink.spans.length > delivered + 1000, 30_000);
      await oracle.stop();
      const verdict = await oracle.verdict([agent.sink], 3000, 20_000);
      t.diagnostic(JSON.stringify(verdict));
      assert.deepEqual([verdict.refused, verdict.lost], [0, 0], JSON.stringify(verdict));
      assert.ok(verdict.doubled <= 2 * atOnce * spansPerRequest, JSON.stringify(verdict));
    } finally {
      await agent.end();
    }
  });

  test("one that is held up for a while, and goes on, is left alone", async () => {
    const agent = await agentProcess({ "a.yaml": markPolicy("a", "mark-0") }, { agent: { hangMs: 6000 } });
    try {
      await agent.start();
      const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 50, gateways: ["a"] });
      await poll("spans", () => agent.sink.spans.length > 100);
      const [pid = 0] = agent.collectors("core-1");
      process.kill(pid, "SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, 2000));
      process.kill(pid, "SIGCONT");
      await new Promise((resolve) => setTimeout(resolve, 5000));
      assert.ok(agent.collectors("core-1").includes(pid));
      await oracle.stop();
      const verdict = await oracle.verdict([agent.sink], 2000, 20_000);
      assert.deepEqual([verdict.refused, verdict.lost, verdict.doubled], [0, 0, 0], JSON.stringify(verdict));
    } finally {
      await agent.end();
    }
  });
});
