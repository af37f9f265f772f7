import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Agent } from "../../../src/agent/agent.ts";
import type { AgentOptions } from "../../../src/agent/options.ts";
import { StartError } from "../../../src/agent/start-error.ts";
import type { AgentView } from "../../../src/agent/view.ts";
import { type CompileOptions, compile as realCompile } from "../../../src/compile.ts";
import { type Diagnostic, diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { outcome } from "../../../src/diagnostics/outcome.ts";
import { usualBudgets } from "../../../src/resolve/budgets.ts";
import { poll } from "../../support/poll.ts";
import { runCli } from "./run-cli.ts";

const view: AgentView = {
  at: "serving",
  ready: true,
  live: null,
  lastReload: null,
  collector: null,
  policies: [],
  status: [],
  diagnostics: [],
  flow: [],
  tokens: [],
};

const collector = { path: "/fake", version: "0.158.0", components: new Set<string>(), source: "flag" as const };

/** An agent that does nothing but remember; it ends when it is stopped for the `stopsAt`th time, or at once with 0. */
const fakeAgent = (stopsAt: number, last: AgentView["lastReload"] = null, diagnostics: readonly Diagnostic[] = []) => {
  const { promise: stopped, resolve } = Promise.withResolvers<{ readonly reason: string }>();
  const calls: string[] = [];
  let given: AgentOptions | null = null;
  const agent: Agent = {
    view: () => ({ ...view, lastReload: last, diagnostics }),
    subscribe: () => () => {},
    reload: () => calls.push("reload"),
    stop: async () => {
      calls.push("stop");
      if (calls.filter((call) => call === "stop").length === stopsAt) resolve({ reason: "asked" });
    },
    stopped,
    url: null,
  };
  if (stopsAt === 0) resolve({ reason: "once" });
  return {
    calls,
    options: () => given,
    parts: {
      findCollector: async () => async () => outcome(collector),
      startAgent: async () => async (options: AgentOptions) => {
        given = options;
        return agent;
      },
    },
  };
};

/** The command listens for signals only while it runs; so may a test send them to itself. */
const signal = async (name: "SIGTERM" | "SIGINT" | "SIGHUP"): Promise<void> => {
  await poll(`a listener for ${name}`, () => process.listenerCount(name) > 0);
  process.emit(name, name);
};

describe("signals", () => {
  for (const name of ["SIGTERM", "SIGINT"] as const)
    test(`${name} stops in order: 0`, async () => {
      const { calls, parts } = fakeAgent(1);
      const running = runCli("agent --policy-dir samples/01-draft-example", { parts });
      await signal(name);
      assert.equal((await running).code, 0);
      assert.deepEqual(calls, ["stop"]);
      assert.equal(process.listenerCount(name), 0, "no listener is left");
    });
  test("a second TERM is passed on", async () => {
    const { calls, parts } = fakeAgent(2);
    const running = runCli("agent --policy-dir p", { parts });
    await signal("SIGTERM");
    await signal("SIGTERM");
    assert.equal((await running).code, 0);
    assert.deepEqual(calls, ["stop", "stop"]);
  });
  test("HUP looks again", async () => {
    const { calls, parts } = fakeAgent(1);
    const running = runCli("agent --policy-dir p", { parts });
    await signal("SIGHUP");
    await signal("SIGTERM");
    assert.match((await running).err, /level=info msg="looking again"/);
    assert.deepEqual(calls, ["reload", "stop"]);
  });
});

describe("exit codes", () => {
  const report = { reason: "applied", digest: null, at: 0, totalMs: 1, stages: {}, words: null } as const;
  test("--once that applied: 0", async () =>
    assert.equal(
      (await runCli("agent --once --policy-dir p", { parts: fakeAgent(0, { ...report, outcome: "committed" }).parts }))
        .code,
      0,
    ));
  test("--once that did not: 1", async () =>
    assert.equal(
      (await runCli("agent --once --policy-dir p", { parts: fakeAgent(0, { ...report, outcome: "rejected" }).parts }))
        .code,
      1,
    ));
  test("--once that left out a policy with errors: 1", async () => {
    const found = diagnostic("TP2102", { percent: 120 }, null);
    const { parts } = fakeAgent(0, { ...report, outcome: "committed" }, [found]);
    assert.equal((await runCli("agent --once --policy-dir p", { parts })).code, 1);
  });
  test("ended by itself: 1", async () =>
    assert.equal((await runCli("agent --policy-dir p", { parts: fakeAgent(0).parts })).code, 1));
  test("cannot start: 1, and why", async () => {
    const problem = diagnostic("TP5022", { path: "/r", holder: "process 7" }, null);
    const startAgent = async () => Promise.reject(new StartError([problem]));
    const parts = { ...fakeAgent(0).parts, startAgent: async () => startAgent };
    const { code, err } = await runCli("agent --policy-dir p", { parts });
    assert.equal(code, 1);
    assert.match(err, /level=error msg="another agent \(process 7\) already uses .*" code=TP5022 why=.* fix=/);
  });
  test("no folder to watch: 2", async () => {
    const { code, err } = await runCli("agent", { parts: fakeAgent(0).parts });
    assert.equal(code, 2);
    assert.match(err, /^otel-policy: the agent needs to know where the policies are: --policy-dir FOLDER\n/);
  });
  test("no Collector: 3", async () => {
    const findCollector = async () => outcome(null, [diagnostic("TP5001", { looked: ["PATH"] }, null)]);
    const { code, err } = await runCli("agent --policy-dir p", { parts: { findCollector: async () => findCollector } });
    assert.equal(code, 3);
    assert.match(err, /error TP5001/);
  });
});

test("flags become the agent's options", async () => {
  const { options, parts } = fakeAgent(0);
  const line =
    "agent --policy-dir a --policy-dir b --data-plane otlp --root-namespace infra --allow-endpoint x.example --run-dir /r --debounce 1s --resync 2s --reload-timeout 3s --listen none";
  await runCli(line, { parts });
  const given = options();
  assert.ok(given !== null);
  const { policyDirs, dataPlanes, rootNamespace, allowEndpoints, runDir, debounceMs, resyncMs, reloadTimeoutMs } =
    given;
  assert.deepEqual(
    { policyDirs, dataPlanes, rootNamespace, allowEndpoints, runDir, debounceMs, resyncMs, reloadTimeoutMs },
    {
      policyDirs: ["a", "b"],
      dataPlanes: ["otlp"],
      rootNamespace: "infra",
      allowEndpoints: ["x.example"],
      runDir: "/r",
      debounceMs: 1000,
      resyncMs: 2000,
      reloadTimeoutMs: 3000,
    },
  );
  assert.deepEqual([given.listen, given.serve, given.once, given.redirectSinks], [null, null, false, null]);
  assert.match(given.base.text, /^service:/m);
});

test("the agent compiles with the budgets and prices of its flags", async () => {
  const { options, parts } = fakeAgent(0);
  const asked: CompileOptions[] = [];
  const compile: typeof realCompile = (files, how) => {
    asked.push(how);
    return realCompile(files, how);
  };
  await runCli("agent --policy-dir a --listen none --namespace-budget team-a/policies=3", {
    parts: { ...parts, compile: async () => compile },
  });
  const given = options();
  assert.ok(given !== null);
  const { base } = given;
  const how = { dataPlanes: [], rootNamespace: null, allowEndpoints: [], base, collector: null, redirectSinks: null };
  given.compile([], { ...how, topology: "handover" });
  assert.deepEqual(
    asked.map(({ budgets, prices }) => [budgets?.own.get("team-a"), budgets?.everyone, prices]),
    [[{ policies: 3 }, usualBudgets, null]],
  );
});

test("the run folder is the user's own", async () => {
  const runDirOf = async (env: NodeJS.ProcessEnv) => {
    const { options, parts } = fakeAgent(0);
    await runCli("agent --policy-dir p --listen none", { parts, env });
    return options()?.runDir;
  };
  assert.equal(await runDirOf({ XDG_RUNTIME_DIR: "/run/user/7" }), "/run/user/7/otel-policy");
  assert.match((await runDirOf({})) ?? "", /\/otel-policy-\d+$/);
});

test("whose Collector it is: flags that belong together", async () => {
  const modeOf = async (line: string) => {
    const { options, parts } = fakeAgent(0);
    const { err } = await runCli(`agent --policy-dir p --listen none ${line}`, { parts });
    const given = options();
    return given === null ? (err.split("\n")[0] ?? "") : [given.topology, given.collectorMode];
  };
  assert.deepEqual(await modeOf(""), ["handover", { kind: "child" }]);
  assert.deepEqual(await modeOf("--topology single"), ["single", { kind: "child" }]);
  assert.deepEqual(await modeOf("--collector-mode none --config-out c"), ["single", { kind: "none", configOut: "c" }]);
  assert.deepEqual(await modeOf("--collector-mode signal --config-out c --pid-file p"), [
    "single",
    { kind: "signal", configOut: "c", find: { pidFile: "p" } },
  ]);
  assert.deepEqual(await modeOf("--collector-mode signal --config-out c --process-name n"), [
    "single",
    { kind: "signal", configOut: "c", find: { processName: "n" } },
  ]);
  assert.match(String(await modeOf("--ingest external --topology single")), /goes with --topology handover/);
  assert.match(String(await modeOf("--node-namespaces auto")), /needs to know the node: --node-name NAME/);
  assert.match(String(await modeOf("--node-namespaces auto --node-name n")), /works in a cluster only/);
  assert.match(String(await modeOf("--collector-mode none")), /needs to know where to write: --config-out FILE/);
  assert.match(
    String(await modeOf("--collector-mode signal --config-out c")),
    /--pid-file FILE or --process-name NAME/,
  );
  assert.match(String(await modeOf("--config-out c")), /--config-out is for --collector-mode signal or none/);
  assert.match(String(await modeOf("--topology handover --collector-mode none --config-out c")), /--topology single/);
});
