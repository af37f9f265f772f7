import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { environment } from "../../src/render/types.ts";
import { cleanEnv, mainPath, root, runMain } from "../process/cli.ts";
import { collectorPath, requireCollector } from "../support/collector.ts";
import { freePorts } from "../support/free-port.ts";
import { notedCollectors } from "../support/noted-collectors.ts";
import { startOracle } from "../support/oracle.ts";
import { testBase } from "../support/policy-collector.ts";
import { poll } from "../support/poll.ts";
import { lastMark, type Sink, startSink } from "../support/sink.ts";

const policy = (mark: string): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: a, namespace: prod}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}
  tracing: {customAttributes: [{attributeName: mark, literalValue: "${mark}"}]}
`;

/** One after the other, as a pod lives: every test goes on where the one before left off. */
describe("an agent beside an ingest that others run", () => {
  const folder = mkdtempSync(join(tmpdir(), "xi-"));
  const runDir = join(folder, "run");
  const policies = join(folder, "policies");
  const [baseFile, ingestFile] = [join(folder, "base.yaml"), join(runDir, "ingest.yaml")];
  let sink: Sink;
  let ports: readonly number[] = [];
  let ingest: ChildProcess;
  let agent: ChildProcess;
  let log = "";
  const port = (n: number): number => ports[n] ?? assert.fail("too few ports");
  const endpoint = (): string => `http://127.0.0.1:${port(0)}`;

  /** What the other container runs: an unmodified Collector, its config, its environment. */
  const startIngest = (): ChildProcess =>
    spawn(requireCollector(), [`--config=${ingestFile}`], {
      stdio: "ignore",
      env: {
        [environment.runDir]: runDir,
        [environment.healthSocket]: join(runDir, "health-ingest.sock"),
        [environment.telemetryPort]: String(port(2)),
        [environment.flowPort]: String(port(3)),
      },
    });
  const startAgent = (base = baseFile): ChildProcess => {
    const words = ["--policy-dir", policies, "--base", base, "--run-dir", runDir, "--collector", collectorPath];
    const child = spawn(
      process.execPath,
      [mainPath, "agent", ...words, "--ingest", "external", "--listen", `127.0.0.1:${port(4)}`],
      {
        cwd: root,
        env: {
          ...cleanEnv(),
          [environment.telemetryPort]: String(port(2)),
          [environment.flowPort]: String(port(3)),
        },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    log = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
    return child;
  };
  const ask = async (path: string): Promise<Response | null> =>
    fetch(`http://127.0.0.1:${port(4)}${path}`).catch(() => null);
  const ready = (wanted: number): Promise<unknown> =>
    poll(`/readyz ${wanted}`, async () => (await ask("/readyz"))?.status === wanted, 20_000).catch((error) =>
      assert.fail(`${error}\n${log}`),
    );
  const ended = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  };

  before(async () => {
    ports = await freePorts(5);
    sink = await startSink();
    mkdirSync(policies);
    writeFileSync(join(policies, "a.yaml"), policy("mark-1"));
    writeFileSync(baseFile, testBase({ otlp: port(0), prometheus: port(1) }, sink).text);
    // As the init container of the chart does.
    const rendered = await runMain([
      ...["render", "--topology", "handover", "--part", "ingest", "--base", baseFile, "--quiet"],
      ...["--run-dir", runDir, "--output", ingestFile],
    ]);
    assert.equal(rendered.code, 0, rendered.err);
    ingest = startIngest();
    agent = startAgent();
    await ready(200);
  });
  after(async () => {
    for (const child of [agent, ingest]) {
      child.kill("SIGKILL");
      await ended(child);
    }
    for (const pid of notedCollectors(runDir, "")) process.kill(pid, "SIGKILL");
    await sink.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("runs cores only, and an edit changes nothing of ingest", async () => {
    const oracle = startOracle({ endpoint: endpoint(), perSecond: 100, gateways: ["a"] });
    await poll("spans", () => sink.spans.length > 20);
    const config = readFileSync(ingestFile, "utf8");
    assert.equal(notedCollectors(runDir, "ingest").length, 0);
    writeFileSync(join(policies, "a.yaml"), policy("mark-2"));
    await poll("the edit", () => lastMark(sink) === "mark-2");
    await oracle.stop();
    const verdict = await oracle.verdict([sink], 500, 5000);
    assert.deepEqual([verdict.refused, verdict.lost, verdict.doubled], [0, 0, 0], JSON.stringify(verdict));
    assert.equal(readFileSync(ingestFile, "utf8"), config);
    assert.equal(ingest.exitCode, null);
    assert.match((await (await ask("/api/v1/status"))?.text()) ?? "", /"live":\{"number":2,/);
    await poll("flow", async () => /"kept":[1-9]/.test((await (await ask("/api/v1/status"))?.text()) ?? ""));
  });

  test("ingest that is killed finds its sockets free when it comes again", async () => {
    ingest.kill("SIGKILL");
    await ended(ingest);
    await ready(503);
    // As kubelet does: again and again, with growing pauses.
    for (let pauseMs = 300; (await ask("/readyz"))?.status !== 200; pauseMs *= 2) {
      assert.ok(pauseMs < 3000, `ingest does not come up again\n${log}`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (ingest.exitCode !== null || ingest.signalCode !== null) ingest = startIngest();
    }
    assert.match(log, /TP5026/);
    const before = sink.spans.length;
    const oracle = startOracle({ endpoint: endpoint(), perSecond: 100, gateways: ["a"] });
    await poll("spans", () => sink.spans.length > before + 20);
    await oracle.stop();
    const verdict = await oracle.verdict([sink], 500, 5000);
    assert.deepEqual([verdict.refused, verdict.lost], [0, 0], JSON.stringify(verdict));
    assert.match((await (await ask("/metrics"))?.text()) ?? "", /otel_policy_collector_restarts_total 1\b/);
  });

  test("while the agent's container is away ingest accepts and keeps", async () => {
    const cores = notedCollectors(runDir, "core");
    assert.equal(cores.length, 1);
    agent.kill("SIGKILL");
    await ended(agent);
    for (const pid of cores) process.kill(pid, "SIGKILL");
    const oracle = startOracle({ endpoint: endpoint(), perSecond: 100, gateways: ["a"] });
    await poll("requests", () => oracle.accepted() > 100);
    await oracle.stop();
    agent = startAgent();
    await ready(200);
    const verdict = await oracle.verdict([sink], 4000, 20_000);
    assert.deepEqual([verdict.refused, verdict.lost], [0, 0], JSON.stringify(verdict));
  });

  test("an agent that is killed alone leaves its core serving; the next one takes it over", async () => {
    const cores = notedCollectors(runDir, "core");
    agent.kill("SIGKILL");
    await ended(agent);
    agent = startAgent();
    await ready(200);
    assert.deepEqual(notedCollectors(runDir, "core"), cores);
    assert.equal(ingest.exitCode, null);
  });

  test("a base config that ingest does not run is refused with what to do", async () => {
    agent.kill("SIGTERM");
    await ended(agent);
    assert.equal(agent.exitCode, 0, log);
    const other = join(folder, "other.yaml");
    writeFileSync(other, testBase({ otlp: port(0), prometheus: port(1), grpc: 1 }, sink).text);
    agent = startAgent(other);
    await poll("TP5025", () => log.includes("TP5025"), 20_000);
    assert.equal((await ask("/readyz"))?.status, 503);
    agent.kill("SIGTERM");
    await ended(agent);
    assert.equal(ingest.exitCode, null, "ingest goes on");
    agent = startAgent();
    await ready(200);
  });

  test("when both are asked to end at once, as kubelet does, nothing accepted is lost", async () => {
    const oracle = startOracle({ endpoint: endpoint(), perSecond: 200, gateways: ["a"] });
    await poll("requests", () => oracle.accepted() > 200);
    const asked = performance.now();
    agent.kill("SIGTERM");
    ingest.kill("SIGTERM");
    await Promise.all([ended(agent), ended(ingest)]);
    assert.ok(performance.now() - asked < 10_000);
    await oracle.stop();
    assert.deepEqual([agent.exitCode, ingest.exitCode], [0, 0], log);
    const verdict = await oracle.verdict([sink], 300, 2000);
    assert.equal(verdict.lost, 0, JSON.stringify(verdict));
    assert.deepEqual(notedCollectors(runDir, ""), []);
  });
});
