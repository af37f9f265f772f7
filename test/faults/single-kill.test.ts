import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { collectorsOf } from "../../src/collector/running.ts";
import { editWithAgentKilled, hasProc, momentsOf } from "../support/agent-killed.ts";
import { type AgentProcess, agentProcess } from "../support/agent-process.ts";
import { startOracle } from "../support/oracle.ts";
import { markPolicy } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";

const moments = [
  ...momentsOf("single"),
  { what: "while the stand-in runs", line: /process=stand-in/ },
  { what: "while the Collector reads its new config", line: /msg="Config updated, restart service"/ },
  { what: "as it is in service", line: /msg="policies applied"/ },
];

describe("topology single: the agent is killed at every step of an edit", {
  skip: hasProc ? false : "there is no /proc",
}, () => {
  let agent: AgentProcess;
  before(async () => {
    agent = await agentProcess({ "a.yaml": markPolicy("a", "mark-0") }, { agent: { topology: "single" } });
    await agent.start();
  });
  after(() => agent.end());

  for (const [index, { what, line }] of moments.entries())
    test(what, async () => {
      // The port is closed while a config is read.
      await editWithAgentKilled(agent, line, `mark-${index + 1}`, { retries: true });
      // Neither a second Collector nor the stand-in of the try that was cut short.
      const running = await collectorsOf(agent.runDir);
      assert.deepEqual(
        running.map(({ pid }) => pid),
        agent.collectors("collector"),
        JSON.stringify(running.map(({ pid, configPath }) => [pid, configPath])),
      );
      assert.equal(running.length, 1);
    });

  test("with nothing under way: the Collector that runs is taken over as it is", async () => {
    const running = agent.collectors("collector");
    const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 60, gateways: ["a"] });
    await poll("spans", () => oracle.accepted() > 50);
    await agent.kill();
    await agent.start();
    const after = oracle.accepted();
    await poll("spans afterwards", () => oracle.accepted() > after + 50);
    await oracle.stop();
    const verdict = await oracle.verdict([agent.sink]);
    assert.deepEqual([verdict.refused, verdict.lost, verdict.doubled], [0, 0, 0], JSON.stringify(verdict));
    assert.deepEqual(agent.collectors("collector"), running);
  });

  test("the Collector that was taken over is killed: it comes back, and what it held is delivered", async () => {
    const before = agent.collectors("collector");
    agent.sink.behave({ status: 503 });
    const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 60, gateways: ["a"] });
    await poll("spans", () => oracle.accepted() > 200);
    for (const pid of before) process.kill(pid, "SIGKILL");
    const dead = oracle.accepted();
    await poll("spans afterwards", () => oracle.accepted() > dead + 100);
    agent.sink.behave({});
    await oracle.stop();
    const { lost } = await oracle.verdict([agent.sink], 20_000, 40_000);
    assert.equal(lost, 0);
    const after = agent.collectors("collector");
    assert.equal(after.length, 1);
    assert.notDeepEqual(after, before);
  });
});
