import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { agentProcess } from "../support/agent-process.ts";
import { startOracle } from "../support/oracle.ts";
import { markPolicy } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";

const mebibyte = 1024 * 1024;
const canMount = spawnSync("unshare", ["-rm", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]).status === 0;

test("a backend is down until everybody waits for it: an edit that leaves it sets everybody free", {
  skip: canMount ? false : "no name spaces for users here (unshare -rm)",
}, async (t) => {
  // Small queues, since the disk is small.
  const agent = await agentProcess({ "a.yaml": markPolicy("a", "mark-0") }, { runDirBytes: 16 * mebibyte });
  try {
    await agent.start();
    const oracle = startOracle({
      endpoint: agent.endpoint,
      perSecond: 150,
      spansPerRequest: 20,
      gateways: ["a", "b"],
    });
    await poll("spans", () => agent.sink.spans.length > 100 && agent.defaults.spans.length > 100);
    agent.sink.behave({ status: 503 });
    await poll("nobody is taken", () => oracle.refused() > 2000, 60_000);
    const stuck = agent.defaults.spans.length;
    agent.write(
      "a.yaml",
      `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: a, namespace: prod}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}
  tracing: {customAttributes: [{attributeName: mark, literalValue: free}]}
`,
    );
    const began = performance.now();
    await poll("everybody is free", () => agent.defaults.spans.length > stuck + 2000, 90_000);
    t.diagnostic(`after ${Math.round(performance.now() - began)} ms`);
    agent.sink.behave({});
    await oracle.stop();
    const verdict = await oracle.verdict([agent.sink, agent.defaults], 12_000, 60_000);
    t.diagnostic(JSON.stringify(verdict));
    assert.equal(verdict.lost, 0, JSON.stringify(verdict));
  } finally {
    await agent.end();
  }
});
