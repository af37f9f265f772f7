import assert from "node:assert/strict";
import { test } from "node:test";
import { sha256 } from "../../src/base/canonical.ts";
import { compile } from "../../src/compile.ts";
import { spanOf } from "../../src/diagnostics/origin.ts";
import { freePort } from "../support/free-port.ts";
import { startOracle } from "../support/oracle.ts";
import { markPolicy, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { attributeOf } from "../support/sink.ts";

/** As the compiler, but what goes to dead.monitoring.svc goes to a port where nobody listens. */
const withDeadBackend =
  (port: number): typeof compile =>
  (files, options) => {
    const compilation = compile(files, options);
    const { rendered } = compilation;
    if (rendered === null) return compilation;
    let { yaml } = rendered.core;
    for (const [leaf, origin] of rendered.core.sourceMap) {
      const id = /^exporters::(\S+)::endpoint$/.exec(leaf)?.[1];
      const span = spanOf(origin);
      const text = files.find(({ path }) => path === span?.file)?.text ?? "";
      if (id === undefined || span === null || !text.includes("dead.monitoring.svc")) continue;
      yaml = yaml.replace(
        new RegExp(`(\\n {2}${id}:\\n(?: {4}.*\\n)*? {4}endpoint: )"[^"]*"`),
        `$1"http://127.0.0.1:${port}"`,
      );
    }
    return { ...compilation, rendered: { ...rendered, core: { ...rendered.core, yaml }, digest: sha256(yaml) } };
  };

test("a policy whose new backend takes nothing is handed back by itself; the edit beside it stays", async () => {
  const scene = await startPolicyScene(
    { "a.yaml": markPolicy("a", "mark-a0"), "b.yaml": markPolicy("b", "mark-b0") },
    { compile: withDeadBackend(await freePort()), observeMs: 2000 },
  );
  try {
    await scene.until("ready", ({ ready }) => ready);
    const oracle = startOracle({ endpoint: scene.endpoint, perSecond: 60, gateways: ["a", "b"] });
    const has = (mark: string): boolean =>
      scene.sink.spans.slice(-60).some(({ record }) => attributeOf(record, "mark") === mark);
    await poll("both", () => has("mark-a0") && has("mark-b0"));
    await scene.until("rest", ({ at }) => at === "serving");
    scene.write("a.yaml", markPolicy("a", "mark-a1").replace("otel-collector", "dead"));
    scene.write("b.yaml", markPolicy("b", "mark-b1"));
    const view = await scene.until(
      "set aside",
      ({ diagnostics, at }) => at === "serving" && diagnostics.some(({ code }) => code === "TP5018"),
    );
    assert.match(
      view.diagnostics.find(({ code }) => code === "TP5018")?.message ?? "",
      /prod\/a.*items came in and none left/,
    );
    assert.ok(
      scene.views.some(({ lastReload }) => lastReload?.outcome === "rolledBack" && lastReload.reason === "breach"),
    );
    await poll("a as before, b as edited", () => has("mark-a0") && has("mark-b1"));
    assert.match(view.policies.find(({ id }) => id === "prod/a")?.reason ?? "", /the version before stays in force$/);
    await oracle.stop();
    const verdict = await oracle.verdict([scene.sink], 1500, 5000);
    assert.equal(verdict.refused, 0);
    // What the handed-back generation had taken for the dead backend waits on disk for it.
    assert.ok(verdict.lost < verdict.accepted / 2, JSON.stringify(verdict));
  } finally {
    await scene.end();
  }
});
