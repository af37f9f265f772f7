import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { requireCollector } from "../support/collector.ts";
import { freePorts } from "../support/free-port.ts";
import { poll } from "../support/poll.ts";
import { create, installAccess } from "./support/access.ts";
import { type ApiServer, startApiServer } from "./support/api-server.ts";
import { at } from "./support/policies.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const policy = (namespace: string): object => ({
  apiVersion: "gateway.networking.k8s.io/v1alpha2",
  kind: "TelemetryPolicy",
  metadata: { name: "edge", namespace },
  spec: {
    targetRef: { group: "gateway.networking.k8s.io", kind: "Gateway", name: "edge" },
    tracing: { samplingRate: { percent: 5 } },
  },
});

/** The agent as the chart starts it with nodeNamespaces: auto, against a real API server with the chart's own rights. */
describe("--node-namespaces auto", () => {
  let server: ApiServer;
  let agent: ChildProcess;
  let log = "";
  let listen = 0;
  const folder = mkdtempSync(join(tmpdir(), "otel-policy-node-"));
  const pod = (namespace: string, name: string, node: string): Promise<void> =>
    create(server, `/api/v1/namespaces/${namespace}/pods`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name },
      spec: { nodeName: node, automountServiceAccountToken: false, containers: [{ name: "proxy", image: "proxy:1" }] },
    });
  /** `team-a active, team-b elsewhere` */
  const states = async (): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${listen}/api/v1/status`).catch(() => null);
    const view: unknown = answer === null ? null : await answer.json();
    return ((at(view, "policies") ?? []) as readonly object[])
      .map((one) => `${String(at(one, "id")).split("/")[0]} ${String(at(one, "state"))}`)
      .join(", ");
  };
  const until = (wanted: RegExp): Promise<unknown> =>
    poll(String(wanted), async () => wanted.test(await states()), 20_000, 50).catch(async (error) =>
      assert.fail(`${error}: ${await states()}\n${log}`),
    );

  before(async () => {
    server = await startApiServer();
    for (const name of ["team-a", "team-b", "team-c"]) {
      await create(server, "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
      await create(server, `/api/v1/namespaces/${name}/serviceaccounts`, {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "default" },
      });
    }
    const token = await installAccess(server, { nodeNamespaces: "auto" });
    await pod("team-a", "edge", "node-1");
    await pod("team-b", "edge", "node-2");

    for (const name of ["policies", "account"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "account/token"), token);
    writeFileSync(join(folder, "account/ca.crt"), server.certificate);
    for (const name of ["team-a", "team-b", "team-c"])
      writeFileSync(join(folder, "policies", `${name}.json`), JSON.stringify(policy(name)));
    const [http = 0, pull = 0, web = 0] = await freePorts(3);
    listen = web;
    writeFileSync(
      join(folder, "base.yaml"),
      JSON.stringify({
        receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${http}` } } } },
        exporters: { nop: null, prometheus: { endpoint: `127.0.0.1:${pull}` } },
        service: { pipelines: { traces: { receivers: ["otlp"], exporters: ["nop"] } } },
      }),
    );
    agent = spawn(
      process.execPath,
      [
        ...[join(root, "src/main.ts"), "agent", "--node-namespaces=auto", "--listen", `127.0.0.1:${web}`],
        ...["--policy-dir", join(folder, "policies"), "--base", join(folder, "base.yaml")],
        ...["--run-dir", join(folder, "run"), "--service-account", join(folder, "account")],
        ...["--collector", requireCollector()],
      ],
      {
        env: {
          ...process.env,
          KUBERNETES_SERVICE_HOST: "127.0.0.1",
          KUBERNETES_SERVICE_PORT: String(server.port),
          OTEL_POLICY_NODE_NAME: "node-1",
        },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    agent.stderr?.on("data", (part: Buffer) => {
      log += part.toString("utf8");
    });
  });
  after(async () => {
    const ended = new Promise((resolve) => agent.once("exit", resolve));
    if (agent.exitCode === null) {
      agent.kill("SIGTERM");
      await ended;
    }
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("only policies of namespaces with pods on this node are run", async () => {
    await until(/^team-a \w+, team-b elsewhere, team-c elsewhere$/);
  });

  test("a pod that comes to this node brings its namespace's policies, at once", async (t) => {
    await until(/^team-a (?:active|partial), team-b elsewhere/);
    const came = performance.now();
    await pod("team-c", "edge", "node-1");
    await until(/^team-a (?:active|partial), team-b elsewhere, team-c (?:active|partial)$/);
    t.diagnostic(`applied ${Math.round(performance.now() - came)} ms after the pod was bound`);
  });

  test("a pod of another node changes nothing here", async () => {
    await pod("team-b", "more", "node-2");
    // The watch is of this node alone: what comes after it shows that it was passed over.
    await pod("team-c", "more", "node-1");
    await until(/team-b elsewhere, team-c (?:active|partial)$/);
    await pod("team-b", "here", "node-1");
    await until(/team-b (?:active|partial)/);
  });
});
