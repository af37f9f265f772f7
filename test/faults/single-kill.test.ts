import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { stepsFor } from "../../src/agent/machine.ts";
import { collectorsOf } from "../../src/collector/running.ts";
import { type AgentProcess, agentProcess } from "../support/agent-process.ts";
import { startOracle } from "../support/oracle.ts";
import { markPolicy } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { attributeOf, type Sink } from "../support/sink.ts";

/** Every moment of an edit, from the machine's own table. */
const moments = stepsFor(true, "single").flatMap((step) => [
  { what: `as ${step} begins`, line: new RegExp(`msg="step ${step} of try \\d+ begins"`) },
  { what: `as ${step} has ended`, line: new RegExp(`msg="step ${step} of try \\d+ ended"`) },
]);
moments.push(
  { what: "while the stand-in runs", line: /process=stand-in/ },
  { what: "while the Collector reads its new config", line: /msg="Config updated, restart service"/ },
  { what: "as it is in service", line: /msg="policies applied"/ },
);

const lastMark = (sink: Sink): unknown => attributeOf(sink.spans.at(-1)?.record ?? { attributes: [] }, "mark");
const supported = existsSync("/proc/self/cmdline");

describe("topology single: the agent is killed at every step of an edit", {
  skip: supported ? false : "there is no /proc",
}, () => {
  let agent: AgentProcess;
  before(async () => {
    agent = await agentProcess({ "a.yaml": markPolicy("a", "mark-0") }, { agent: { topology: "single" } });
    await agent.start();
  });
  after(() => agent.end());

  for (const [index, { what, line }] of moments.entries())
    test(what, async () => {
      const mark = `mark-${index + 1}`;
      // The port is closed while a config is read; clients of OTLP send again.
      const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 60, gateways: ["a"], retries: true });
      await poll("spans", () => oracle.accepted() > 50);
      agent.killAt(line);
      agent.write("a.yaml", markPolicy("a", mark));
      await agent.gone();
      const dead = oracle.accepted();
      await poll("spans without an agent", () => oracle.accepted() > dead + 50);
      await agent.start();
      await poll(mark, () => lastMark(agent.sink) === mark);
      await oracle.stop();
      const verdict = await oracle.verdict([agent.sink]);
      assert.deepEqual([verdict.refused, verdict.lost, verdict.doubled], [0, 0, 0], JSON.stringify(verdict));
      assert.equal(agent.defaults.spans.length, 0);
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
