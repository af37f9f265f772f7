import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { AgentView } from "../../src/agent/view.ts";
import { compile } from "../../src/compile.ts";
import { positionOf } from "../../src/diagnostics/source.ts";
import { childPath } from "../support/children.ts";
import { requireCollector } from "../support/collector.ts";
import { markPolicy, type PolicyScene, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";

const collector = {
  path: childPath("refuses-markers.sh"),
  version: "0.158.0",
  components: new Set<string>(),
  source: "flag" as const,
};
const env = { PATH: process.env["PATH"], REAL_COLLECTOR: requireCollector() };
// The stand-in is asked for nothing but validate and start, so the compiler is told of no components.
const start = (files: { readonly [name: string]: string }) =>
  startPolicyScene(files, {
    collector,
    env,
    compile: (sources, options) => compile(sources, { ...options, collector: null }),
  });

const states = (view: AgentView): { readonly [id: string]: string } =>
  Object.fromEntries(view.policies.map(({ id, state }) => [id, state]));
const coreOf = async (scene: PolicyScene): Promise<string> =>
  ((await (await fetch(`${scene.agent.url}/api/v1/config`)).json()) as { readonly core: string }).core;
const refusals = (view: AgentView) => view.diagnostics.filter(({ code }) => code === "TP5018");

describe("a policy that the Collector refuses", () => {
  let scene: PolicyScene;
  before(async () => {
    scene = await start({
      "a.yaml": markPolicy("a", "REFUSED_ALONE"),
      "b.yaml": markPolicy("b", "mark-b1"),
      "c.yaml": markPolicy("c", "mark-c1"),
    });
  });
  after(() => scene.end());

  test("is set aside in the very first run; the others go live", async () => {
    const view = await scene.until("ready", ({ ready }) => ready);
    assert.deepEqual(states(view), { "prod/a": "rejected", "prod/b": "active", "prod/c": "active" });
    const [found, ...more] = refusals(view);
    assert.deepEqual(more, []);
    assert.match(found?.message ?? "", /refuses prod\/a, so it is set aside: \S+: value is REFUSED_ALONE/);
    assert.ok(found?.at?.file.endsWith("a.yaml"));
    const line = markPolicy("a", "REFUSED_ALONE").slice(0, found?.at?.start).split("\n").length;
    assert.equal(line, 8, "the line of the literal");
    assert.deepEqual([view.lastReload?.outcome, view.lastReload?.reason], ["committed", "applied"]);
    assert.match(await coreOf(scene), /mark-c1/);
    const programmed = view.status
      .find(({ policy }) => policy === "prod/a")
      ?.ancestors[0]?.conditions.find(({ type }) => type === "Programmed");
    assert.deepEqual([programmed?.status, programmed?.reason], ["False", "Invalid"]);
  });

  test("an edit of another policy applies at once, without a search", async () => {
    const before = scene.views.length;
    scene.write("b.yaml", markPolicy("b", "mark-b2"));
    await poll("b2 live", async () => (await coreOf(scene)).includes("mark-b2"));
    const reasons = new Set(scene.views.slice(before).map(({ lastReload }) => lastReload?.reason));
    assert.deepEqual([...reasons], ["applied"]);
    assert.equal(states(scene.agent.view())["prod/a"], "rejected");
  });

  test("corrected, it applies", async () => {
    scene.write("a.yaml", markPolicy("a", "mark-a1"));
    await poll("a1 live", async () => (await coreOf(scene)).includes("mark-a1"));
    const view = scene.agent.view();
    assert.deepEqual([states(view)["prod/a"], refusals(view)], ["active", []]);
  });

  test("an edit without a path in the Collector's words: found by halving, what was in service stays", async () => {
    scene.write("c.yaml", markPolicy("c", "REFUSED_SECRETLY"));
    scene.write("b.yaml", markPolicy("b", "mark-b3"));
    await poll("b3 live", async () => (await coreOf(scene)).includes("mark-b3"));
    const core = await coreOf(scene);
    assert.deepEqual([core.includes("mark-c1"), core.includes("REFUSED")], [true, false]);
    const view = scene.agent.view();
    assert.deepEqual(states(view), { "prod/a": "active", "prod/b": "active", "prod/c": "rejected" });
    assert.match(view.policies.find(({ id }) => id === "prod/c")?.reason ?? "", /the version before stays in force$/);
    const at = refusals(view)[0]?.at;
    assert.ok(at?.file.endsWith("c.yaml"));
    assert.equal(positionOf(markPolicy("c", "REFUSED_SECRETLY"), at?.start ?? 0).line, 3);
    scene.write("c.yaml", markPolicy("c", "mark-c2"));
    await poll("c2 live", async () => (await coreOf(scene)).includes("mark-c2"));
  });

  test("two that are refused only together: the newcomer goes, and comes back when the other has changed", async () => {
    scene.write("a.yaml", markPolicy("a", "REFUSED_PAIR_A"));
    await poll("A live", async () => (await coreOf(scene)).includes("PAIR_A"));
    scene.write("b.yaml", markPolicy("b", "REFUSED_PAIR_B"));
    const view = await scene.until("B set aside", (now) => refusals(now).length > 0);
    assert.match(refusals(view)[0]?.message ?? "", /refuses prod\/b together with prod\/a/);
    assert.ok(refusals(view)[0]?.related[0]?.span.file.endsWith("a.yaml"));
    const core = await coreOf(scene);
    assert.deepEqual([core.includes("PAIR_A"), core.includes("mark-b3")], [true, true]);
    scene.write("a.yaml", markPolicy("a", "mark-a4"));
    await poll("B live", async () => (await coreOf(scene)).includes("PAIR_B"));
    assert.deepEqual(refusals(scene.agent.view()), []);
  });

  test("refused at the start only: found by starting", async () => {
    scene.write("c.yaml", markPolicy("c", "REFUSED_AT_START"));
    scene.write("a.yaml", markPolicy("a", "mark-a5"));
    await poll("a5 live", async () => (await coreOf(scene)).includes("mark-a5"), 20_000);
    const [found] = refusals(scene.agent.view());
    assert.match(found?.message ?? "", /refuses prod\/c.*no luck today/);
  });
});

test("--once waits for what becomes of the others", async () => {
  const scene = await startPolicyScene(
    { "a.yaml": markPolicy("a", "REFUSED_ALONE"), "b.yaml": markPolicy("b", "b") },
    {
      collector,
      env,
      once: true,
      listen: null,
      compile: (sources, options) => compile(sources, { ...options, collector: null }),
    },
  );
  const { reason } = await scene.agent.stopped;
  const view = scene.agent.view();
  assert.deepEqual([reason, view.lastReload?.outcome], ["applied once", "committed"]);
  assert.equal(refusals(view).length, 1);
  await scene.end();
});
