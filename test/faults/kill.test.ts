import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { systemClock } from "../../src/collector/system-clock.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { editWithAgentKilled, hasProc, momentsOf } from "../support/agent-killed.ts";
import { type AgentProcess, agentProcess } from "../support/agent-process.ts";
import { killNow, notedCollectors } from "../support/noted-collectors.ts";
import { startOracle } from "../support/oracle.ts";
import { markPolicy, type PolicyScene, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { lastMark } from "../support/sink.ts";

const moments = [...momentsOf("handover"), { what: "as it is in service", line: /msg="policies applied"/ }];

const spansPerRequest = 5;
/** Requests that were on their way in the moment of a kill and are sent again: consumers of a queue, and their batch of one. */
const inFlight = 40 * spansPerRequest;

describe("the agent is killed at every step of an edit", { skip: hasProc ? false : "there is no /proc" }, () => {
  let agent: AgentProcess;
  before(async () => {
    agent = await agentProcess({ "a.yaml": markPolicy("a", "mark-0") });
    await agent.start();
  });
  after(() => agent.end());
  for (const [index, { what, line }] of moments.entries())
    test(what, async () => {
      await editWithAgentKilled(agent, line, `mark-${index + 1}`);
      await poll("one core", () => agent.collectors("core").length === 1);
      assert.equal(agent.collectors("ingest").length, 1);
    });
});

for (const victim of ["core", "ingest"] as const)
  describe(`${victim} is killed at every step of an edit`, () => {
    let scene: PolicyScene;
    let killAt: RegExp | null = null;
    // Anew for each: a core that dies again and again is brought back with growing pauses.
    beforeEach(async () => {
      const log = createLog({
        level: "debug",
        format: "logfmt",
        clock: systemClock,
        write: (line) => {
          if (killAt === null || !killAt.test(line)) return;
          killAt = null;
          for (const pid of notedCollectors(scene.runDir, victim)) killNow(pid);
        },
      });
      scene = await startPolicyScene({ "a.yaml": markPolicy("a", "mark-0") }, { log });
      await scene.until("ready", ({ ready }) => ready);
    });
    afterEach(() => scene.end());
    for (const { what, line } of moments)
      test(what, async () => {
        const mark = "mark-1";
        const oracle = startOracle({ endpoint: scene.endpoint, perSecond: 60, spansPerRequest, gateways: ["a"] });
        await poll("spans", () => oracle.accepted() > 50);
        killAt = line;
        scene.write("a.yaml", markPolicy("a", mark));
        await poll("the kill", () => killAt === null);
        // Killed while it was tried, a candidate is no better than a bad config; whoever asks gets another try.
        await poll(
          mark,
          () => {
            const { at, lastReload } = scene.agent.view();
            if (at === "serving" && lastReload?.outcome !== "committed") scene.agent.reload();
            return lastMark(scene.sink) === mark;
          },
          20_000,
          200,
        );
        await scene.until("rest", ({ at, ready }) => at === "serving" && ready);
        await oracle.stop();
        const verdict = await oracle.verdict([scene.sink, scene.defaults]);
        assert.equal(verdict.lost, 0, JSON.stringify(verdict));
        assert.ok(verdict.doubled <= inFlight, JSON.stringify(verdict));
        // A port nobody listens on refuses; only ingest owns one.
        if (victim === "core") assert.equal(verdict.refused, 0, JSON.stringify(verdict));
        assert.equal(scene.defaults.spans.length, 0);
      });
  });
