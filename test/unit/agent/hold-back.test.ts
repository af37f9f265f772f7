import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { policyViews } from "../../../src/agent/conditions.ts";
import { compileHolding, type GoodTexts } from "../../../src/agent/hold-back.ts";
import type { Snapshot } from "../../../src/agent/snapshot.ts";
import { compile } from "../../../src/compile.ts";
import type { SourceFile } from "../../../src/diagnostics/source.ts";

const policy = (name: string, percent: string): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: { name: ${name}, namespace: prod }
spec:
  targetRef: { group: gateway.networking.k8s.io, kind: Gateway, name: ${name} }
  tracing: { samplingRate: { percent: ${percent} } }
`;

const base: SourceFile = {
  path: "base.yaml",
  text: `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:4318" } } } }
exporters: { debug: {} }
service: { pipelines: { traces: { receivers: [otlp], exporters: [debug] } } }
`,
};

const compiled = (files: readonly SourceFile[]) =>
  compile(files, {
    dataPlanes: ["otlp"],
    rootNamespace: null,
    allowEndpoints: [],
    base,
    topology: "handover",
    collector: null,
    redirectSinks: null,
  });

const snapshot = (files: { readonly [path: string]: string }, unread: readonly string[] = []): Snapshot => ({
  files: Object.entries(files).map(([path, text]) => ({ path, text })),
  unread,
  diagnostics: [],
  digest: "",
});

const hold = (
  files: { readonly [path: string]: string },
  good: GoodTexts = new Map(),
  unread: readonly string[] = [],
) => compileHolding(snapshot(files, unread), good, compiled);

/** Policy → the sampling rate that is in force. */
const inForce = (held: ReturnType<typeof hold>): { readonly [policy: string]: string } =>
  Object.fromEntries(
    held.compilation.effective.map(({ policy: { id, tracing } }) => {
      const rate = tracing?.rootRate.value;
      return [id, `${rate?.numerator}/${rate?.denominator}`];
    }),
  );

const good = new Map([
  ["p/a.yaml", policy("a", "5")],
  ["p/b.yaml", policy("b", "10")],
]);

describe("compileHolding", () => {
  test("sound files are in force as they are, and become the good ones", () => {
    const held = hold({ "p/a.yaml": policy("a", "5"), "p/b.yaml": policy("b", "10") });
    assert.deepEqual(inForce(held), { "prod/a": "5/100", "prod/b": "10/100" });
    assert.deepEqual([held.heldFiles, held.isFlawed, held.good], [[], false, good]);
  });

  test("a broken edit: the text before stays in force, the other file applies", () => {
    const held = hold({ "p/a.yaml": policy("a", "120"), "p/b.yaml": policy("b", "20") }, good);
    assert.deepEqual(inForce(held), { "prod/a": "5/100", "prod/b": "20/100" });
    assert.deepEqual([held.heldFiles, held.isFlawed], [["p/a.yaml"], true]);
    assert.equal(held.good.get("p/a.yaml"), policy("a", "5"));
    assert.equal(held.good.get("p/b.yaml"), policy("b", "20"));
    const view = policyViews(held.newest, held.heldFiles).find(({ id }) => id === "prod/a");
    assert.equal(view?.state, "rejected");
    assert.match(view?.reason ?? "", /^TP\d+: .*120.*; the version before stays in force$/);
  });

  test("half a file is a broken edit too", () => {
    const held = hold({ "p/a.yaml": policy("a", "50").slice(0, 150), "p/b.yaml": policy("b", "10") }, good);
    assert.deepEqual(inForce(held), { "prod/a": "5/100", "prod/b": "10/100" });
  });

  test("a broken file that never was good is left out, the others apply", () => {
    const held = hold({ "p/a.yaml": "{", "p/b.yaml": policy("b", "10") });
    assert.deepEqual([inForce(held), held.heldFiles, held.isFlawed], [{ "prod/b": "10/100" }, [], true]);
    assert.equal(held.good.has("p/a.yaml"), false);
  });

  test("a deleted file takes its policy with it", () => {
    const held = hold({ "p/b.yaml": policy("b", "10") }, good);
    assert.deepEqual([inForce(held), held.isFlawed], [{ "prod/b": "10/100" }, false]);
    assert.equal(held.good.has("p/a.yaml"), false);
  });

  test("an unreadable file does not, nor does an unreadable folder", () => {
    for (const unread of [["p/a.yaml"], ["p"]]) {
      const held = hold({ "p/b.yaml": policy("b", "20") }, good, unread);
      assert.deepEqual(inForce(held), { "prod/a": "5/100", "prod/b": "20/100" }, unread.join());
      assert.deepEqual([held.heldFiles, held.isFlawed], [["p/a.yaml"], true]);
      assert.equal(held.good.get("p/a.yaml"), policy("a", "5"));
    }
  });

  test("an emptied folder is meant", () => {
    const held = hold({}, good);
    assert.deepEqual([inForce(held), held.good.size, held.isFlawed], [{}, 0, false]);
  });

  test("a policy that loses a conflict is sound: nothing is held back", () => {
    const other = policy("z", "7").replace("kind: Gateway, name: z", "kind: Gateway, name: a");
    const held = hold({ "p/a.yaml": policy("a", "5"), "p/z.yaml": other }, good);
    assert.deepEqual([held.heldFiles, held.isFlawed], [[], false]);
    const [winner, loser] = policyViews(held.newest, held.heldFiles);
    assert.deepEqual([winner?.id, loser?.id, loser?.state], ["prod/a", "prod/z", "conflicted"]);
    assert.deepEqual(loser?.targets, ["Gateway prod/a"]);
    assert.match(loser?.reason ?? "", /^TP3001/);
  });
});
