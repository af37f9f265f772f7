import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Agent } from "../../../src/agent/agent.ts";
import type { AgentOptions } from "../../../src/agent/options.ts";
import { StartError } from "../../../src/agent/start-error.ts";
import type { AgentView } from "../../../src/agent/view.ts";
import { runDev } from "../../../src/cli/dev/dev.ts";
import type { DevOptions } from "../../../src/cli/dev/options.ts";
import { type DevParts, realParts } from "../../../src/cli/dev/parts.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";
import { diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { startSink } from "../../support/sink.ts";
import { model } from "./fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "otel-policy-run-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const policy = join(folder, "policy.yaml");
writeFileSync(policy, "kind: TelemetryPolicy\n");

/** A pipe instead of a terminal. */
const pipes = () => {
  const written = { out: "", err: "" };
  const stream = (name: "out" | "err") => ({
    write: (text: string) => {
      written[name] += text;
    },
    isTerminal: false,
    columns: 80,
  });
  return {
    written,
    terminal: { out: stream("out"), err: stream("err"), env: {}, readStdin: () => Promise.resolve("") },
  };
};

const collector = { path: "/opt/otelcol", version: "0.158.0", components: new Set<string>(), source: "flag" as const };

/** An agent that is ready at once, and remembers what it was started with. */
const fakeAgent = (view: AgentView = model.view) => {
  const { promise: stopped, resolve } = Promise.withResolvers<{ reason: string }>();
  const seen: { options: AgentOptions | null; stops: number } = { options: null, stops: 0 };
  const agent: Agent = {
    view: () => view,
    subscribe: () => () => {},
    reload: () => {},
    stop: () => {
      seen.stops += 1;
      return Promise.resolve();
    },
    stopped,
    url: null,
  };
  const parts: DevParts = {
    ...realParts,
    findCollector: () => Promise.resolve({ value: collector, diagnostics: [] }),
    startAgent: (options) => {
      seen.options = options;
      return Promise.resolve(agent);
    },
  };
  return { parts, seen, die: (reason: string) => resolve({ reason }) };
};

const options = (over: Partial<DevOptions> & Pick<DevOptions, "terminal">): DevOptions => ({
  path: policy,
  collector: null,
  base: null,
  dataPlanes: [],
  rootNamespace: null,
  allowEndpoints: [],
  listen: null,
  requestsPerSecond: 0,
  durationMs: 300,
  color: "never",
  ...over,
});

describe("runDev, not on a terminal", () => {
  test("ends by itself after its duration: events and status on stdout, talk on stderr, nothing left behind", async () => {
    const { written, terminal } = pipes();
    const { parts, seen } = fakeAgent();
    assert.equal(await runDev(options({ terminal }), parts), 0);
    assert.match(written.out, /reload committed \(applied\) in 212 ms, generation 3/);
    assert.match(written.out, /prod-ns\/standard-telemetry traces received 50,000 kept 5,000/);
    assert.doesNotMatch(written.out, /\u001b/);
    assert.match(written.err, /^starting Collector… 0\.158\.0, \/opt\/otelcol\n/);
    assert.equal(seen.stops, 1);
    assert.equal(existsSync(seen.options?.runDir ?? ""), false);
  });

  test("the agent gets the stand-in for providers and a file for access logs", async () => {
    const { terminal } = pipes();
    const { parts, seen } = fakeAgent();
    await runDev(options({ terminal, durationMs: 50 }), parts);
    assert.match(seen.options?.redirectSinks ?? "", /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(typeof seen.options?.collectorStdout, "number");
    assert.equal(seen.options?.endWithParent, true);
    assert.deepEqual(seen.options?.policyDirs, [policy]);
  });

  test("once ready it feeds the base config's own OTLP port", async () => {
    const sink = await startSink();
    const base = join(folder, "base.yaml");
    writeFileSync(base, `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${sink.port}" } } } }\n`);
    const { written, terminal } = pipes();
    const { parts } = fakeAgent();
    await runDev(options({ terminal, base, requestsPerSecond: 100, durationMs: 600 }), parts);
    const services = new Set(
      sink.spans.map(({ resource }) => resource.attributes.find(({ key }) => key === "service.name")?.value),
    );
    await sink.close();
    assert.ok(services.size >= 3, "two Gateways and a mesh namespace");
    assert.match(written.err, /sending 100 requests a second to http:\/\/127\.0\.0\.1:/);
    assert.match(written.err, /records taken, 0 requests refused/);
  });

  test("no Collector is exit code 3, with the reason", async () => {
    const { written, terminal } = pipes();
    const { parts, seen } = fakeAgent();
    const lacking: DevParts = {
      ...parts,
      findCollector: () =>
        Promise.resolve({ value: null, diagnostics: [diagnostic("TP5001", { looked: ["PATH"] }, null)] }),
    };
    assert.equal(await runDev(options({ terminal }), lacking), 3);
    assert.match(written.err, /TP5001/);
    assert.equal(seen.options, null);
  });

  test("an agent that cannot begin says why, and leaves nothing behind", async () => {
    const { written, terminal } = pipes();
    let runDir = "";
    const parts: DevParts = {
      ...fakeAgent().parts,
      startAgent: (given) => {
        runDir = given.runDir;
        return Promise.reject(
          new StartError([diagnostic("TP5011", { address: "127.0.0.1:13134", by: "the agent" }, null)]),
        );
      },
    };
    assert.equal(await runDev(options({ terminal }), parts), 1);
    assert.match(written.err, /TP5011 .*127\.0\.0\.1:13134/);
    assert.equal(existsSync(runDir), false);
  });

  test("a path that is not there, or a base that cannot be read, is a usage error before anything starts", async () => {
    const { terminal } = pipes();
    const { parts, seen } = fakeAgent();
    await assert.rejects(runDev(options({ terminal, path: join(folder, "nosuch") }), parts), UsageError);
    await assert.rejects(runDev(options({ terminal, base: folder }), parts), UsageError);
    assert.equal(seen.options, null);
  });

  test("an agent that ends by itself is exit code 1; the logs stay", async () => {
    const { written, terminal } = pipes();
    const { parts, seen, die } = fakeAgent();
    const running = runDev(options({ terminal, durationMs: null }), parts);
    die("stranded");
    assert.equal(await running, 1);
    assert.match(written.err, /the agent ended by itself: stranded\nthe logs are in /);
    const kept = seen.options?.runDir ?? "";
    assert.ok(existsSync(join(kept, "agent.log")));
    rmSync(kept, { recursive: true });
  });

  test("a signal ends it in order", async () => {
    const { terminal } = pipes();
    const { parts, seen } = fakeAgent();
    const running = runDev(options({ terminal, durationMs: null }), parts);
    const timer = setInterval(() => {
      if (seen.options !== null && process.listenerCount("SIGTERM") > 0) process.kill(process.pid, "SIGTERM");
    }, 20);
    assert.equal(await running, 0);
    clearInterval(timer);
    assert.equal(process.listenerCount("SIGTERM"), 0);
  });
});
