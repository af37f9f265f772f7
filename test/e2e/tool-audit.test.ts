import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { exportsOf } from "../../src/traffic/batch.ts";
import { envoyGateway } from "../../src/traffic/envoy-gateway.ts";
import { everyday, type Mix, nextRequest } from "../../src/traffic/mix.ts";
import { text } from "../../src/traffic/otlp.ts";
import { seeded } from "../../src/traffic/random.ts";
import type { Request } from "../../src/traffic/request.ts";
import { otlpGateway } from "../../src/traffic/semconv-source.ts";
import type { Source } from "../../src/traffic/source.ts";
import { draftPolicy } from "../support/compile-text.ts";
import { gatewayResource, logOf, logsExport } from "../support/model-calls.ts";
import { type PolicyCollector, runPolicies, type testBase } from "../support/policy-collector.ts";
import { poll, settled } from "../support/poll.ts";

const mix: Mix = {
  ...everyday,
  kinds: [
    ["tool", 6],
    ["mcp", 2],
    ["chat", 1],
    ["api", 1],
  ],
};

/** The recipe of docs/genai-dashboards.md, word for word. */
const recipe = (): string => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/genai-dashboards.md"), "utf8");
  const block = /<!-- audit -->\n```yaml\n([\s\S]*?)```/.exec(page)?.[1];
  assert.ok(block !== undefined, "the page has a recipe for the audit");
  return block;
};

const folder = mkdtempSync(join(tmpdir(), "otel-policy-audit-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The recipe around the ports and the sink of a test. */
const auditBase: typeof testBase = (ports, sink) => ({
  path: "base.yaml",
  text: recipe()
    .replace("0.0.0.0:4318", `127.0.0.1:${ports.otlp}`)
    .replaceAll("/var/lib/otelcol", folder)
    .replace(
      "endpoint: https://audit.example.com:4318",
      `endpoint: "${sink.url}"\n    encoding: json\n    compression: none`,
    )
    .replace("max_megabytes: 100", "max_megabytes: 1")
    .replace("service:\n", "service:\n  telemetry: {metrics: {level: none}}\n")
    .replace("0.0.0.0:8889", `127.0.0.1:${ports.prometheus}`),
});

const idsIn = (line: string): readonly string[] =>
  [...line.matchAll(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-9[0-9a-f]{3}-[0-9a-f]{12}/g)].map(([id]) => id);

const sendAll = async (run: PolicyCollector, source: Source, count: number): Promise<readonly Request[]> => {
  const random = seeded(33);
  const requests = Array.from({ length: count }, () => nextRequest(mix, random, Date.now()));
  for (let at = 0; at < count; at += 100)
    assert.equal(await run.send(exportsOf(requests.slice(at, at + 100).map((request) => source.records(request)))), 0);
  return requests;
};

const sampled = '  tracing: {provider: {type: OTLP, endpoint: "collector.obs.svc:4317"}, samplingRate: {percent: 1}}\n';

const mcpCall = "00000000-0000-4000-9000-000000000001";

describe("every tool call is on record while one trace in a hundred is kept", () => {
  for (const [name, source] of [
    ["otlp", otlpGateway("ns", "tools")],
    ["envoy-gateway", envoyGateway({ namespace: "ns", gateway: "tools" })],
  ] as const)
    test(`${name}: in rotating files of the base config, and at the archive behind a queue on disk`, async () => {
      const run = await runPolicies(
        [{ path: "p.yaml", text: draftPolicy("tools", sampled) }],
        undefined,
        undefined,
        auditBase,
      );
      const files = (): readonly string[] => readdirSync(join(folder, "audit")).sort();
      try {
        const requests = await sendAll(run, source, 3000);
        // As Envoy AI Gateway logs MCP.
        const mcp = [text("x-request-id", mcpCall), text("mcp_method", "tools/call"), text("mcp_tool_name", "search")];
        assert.equal(await run.send([logsExport(gatewayResource("tools"), [logOf(mcp)])]), 0);
        const wanted = [mcpCall, ...requests.filter(({ kind }) => kind === "tool").map(({ id }) => id)].sort();
        const written = (): readonly string[] =>
          files()
            .flatMap((file) => readFileSync(join(folder, "audit", file), "utf8").split("\n"))
            .flatMap(idsIn)
            .sort();
        await poll("all tool calls in the files", () => written().length >= wanted.length, 15_000, 100);
        assert.deepEqual(written(), wanted);
        assert.ok(files().length > 1, `rotated: ${files().join()}`);
        await settled(() => run.defaults.logs.length, 1000);
        const archived = run.defaults.logs.flatMap(({ record }) => idsIn(JSON.stringify(record))).sort();
        assert.deepEqual(archived, wanted);
        assert.ok(readdirSync(join(folder, "queue")).length > 0, "a queue on disk");
        await settled(() => run.backend.spans.length, 1000);
        const traces = new Set(run.backend.spans.map(({ record }) => record.traceId));
        assert.ok(traces.size < 0.03 * requests.length, `${traces.size} traces kept`);
      } finally {
        await run.stop();
        rmSync(join(folder, "audit"), { recursive: true, force: true });
        rmSync(join(folder, "queue"), { recursive: true, force: true });
      }
    });

  test("at the provider of a policy", async () => {
    const audit = `  accessLogs:
    provider: {type: OTLP, endpoint: "audit.obs.svc:4317"}
    matches: [{path: /tool/execute}, {path: /mcp}]
`;
    const run = await runPolicies([{ path: "p.yaml", text: draftPolicy("tools", sampled + audit) }]);
    try {
      const requests = await sendAll(run, otlpGateway("ns", "tools"), 1500);
      const wanted = requests.filter(({ tool }) => tool !== null).map(({ id }) => id);
      await poll("all tool calls", () => run.backend.logs.length >= wanted.length, 15_000);
      await settled(() => run.backend.logs.length, 500);
      const arrived = run.backend.logs.flatMap(({ record }) => idsIn(JSON.stringify(record)));
      assert.deepEqual(arrived.sort(), [...wanted].sort());
    } finally {
      await run.stop();
    }
  });
});
