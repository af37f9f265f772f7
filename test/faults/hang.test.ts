import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { type AgentProcess, agentProcess } from "../support/agent-process.ts";
import { startOracle } from "../support/oracle.ts";
import { markPolicy } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { lastMark } from "../support/sink.ts";

const spansPerRequest = 5;
/** Requests that ingest hands on, or an exporter sends, at a time. */
const atOnce = 10;

type Options = NonNullable<Parameters<typeof agentProcess>[1]>["agent"] & {
  readonly retries?: boolean;
  /** Spans that may come twice; default what was on its way when a Collector was ended. */
  readonly twice?: number;
};

/** An agent with traffic; after `run` what was accepted has been delivered, and no more comes twice than may. */
const underTraffic = async (
  t: TestContext,
  { retries = false, twice = 2 * atOnce * spansPerRequest, ...options }: Options,
  run: (agent: AgentProcess) => Promise<void>,
): Promise<void> => {
  const agent = await agentProcess({ "a.yaml": markPolicy("a", "mark-0") }, { agent: options });
  try {
    await agent.start();
    const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 50, spansPerRequest, gateways: ["a"], retries });
    await poll("spans", () => agent.sink.spans.length > 100);
    await run(agent);
    await oracle.stop();
    const verdict = await oracle.verdict([agent.sink], 3000, 20_000);
    t.diagnostic(JSON.stringify(verdict));
    assert.deepEqual([verdict.refused, verdict.lost], [0, 0], JSON.stringify(verdict));
    assert.ok(verdict.doubled <= twice, JSON.stringify(verdict));
  } finally {
    await agent.end();
  }
};

const flowsAgain = async ({ sink }: AgentProcess, spans: number): Promise<void> => {
  const delivered = sink.spans.length;
  await poll("flows again", () => sink.spans.length > delivered + spans, 30_000);
};

const edited = async (agent: AgentProcess, mark: string): Promise<void> => {
  agent.write("a.yaml", markPolicy("a", mark));
  await poll(`the edit ${mark}`, () => lastMark(agent.sink) === mark, 20_000, 2);
};

const stopped = (agent: AgentProcess, name: string): number => {
  const [pid = assert.fail(`no ${name}`)] = agent.collectors(name);
  process.kill(pid, "SIGSTOP");
  return pid;
};

describe("a Collector that hangs as a whole: it takes connections and answers nobody", () => {
  for (const [what, topology, name] of [
    ["the core in service", "handover", "core-1"],
    ["ingest", "handover", "ingest"],
    ["the one of the single topology", "single", "collector"],
  ] as const)
    test(`${what} is ended and started again; what was accepted is delivered, and edits apply`, (t) =>
      // Clients send again what was not answered.
      underTraffic(t, { topology, hangMs: 1500, retries: true }, async (agent) => {
        const pid = stopped(agent, name);
        await poll("another one", () => !agent.collectors().includes(pid), 20_000);
        await flowsAgain(agent, 500);
        await edited(agent, "mark-1");
      }));

  test("a core that hangs as soon as it is in service: the one before is back, and nobody waits for the other", (t) =>
    underTraffic(t, {}, async (agent) => {
      await edited(agent, "mark-1");
      stopped(agent, "core-2");
      await poll("what ran before", () => lastMark(agent.sink) === "mark-0", 20_000);
      await flowsAgain(agent, 1000);
    }));

  test("one that is held up for a while, and goes on, is left alone", (t) =>
    underTraffic(t, { hangMs: 6000, twice: 0 }, async (agent) => {
      const pid = stopped(agent, "core-1");
      await new Promise((resolve) => setTimeout(resolve, 2000));
      process.kill(pid, "SIGCONT");
      await new Promise((resolve) => setTimeout(resolve, 5000));
      assert.ok(agent.collectors("core-1").includes(pid));
    }));
});
