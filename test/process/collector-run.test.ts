import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { startFailure } from "../../src/collector/failures.ts";
import { askHealth, waitHealthy } from "../../src/collector/health.ts";
import type { CollectorLine } from "../../src/collector/log-line.ts";
import { labelOf, scrape, sum } from "../../src/collector/metrics-text.ts";
import { freePorts } from "../../src/collector/ports.ts";
import { type CollectorProcess, startCollector } from "../../src/collector/process.ts";
import { systemClock } from "../../src/collector/system-clock.ts";
import { environment } from "../../src/render/types.ts";
import { temporaryFolder } from "../support/children.ts";
import { requireCollector } from "../support/collector.ts";

/** As rendered configs are: what differs between generations comes from the environment. */
const config = `
extensions:
  health_check: {endpoint: "\${env:${environment.healthSocket}}", transport: unix}
receivers:
  otlp: {protocols: {grpc: {endpoint: "\${env:${environment.coreSocket}}", transport: unix}}}
exporters: {nop: {}}
service:
  extensions: [health_check]
  telemetry:
    resource: {attributes: [{name: otel_policy_digest, value: "\${env:${environment.digest}}"}]}
    metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: "\${env:${environment.telemetryPort}}"}}}}]}
  pipelines:
    traces: {receivers: [otlp], exporters: [nop]}
`;

type Running = {
  readonly child: CollectorProcess;
  readonly health: string;
  readonly port: number;
  readonly lines: CollectorLine[];
};

const startReal = async (t: TestContext, coreSocket?: string): Promise<Running> => {
  const folder = temporaryFolder(t);
  const configPath = join(folder, "core-1.yaml");
  writeFileSync(configPath, config);
  const [port = 0] = await freePorts(1);
  const health = join(folder, "health-core-1.sock");
  const lines: CollectorLine[] = [];
  const child = startCollector({
    binary: { path: requireCollector() },
    configPath,
    env: {
      [environment.healthSocket]: health,
      [environment.coreSocket]: coreSocket ?? join(folder, "core-1.sock"),
      [environment.telemetryPort]: String(port),
      [environment.digest]: "c0ffee",
    },
    name: "core-1",
    onLog: (line) => lines.push(line),
    endWithParent: true,
  });
  t.after(() => child.stop(5000));
  return { child, health, port, lines };
};

describe("the real Collector", () => {
  test("starts, is healthy over a unix socket, tells its digest, and stops", async (t) => {
    const { child, health, port, lines } = await startReal(t);
    assert.deepEqual(await waitHealthy(health, child.exited, systemClock.now() + 15_000, systemClock), {
      kind: "healthy",
    });
    const samples = await scrape(port);
    assert.equal(labelOf(samples, "target_info", "otel_policy_digest"), "c0ffee");
    assert.ok(sum(samples, "otelcol_process_memory_rss") > 1e6);
    assert.deepEqual(await child.stop(10_000), { kind: "clean", asked: true });
    assert.equal(await askHealth(health), "absent");
    assert.equal(existsSync(health), false, "it takes its sockets with it");
    assert.deepEqual(lines.at(-1)?.message, "Shutdown complete.");
    assert.deepEqual(
      lines.filter((line) => line.at === null),
      [],
      "every line is understood",
    );
    assert.equal(
      lines.find((line) => line.message === "Starting health_check extension")?.fields["component.id"],
      "health_check",
    );
  });

  test("a socket path that is taken: waiting ends with the exit, and the reason is known", async (t) => {
    const taken = temporaryFolder(t);
    const { child, health } = await startReal(t, taken);
    const waited = await waitHealthy(health, child.exited, systemClock.now() + 15_000, systemClock);
    assert.ok(waited.kind === "exited");
    const found = startFailure(child, waited.exit);
    assert.equal(found.code, "TP5011");
    assert.equal(found.message, `the core-1 Collector cannot listen on ${taken}: another process does already`);
  });
});
