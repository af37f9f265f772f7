import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Aside } from "../../../src/agent/aside.ts";
import type { CompileFiles, GoodTexts } from "../../../src/agent/hold-back.ts";
import { LookAhead } from "../../../src/agent/look-ahead.ts";
import { readSnapshot } from "../../../src/agent/snapshot.ts";
import { compile } from "../../../src/compile.ts";

describe("compiling while it is waited for quiet", () => {
  const folder = mkdtempSync(join(tmpdir(), "look-ahead-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string): void =>
    writeFileSync(
      join(folder, "a.yaml"),
      `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: { name: ${name}, namespace: prod }
spec: { targetRef: { group: gateway.networking.k8s.io, kind: Gateway, name: gw } }
`,
    );
  const good: GoodTexts = new Map();
  const asides: readonly Aside[] = [];
  const beside = { good, asides };

  const setUp = (onCompile = (): void => {}) => {
    let times = 0;
    const compiler: CompileFiles = (files) => {
      times += 1;
      onCompile();
      return compile(files, {
        dataPlanes: ["otlp"],
        rootNamespace: null,
        allowEndpoints: [],
        base: { path: "base.yaml", text: "" },
        topology: "handover",
        collector: null,
        redirectSinks: null,
      });
    };
    const ahead = new LookAhead([folder], compiler);
    return {
      times: () => times,
      ahead,
      look: (isNeedless = () => false) => ahead.look(beside, isNeedless),
      names: async (other: Partial<typeof beside> = {}) =>
        ahead
          .compiled({ ...beside, ...other, snapshot: await readSnapshot([folder]) })
          .held.newest.policies.policies.map(({ id }) => id),
    };
  };

  test("what still says the same is not compiled again", async () => {
    const { times, look, names } = setUp();
    write("one");
    await look();
    assert.equal(times(), 1);
    assert.deepEqual(await names(), ["prod/one"]);
    assert.equal(times(), 1);
  });

  test("it counts once", async () => {
    const { times, look, names } = setUp();
    write("one");
    await look();
    await names();
    await names();
    assert.equal(times(), 2);
  });

  test("what has changed since is compiled as it is then", async () => {
    const { times, look, names } = setUp();
    write("half");
    await look();
    write("whole");
    assert.deepEqual(await names(), ["prod/whole"]);
    assert.equal(times(), 2);
  });

  test("so is what is held back or set aside otherwise, or what the compiler is told otherwise", async () => {
    const { times, ahead, look, names } = setUp();
    write("one");
    await look();
    await names({ good: new Map() });
    assert.equal(times(), 2);
    await look();
    await names({ asides: [] });
    assert.equal(times(), 4);
    await look();
    ahead.forget();
    await names();
    assert.equal(times(), 6);
  });

  test("nothing is compiled where that is needless", async () => {
    const { times, look } = setUp();
    write("one");
    await look(() => true);
    assert.equal(times(), 0);
  });

  test("a compiler that throws does so when it counts", async () => {
    const { ahead, look } = setUp(() => {
      throw new Error("a bug");
    });
    write("one");
    await look();
    const snapshot = await readSnapshot([folder]);
    assert.throws(() => ahead.compiled({ ...beside, snapshot }), /a bug/);
  });

  test("where compiling takes long it is not done ahead", async () => {
    const { times, look, names } = setUp(() => {
      const until = performance.now() + 60;
      while (performance.now() < until);
    });
    write("one");
    await names();
    await look();
    assert.equal(times(), 1);
  });
});
