import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { AgentView } from "../../src/agent/view.ts";
import { compile } from "../../src/compile.ts";
import { usualBudgets } from "../../src/resolve/budgets.ts";
import { runMain } from "../process/cli.ts";
import { type Oracle, startOracle } from "../support/oracle.ts";
import { markPolicy, type PolicyScene, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { attributeOf } from "../support/sink.ts";

const budgets = { everyone: { ...usualBudgets, policies: 20, dimensions: 100 }, own: new Map() };

/** A policy of team-a for a Gateway of its own, with so many dimensions; the number is its age. */
const flooding = (number: number, dimensions = 0): string => {
  const keys = Array.from({ length: dimensions }, (_, index) => `{key: k${index}, fromHeader: x-k${index}}`);
  const day = new Date(Date.UTC(2026, 0, 1 + number)).toISOString();
  return `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: flood-${number}, namespace: team-a, creationTimestamp: "${day}"}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: gw-${number}}
  metrics:
    enabled: true
    provider: {type: Prometheus}
    overrides: [{name: request_count, dimensions: [${keys.join(", ")}]}]
`;
};
const flood = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => flooding(from + index)).join("---\n");

const overIn = (view: AgentView): readonly string[] =>
  view.diagnostics.flatMap(({ code, policy }) => (code === "TP3008" && policy !== null ? [policy] : [])).sort();
const stateOf = (view: AgentView, id: string): string | undefined =>
  view.policies.find((policy) => policy.id === id)?.state;

describe("a namespace that floods the agent", () => {
  let scene: PolicyScene;
  let oracle: Oracle;
  before(async () => {
    scene = await startPolicyScene(
      { "edge.yaml": markPolicy("edge", "mark-1") },
      { compile: (files, options) => compile(files, { ...options, budgets }) },
    );
    await scene.until("ready", ({ ready }) => ready);
    oracle = startOracle({ endpoint: scene.endpoint, perSecond: 50, gateways: ["edge"] });
  });
  after(async () => {
    await oracle.stop();
    await scene.end();
  });
  const config = async (): Promise<string> => (await fetch(`${scene.agent.url}/api/v1/config`)).text();

  test("200 policies: the oldest that fit are in force, each of the others is told why", async () => {
    scene.write("flood.yaml", flood(0, 200));
    const view = await scene.until("the flood is over its budget", (now) => overIn(now).length === 180);
    await scene.until("the rest is live", (now) => stateOf(now, "team-a/flood-19") === "active");
    assert.ok(!overIn(view).includes("team-a/flood-19"));
    const refused = view.policies.find(({ id }) => id === "team-a/flood-20");
    assert.equal(refused?.state, "rejected");
    assert.match(refused?.reason ?? "", /^TP3008: the budget of namespace team-a .* 21 of 20 policies$/);
    const text = await poll("the flood's share is live", async () => {
      const now = await config();
      return now.includes("team-a/flood-19") ? now : null;
    });
    assert.ok(!text.includes("flood-20"));
  });

  test("the neighbour's edits go live", async () => {
    scene.write("edge.yaml", markPolicy("edge", "mark-2"));
    const arrived = (): boolean => scene.sink.spans.some(({ record }) => attributeOf(record, "mark") === "mark-2");
    await poll("a span with the new mark", arrived, 20_000);
    assert.equal(stateOf(scene.agent.view(), "prod/edge"), "active");
  });

  test("a giant list of dimensions puts out nobody, not even of its own namespace", async () => {
    scene.write("giant.yaml", flooding(-1, 120));
    const view = await scene.until("the giant is refused", (now) => overIn(now).includes("team-a/flood--1"));
    // Older than all others: it would be first if there were room for it.
    assert.match(view.policies.find(({ id }) => id === "team-a/flood--1")?.reason ?? "", /120 of 100 added dimensions/);
    assert.equal(overIn(view).length, 181);
    assert.equal((await config()).includes("x-k0"), false);
  });

  test("`otel-policy status` and /api/v1/policies say who is over", async () => {
    const { host } = new URL(scene.agent.url ?? "");
    const { out, code } = await runMain(["status", "--listen", host]);
    assert.equal(code, 0);
    assert.match(out, /^team-a\/flood-20 +rejected +Gateway team-a\/gw-20 +TP3008: .* 21 of 20 policies$/m);
    assert.match(out, /^prod\/edge +active +Gateway prod\/edge$/m);
    const said = (await (await fetch(`${scene.agent.url}/api/v1/policies`)).json()) as Pick<AgentView, "status">;
    const reasons = said.status
      .filter(({ policy }) => policy.startsWith("team-a/"))
      .map(({ ancestors }) => ancestors[0]?.conditions[0]?.reason);
    assert.deepEqual(
      [
        reasons.filter((reason) => reason === "Accepted").length,
        reasons.filter((reason) => reason === "OverBudget").length,
      ],
      [20, 181],
    );
  });

  test("where the oldest go, the next in line have room", async () => {
    scene.write("flood.yaml", flood(10, 190));
    await scene.until("ten more are in", (now) => stateOf(now, "team-a/flood-29") === "active");
    assert.equal(overIn(scene.agent.view()).length, 171);
  });

  test("the neighbour lost no span in all this, and was refused none", async () => {
    await oracle.stop();
    const { accepted, refused, lost, doubled } = await oracle.verdict([scene.sink]);
    assert.ok(accepted > 100);
    assert.deepEqual({ refused, lost, doubled }, { refused: 0, lost: 0, doubled: 0 });
  });
});
