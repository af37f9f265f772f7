import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { crdDialects, definitionOf } from "../../scripts/crd/definition.ts";
import { requireCollector } from "../support/collector.ts";
import { freePorts } from "../support/free-port.ts";
import { poll } from "../support/poll.ts";
import { create, installAccess } from "./support/access.ts";
import { type ApiServer, startApiServer } from "./support/api-server.ts";
import { at, createPath, installCrds } from "./support/policies.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const draft = (name: string, percent: number) => ({
  apiVersion: "gateway.networking.k8s.io/v1alpha2",
  kind: "TelemetryPolicy",
  metadata: { name, namespace: "prod" },
  spec: {
    targetRef: { group: "gateway.networking.k8s.io", kind: "Gateway", name: "edge" },
    tracing: { samplingRate: { percent }, context: ["W3C"] },
  },
});
const gep = {
  apiVersion: "gateway.networking.x-k8s.io/v1alpha1",
  kind: "TelemetryPolicy",
  metadata: { name: "third", namespace: "prod" },
  spec: {
    targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "inner" }],
    tracing: { samplingRate: { numerator: 1 } },
  },
};

/** The agent as the chart starts it with status.write, against a real API server with the chart's own rights. */
describe("--write-status", () => {
  let server: ApiServer;
  let agent: ChildProcess;
  let log = "";
  let token = "";
  const folder = mkdtempSync(join(tmpdir(), "otel-policy-status-"));
  const write = (name: string, object: object): void =>
    writeFileSync(join(folder, "policies", name), JSON.stringify(object));
  const statusOf = async (object: object): Promise<readonly object[]> => {
    const { body } = await server.ask("GET", `${createPath(object)}/${at(object, "metadata", "name")}`);
    return (at(body, "status", "ancestors") ?? []) as readonly object[];
  };
  const condition = (ancestor: object | undefined, type: string): unknown =>
    ((at(ancestor, "conditions") ?? []) as readonly object[]).find((one) => at(one, "type") === type);
  const ours = (ancestors: readonly object[]): object | undefined =>
    ancestors.find((entry) => at(entry, "controllerName") === "otel-policy.dev/agent");

  const start = (): ChildProcess => {
    const child = spawn(
      process.execPath,
      [
        ...[join(root, "src/main.ts"), "agent", "--write-status", "--log-level", "info", "--listen", "none"],
        ...["--policy-dir", join(folder, "policies"), "--base", join(folder, "base.yaml")],
        ...["--run-dir", join(folder, "run"), "--service-account", join(folder, "account")],
        ...["--collector", requireCollector()],
      ],
      {
        env: { ...process.env, KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: String(server.port) },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    child.stderr?.on("data", (part: Buffer) => {
      log += part.toString("utf8");
    });
    return child;
  };
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => agent.once("exit", resolve));
    if (agent.exitCode !== null) return;
    agent.kill("SIGTERM");
    await ended;
  };

  before(async () => {
    server = await startApiServer();
    await installCrds(server, crdDialects.map(definitionOf));
    token = await installAccess(server, { status: { write: true } });
    await create(server, "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "prod" } });
    for (const object of [draft("first", 5), draft("second", 50), gep])
      await create(server, createPath(object), object);
    const their = { ancestorRef: { kind: "Gateway", name: "edge" }, controllerName: "gateway.example/controller" };
    const conditions = [
      { type: "Accepted", status: "True", reason: "Accepted", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" },
    ];
    const path = `${createPath(draft("first", 5))}/first`;
    const status = { ancestors: [{ ...their, conditions }] };
    const { status: answer, text } = await server.ask(
      "PATCH",
      `${path}/status`,
      { status },
      {
        contentType: "application/merge-patch+json",
      },
    );
    assert.equal(answer, 200, text);

    mkdirSync(join(folder, "policies"));
    mkdirSync(join(folder, "account"));
    writeFileSync(join(folder, "account/token"), token);
    writeFileSync(join(folder, "account/ca.crt"), server.certificate);
    for (const object of [draft("first", 5), draft("second", 50), gep, draft("zz-only-a-file", 1)])
      write(`${at(object, "metadata", "name")}.json`, object);
    const [grpc, http, pull] = await freePorts(3);
    writeFileSync(
      join(folder, "base.yaml"),
      JSON.stringify({
        receivers: {
          otlp: { protocols: { grpc: { endpoint: `127.0.0.1:${grpc}` }, http: { endpoint: `127.0.0.1:${http}` } } },
        },
        exporters: { nop: null, prometheus: { endpoint: `127.0.0.1:${pull}` } },
        service: {
          pipelines: {
            traces: { receivers: ["otlp"], exporters: ["nop"] },
            metrics: { receivers: ["otlp"], exporters: ["prometheus"] },
            logs: { receivers: ["otlp"], exporters: ["nop"] },
          },
        },
      }),
    );
    agent = start();
  });
  after(async () => {
    await stop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const until = async <T>(what: string, ask: () => Promise<T | null>): Promise<T> =>
    poll(what, ask, 20_000, 100).catch((error) => assert.fail(`${error}\n${log}`));

  test("tells the winner, with what its data plane cannot do", async () => {
    const entry = await until("first to be accepted and programmed", async () => {
      const found = ours(await statusOf(draft("first", 5)));
      return at(condition(found, "Programmed"), "status") === "True" ? (found ?? null) : null;
    });
    assert.equal(at(condition(entry, "Accepted"), "status"), "True");
    assert.equal(at(condition(entry, "Programmed"), "reason"), "PartiallyProgrammed");
    assert.equal(at(entry, "ancestorRef", "name"), "edge");
  });

  test("keeps what another controller wrote", async () => {
    const ancestors = await statusOf(draft("first", 5));
    assert.deepEqual(
      ancestors.map((entry) => at(entry, "controllerName")),
      ["gateway.example/controller", "otel-policy.dev/agent"],
    );
  });

  test("tells the loser by whom it lost", async () => {
    const entry = await until("second to be refused", async () => ours(await statusOf(draft("second", 50))) ?? null);
    assert.equal(at(condition(entry, "Accepted"), "status"), "False");
    assert.equal(at(condition(entry, "Accepted"), "reason"), "Conflicted");
    assert.match(String(at(condition(entry, "Accepted"), "message")), /first/);
  });

  test("finds the other dialects, too", async () => {
    const entry = await until("third", async () => ours(await statusOf(gep)) ?? null);
    assert.equal(at(condition(entry, "Accepted"), "status"), "True");
  });

  test("follows an edit, and the time of a condition moves only when it turns", async () => {
    const before = condition(ours(await statusOf(draft("second", 50))), "Accepted");
    rmSync(join(folder, "policies/first.json"));
    const after = await until("second to win", async () => {
      const found = condition(ours(await statusOf(draft("second", 50))), "Accepted");
      return at(found, "status") === "True" ? found : null;
    });
    assert.ok(String(at(after, "lastTransitionTime")) >= String(at(before, "lastTransitionTime")));
    await until("first to be left alone", async () =>
      ours(await statusOf(draft("first", 5))) === undefined ? true : null,
    );
    assert.equal((await statusOf(draft("first", 5))).length, 1, "the other controller's entry stays");
  });

  test("takes back at its start what was written of policies that went while it was away", async () => {
    await stop();
    rmSync(join(folder, "policies/third.json"));
    assert.ok(ours(await statusOf(gep)) !== undefined);
    agent = start();
    await until("third to be left alone", async () => (ours(await statusOf(gep)) === undefined ? true : null));
    assert.ok(ours(await statusOf(draft("second", 50))) !== undefined);
  });

  test("may do nothing else", async () => {
    const path = `${createPath(gep)}/third`;
    for (const [method, place, body] of [
      ["PATCH", path, { spec: { tracing: { samplingRate: { numerator: 100 } } } }],
      ["DELETE", path, undefined],
      ["GET", "/api/v1/namespaces/observability/secrets", undefined],
      ["GET", "/api/v1/pods", undefined],
    ] as const) {
      const { status } = await server.ask(method, place, body, { token, contentType: "application/merge-patch+json" });
      assert.equal(status, 403, `${method} ${place}`);
    }
  });
});
