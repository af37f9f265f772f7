import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, type TestContext, test } from "node:test";
import type { AgentView } from "../../../src/agent/view.ts";
import { paint } from "../../../src/cli/paint.ts";
import { statusText } from "../../../src/cli/status-text.ts";
import { diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { freePort } from "../../support/free-port.ts";
import { runCli } from "./run-cli.ts";

const now = 1_795_494_668_000;
const view: AgentView = {
  at: "serving",
  ready: true,
  live: { number: 3, digest: "3f9a61c0d2e47b85", since: now - 125_000 },
  lastReload: {
    outcome: "rejected",
    reason: "validate_failed",
    digest: null,
    at: now - 4000,
    totalMs: 81.4,
    stages: {},
    words: "exporters::otlp: odd\nservice: odd",
  },
  collector: { version: "0.158.0", path: "/opt/otelcol" },
  policies: [
    { id: "prod-ns/standard", state: "active", targets: ["Gateway/prod-ns/my-gateway"], reason: "Programmed" },
    { id: "prod-ns/other", state: "conflicted", targets: ["Gateway/prod-ns/my-gateway"], reason: "Conflicted" },
  ],
  status: [],
  diagnostics: [],
  flow: [],
  tokens: [],
};

test("as a table", () =>
  assert.equal(
    statusText(view, paint(false), now),
    `agent        serving, ready
generation   3  3f9a61c0d2e4  live for 2 min
last reload  rejected (validate failed) in 81 ms, 4 s ago
Collector    0.158.0  /opt/otelcol
  exporters::otlp: odd
  service: odd

POLICY            STATE       TARGETS                     REASON
prod-ns/standard  active      Gateway/prod-ns/my-gateway  Programmed
prod-ns/other     conflicted  Gateway/prod-ns/my-gateway  Conflicted
`,
  ));

test("who keeps message content is told", () => {
  const kept = diagnostic("TP4030", { policy: "prod-ns/standard", records: "spans" }, null, {
    policy: "prod-ns/standard",
  });
  assert.match(
    statusText({ ...view, diagnostics: [kept] }, paint(false), now),
    /\nMESSAGE CONTENT\nprod-ns\/standard {2}keeps prompts, answers and arguments of tools in the spans of its targets\n$/,
  );
});

test("before the first generation, without policies", () =>
  assert.equal(
    statusText(
      { ...view, at: "starting", ready: false, live: null, lastReload: null, collector: null, policies: [] },
      paint(false),
      now,
    ),
    "agent        starting, not ready\ngeneration   none yet\nlast reload  none yet\nCollector    none\n\nno policies\n",
  ));

/** Serves one answer at the status address. */
const serving = async (t: TestContext, status: number, body: string): Promise<string> => {
  const server = createServer((request, response) => {
    if (request.url === "/api/v1/status") response.writeHead(status).end(body);
    else response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return `127.0.0.1:${address.port}`;
};

describe("status", () => {
  test("a ready agent: 0", async (t) => {
    const { code, out, err } = await runCli(`status --listen ${await serving(t, 200, JSON.stringify(view))}`);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^agent +serving, ready\n/);
  });
  test("as JSON, unchanged", async (t) => {
    const { out } = await runCli(`status -o json --listen ${await serving(t, 200, JSON.stringify(view))}`);
    assert.deepEqual(JSON.parse(out), view);
  });
  test("an agent that is not ready: the same, but 1", async (t) => {
    const listen = await serving(t, 200, JSON.stringify({ ...view, ready: false }));
    const { code, out } = await runCli(`status --listen ${listen}`);
    assert.equal(code, 1);
    assert.match(out, /not ready/);
  });
  test("an agent that listens on every address is asked on this machine's own", async (t) => {
    const [, port] = (await serving(t, 200, JSON.stringify(view))).split(":");
    assert.equal((await runCli(`status --listen 0.0.0.0:${port}`)).code, 0);
  });
  test("nothing there: 1, and what to do", async () => {
    const { code, out, err } = await runCli(`status --listen 127.0.0.1:${await freePort()}`);
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /^otel-policy: no agent answers at http:.*: nothing listens there\n {2}start one with/);
  });
  test("something else there: 1", async (t) => {
    for (const [status, body] of [
      [404, "not found"],
      [200, "[]"],
      [200, "<html>"],
    ] as const) {
      const { code, err } = await runCli(`status --listen ${await serving(t, status, body)}`);
      assert.equal(code, 1);
      assert.match(err, /but not like an agent/);
    }
  });
});

test("with the dimensions that are full, and no others", () => {
  const dimensions = [
    { policy: "prod-ns/standard", dimension: "team", values: 100, limit: 100 },
    { policy: "prod-ns/standard", dimension: "route", values: 3, limit: 100 },
  ];
  const text = statusText({ ...view, dimensions }, paint(false), now);
  assert.match(text, /\n\nFULL DIMENSIONS\nprod-ns\/standard {2}team: 100 of 100 values, others count under other\n$/);
  assert.doesNotMatch(text, /route/);
});
