import assert from "node:assert/strict";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { findCollector, lackingComponents, type Wanted } from "../../src/collector/find.ts";
import { childPath, temporaryFolder } from "../support/children.ts";
import { requireCollector } from "../support/collector.ts";

const basics = { PATH: "/usr/bin:/bin" };
const current = { ...basics, DIST_VERSION: "0.158.0", CORE_VERSION: "0.158.0" };

const find = (wanted: Partial<Wanted>) => findCollector({ flag: null, env: basics, builtIn: [], ...wanted });
const codesOf = async (wanted: Partial<Wanted>) => {
  const { value, diagnostics } = await find(wanted);
  return { found: value?.path ?? null, said: diagnostics.map((d) => `${d.severity} ${d.code}`) };
};
/** A folder with an executable `name` that answers like a Collector. */
const folderWith = (t: TestContext, name: string): string => {
  const folder = temporaryFolder(t);
  copyFileSync(childPath("speaks-as.sh"), join(folder, name));
  return folder;
};

describe("finding a Collector", () => {
  test("the real one tells its version and components", async () => {
    const { value, diagnostics } = await find({ flag: requireCollector() });
    assert.deepEqual(diagnostics, []);
    assert.equal(value?.version, "0.158.0");
    assert.equal(value?.source, "flag");
    for (const type of ["otlp", "otlp_grpc", "transform", "routing", "signal_to_metrics", "health_check"]) {
      assert.ok(value?.components.has(type), type);
    }
    assert.equal(value?.components.has("env"), false, "config providers are no components");
  });

  test("a flag goes before OTELCOL_BIN, that before PATH, that before what was built", async (t) => {
    const [flag, variable, path, built] = [1, 2, 3, 4].map(() => folderWith(t, "otelcol-contrib"));
    const env = { ...current, OTELCOL_BIN: join(`${variable}`, "otelcol-contrib"), PATH: `${path}:${basics.PATH}` };
    const builtIn = [join(`${built}`, "otelcol-contrib")];
    const source = async (wanted: Partial<Wanted>) => (await find(wanted)).value?.source;
    assert.equal(await source({ flag: join(`${flag}`, "otelcol-contrib"), env, builtIn }), "flag");
    assert.equal(await source({ env, builtIn }), "environment");
    assert.equal(await source({ env: { ...env, OTELCOL_BIN: "" }, builtIn }), "PATH");
    assert.equal(await source({ env: current, builtIn }), "built");
  });

  test("a bare name is looked for on PATH, a path from here", async (t) => {
    const folder = folderWith(t, "my-otelcol");
    const env = { ...current, PATH: `${folder}:${basics.PATH}` };
    assert.equal((await find({ flag: "my-otelcol", env })).value?.path, join(folder, "my-otelcol"));
    assert.deepEqual(await codesOf({ flag: "./my-otelcol", env }), { found: null, said: ["error TP5002"] });
  });

  test("nothing anywhere: says where it looked", async () => {
    const { value, diagnostics } = await find({ builtIn: ["/nowhere/otelcol-lean"] });
    assert.equal(value, null);
    assert.equal(
      diagnostics[0]?.message,
      "no OpenTelemetry Collector found; looked at --collector, OTELCOL_BIN, otelcol-contrib on PATH, /nowhere/otelcol-lean",
    );
  });

  test("a named one that is unusable is refused although a good one was built", async () => {
    const builtIn = [requireCollector()];
    assert.deepEqual(await codesOf({ flag: "/nowhere/otelcol", builtIn }), { found: null, said: ["error TP5002"] });
    const env = { ...basics, OTELCOL_BIN: childPath("says-nonsense.sh") };
    assert.deepEqual(await codesOf({ env, builtIn }), { found: null, said: ["error TP5004"] });
  });

  test("one that was only come across is passed over with a warning", async (t) => {
    const folder = temporaryFolder(t);
    copyFileSync(childPath("says-nonsense.sh"), join(folder, "otelcol-contrib"));
    const env = { ...basics, PATH: `${folder}:${basics.PATH}` };
    const builtIn = [requireCollector()];
    assert.deepEqual(await codesOf({ env, builtIn }), { found: builtIn[0], said: ["warning TP5004"] });
  });
});

