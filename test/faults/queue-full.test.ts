import assert from "node:assert/strict";
import { startOracle } from "../support/oracle.ts";
import { markPolicy } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { onSmallDisk } from "../support/small-disk.ts";

onSmallDisk(
  "a backend is down until everybody waits for it: an edit that leaves it sets everybody free",
  16, // small queues
  async (agent, t) => {
    const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 150, spansPerRequest: 20, gateways: ["a", "b"] });
    await poll("spans", () => agent.sink.spans.length > 100 && agent.defaults.spans.length > 100);
    agent.sink.behave({ status: 503 });
    await poll("nobody is taken", () => oracle.refused() > 2000, 60_000);
    const stuck = agent.defaults.spans.length;
    agent.write("a.yaml", markPolicy("a", "free").replace(/ {4}provider:.*\n/, ""));
    const began = performance.now();
    // Well before ingest gives up what it is handing on.
    await poll("everybody is free", () => agent.defaults.spans.length > stuck + 2000, 30_000);
    t.diagnostic(`after ${Math.round(performance.now() - began)} ms`);
    agent.sink.behave({});
    await oracle.stop();
    const verdict = await oracle.verdict([agent.sink, agent.defaults], 12_000, 60_000);
    t.diagnostic(JSON.stringify(verdict));
    assert.equal(verdict.lost, 0, JSON.stringify(verdict));
  },
);