describe("what is not a usable Collector", () => {
  const cases: readonly [string, string, RegExp][] = [
    ["says-nonsense.sh", "TP5004", /--version exits with 0 and says "tea, earl grey, hot"/],
    ["no-components.sh", "TP5004", /components exits with 1 and says "Error: unknown command/],
    ["crashes.sh", "TP5004", /--version ended by SIGSEGV/],
  ];
  for (const [name, code, message] of cases) {
    test(`${name}: ${code}`, async () => {
      const { value, diagnostics } = await find({ flag: childPath(name) });
      assert.equal(value, null);
      assert.equal(diagnostics[0]?.code, code);
      assert.match(diagnostics[0]?.message ?? "", message);
    });
  }

  test("one that hangs is cut off, and so is what it started", async () => {
    const { value, diagnostics } = await find({ flag: childPath("hangs.sh"), timeoutMs: 150 });
    assert.equal(value, null);
    assert.equal(diagnostics[0]?.code, "TP5007");
    assert.match(diagnostics[0]?.message ?? "", /hangs\.sh --version did not end within 150 ms/);
  });

  test("a file that may not be executed, a folder, a dangling link", async (t) => {
    const folder = temporaryFolder(t);
    const plain = join(folder, "plain");
    writeFileSync(plain, "#!/bin/sh\n");
    chmodSync(plain, 0o644);
    mkdirSync(join(folder, "folder"));
    symlinkSync("/nowhere", join(folder, "link"));
    assert.deepEqual(await codesOf({ flag: plain }), { found: null, said: ["error TP5003"] });
    assert.deepEqual(await codesOf({ flag: join(folder, "folder") }), { found: null, said: ["error TP5003"] });
    assert.deepEqual(await codesOf({ flag: join(folder, "link") }), { found: null, said: ["error TP5002"] });
  });

  test("a file of another machine, or with an interpreter that is not there", async (t) => {
    const folder = temporaryFolder(t);
    const write = (name: string, content: string): string => {
      writeFileSync(join(folder, name), content, { mode: 0o755 });
      return join(folder, name);
    };
    const foreign = await find({ flag: write("foreign", "\x7fELF\x02\x01\x01 not really") });
    assert.match(foreign.diagnostics[0]?.message ?? "", /cannot be executed: it is neither a program for this machine/);
    const script = await find({ flag: write("script", "#!/nowhere/sh\n") });
    assert.match(script.diagnostics[0]?.message ?? "", /cannot be executed: the interpreter or loader it names/);
  });
});

describe("versions", () => {
  const speaking = (dist: string, core: string) =>
    find({ flag: childPath("speaks-as.sh"), env: { ...basics, DIST_VERSION: dist, CORE_VERSION: core } });

  // One binary whose answer depends on the environment: cached answers would hide it, so the file is copied each time.
  const copied = (t: TestContext, dist: string, core: string) =>
    find({
      flag: join(folderWith(t, "otelcol"), "otelcol"),
      env: { ...basics, DIST_VERSION: dist, CORE_VERSION: core },
    });

  test("too old names the version and the oldest supported", async () => {
    const { value, diagnostics } = await speaking("0.144.0", "0.144.0");
    assert.equal(value, null);
    assert.equal(diagnostics[0]?.code, "TP5005");
    assert.match(diagnostics[0]?.message ?? "", /is Collector 0\.144\.0; 0\.145\.0 is the oldest supported/);
  });

  test("versions are numbers: 0.99.0 is older than 0.145.0", async () => {
    assert.equal((await speaking("0.99.0", "0.99.0")).diagnostics[0]?.code, "TP5005");
  });

  test("the oldest supported is accepted", async (t) => {
    assert.deepEqual((await copied(t, "0.145.0", "0.145.0")).value?.version, "0.145.0");
  });

  test("a distribution with numbers of its own is known by its core", async (t) => {
    assert.deepEqual((await copied(t, "3.2.1", "0.158.0")).value?.version, "0.158.0");
  });

  test("a newer one is accepted and said so; a patch release is not newer", async (t) => {
    const newer = await copied(t, "0.162.0", "0.162.0");
    assert.equal(newer.value?.version, "0.162.0");
    assert.deepEqual(
      newer.diagnostics.map((d) => `${d.severity} ${d.code}`),
      ["info TP5008"],
    );
    assert.deepEqual((await copied(t, "0.158.1", "0.158.1")).diagnostics, []);
  });

  test("lacking components are named", async (t) => {
    const { value } = await copied(t, "0.158.0", "0.158.0");
    assert.ok(value);
    assert.deepEqual(lackingComponents(value, ["otlp"]), []);
    const [lacking] = lackingComponents(value, ["otlp", "transform", "routing"]);
    assert.equal(lacking?.code, "TP5006");
    assert.match(lacking?.message ?? "", /\(0\.158\.0\) has no transform, routing$/);
  });
});

test("a binary is asked once, and again when it has changed", async (t) => {
  const folder = temporaryFolder(t);
  for (const name of ["counts-calls.sh", "speaks-as.sh"]) copyFileSync(childPath(name), join(folder, name));
  const path = join(folder, "counts-calls.sh");
  const calls = join(folder, "calls");
  const env = { ...basics, CALLS: calls };
  const asked = () => readFileSync(calls, "utf8").trim().split("\n");
  await find({ flag: path, env });
  await find({ flag: path, env });
  assert.deepEqual(asked(), ["--version", "components"]);
  utimesSync(path, new Date(), new Date("2026-01-01T00:00:00Z"));
  await find({ flag: path, env });
  assert.deepEqual(asked(), ["--version", "components", "--version", "components"]);
});
