import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { poll } from "../support/poll.ts";
import { template } from "./support/helm.ts";
import { type Image, openImage } from "./support/images.ts";
import { runInside } from "./support/inside.ts";
import { type Pod, startPod } from "./support/pod.ts";
import { at } from "./support/policies.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const policy = (percent: number): string => `
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: standard-telemetry, namespace: prod-ns}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: my-gateway}
  tracing:
    provider: {type: OTLP, endpoint: "http://127.0.0.1:14318"}
    samplingRate: {percent: ${percent}}
`;
const values = { agent: { allowEndpoints: ["127.0.0.1"] }, policies: { edge: policy(50) } };

describe("the images", () => {
  const images = new Map<string, Image>();
  before(() => {
    for (const variant of ["all-in-one", "agent"] as const) images.set(variant, openImage(variant));
  });
  after(() => {
    for (const image of images.values()) image.close();
  });
  const image = (variant: "all-in-one" | "agent"): Image => images.get(variant) ?? assert.fail(variant);

  test("weigh what the documentation says at most", (t) => {
    t.diagnostic(`agent ${image("agent").bytes / 1e6} MB, with Collector ${image("all-in-one").bytes / 1e6} MB`);
    assert.ok(image("agent").bytes < 150e6, `${image("agent").bytes} bytes`);
    assert.ok(image("all-in-one").bytes < 220e6, `${image("all-in-one").bytes} bytes`);
  });

  test("say who they are, run as nobody, and can be asked for their health", () => {
    const { user, labels, healthcheck } = image("all-in-one");
    assert.equal(user, "65532:65532");
    for (const key of ["title", "description", "licenses", "version", "revision"])
      assert.ok((labels[`org.opencontainers.image.${key}`] ?? "") !== "", key);
    assert.equal(healthcheck[0], "CMD", "a shell would be needed");
  });
});

describe("the pod of the chart, as it is rendered", () => {
  let image: Image;
  let pod: Pod;
  let startedAt: number;
  const manifests = template(values);

  before(async () => {
    image = openImage("all-in-one");
    startedAt = performance.now();
    pod = await startPod(manifests, "otel-otel-policy-agent", () => image);
  });
  after(async () => {
    await pod.stop();
    image.close();
  });
  const pid = (): number => pod.main.pid() ?? assert.fail(`the agent has ended:\n${pod.main.log()}`);

  test("is ready with its policy", async (t) => {
    await pod.main.started;
    const view = await runInside(pid(), "inside-ready.ts", "prod-ns/standard-telemetry").catch((error) =>
      assert.fail(`${error}\n${pod.main.log()}`),
    );
    t.diagnostic(`ready ${Math.round(performance.now() - startedAt)} ms after the container was asked for`);
    assert.equal(at(view, "ready"), true);
    assert.equal(at(view, "policies", "0", "state"), "active");
  });

  test("has neither root, nor capabilities, nor anything to write on but its own folder", () => {
    const { out } = pod.main.exec(
      "/nodejs/bin/node",
      "-e",
      `const fs = require("node:fs");
       const tried = (path) => { try { fs.writeFileSync(path, "x"); return "written"; } catch (error) { return error.code; } };
       const status = fs.readFileSync("/proc/1/status", "utf8");
       console.log(JSON.stringify({
         uid: process.getuid(), caps: /CapBnd:\\s+(\\w+)/.exec(status)[1], privileges: /NoNewPrivs:\\s+(\\w+)/.exec(status)[1],
         app: tried("/app/x"), tmp: tried("/tmp/x"), policies: tried("/etc/otel-policy/x"),
         shell: fs.existsSync("/bin/sh"), token: fs.existsSync("/var/run/secrets/kubernetes.io"),
       }));`,
    );
    assert.deepEqual(JSON.parse(out), {
      uid: 65532,
      caps: "0000000000000000",
      privileges: "1",
      app: "EROFS",
      tmp: "EROFS",
      policies: "EROFS",
      shell: false,
      token: false,
    });
  });

  test("is healthy by its own health check", () => {
    const { status, out } = pod.main.exec(...image.healthcheck.slice(1));
    assert.equal(status, 0, out);
  });

  test("governs real traffic", async () => {
    const seen = await runInside(pid(), "inside-traffic.ts");
    assert.equal(at(seen, "refused"), 0, JSON.stringify(seen));
    assert.ok(Number(at(seen, "bytes")) > 0, JSON.stringify(seen));
    const view = await runInside(pid(), "inside-ready.ts", '"kept"');
    const flow = (at(view, "flow") as readonly object[]).find((row) => at(row, "signal") === "traces");
    const share = Number(at(flow, "kept")) / Number(at(flow, "received"));
    assert.ok(share > 0.3 && share < 0.7, `${JSON.stringify(flow)} of 50 %`);
  });

  test("applies an edit of the ConfigMap without a restart", async (t) => {
    const before = pid();
    const edited = performance.now();
    pod.setConfigMap("otel-otel-policy-agent-policies", { "edge.yaml": policy(5) });
    const view = await runInside(pid(), "inside-ready.ts", '"number":2');
    t.diagnostic(`live ${Math.round(performance.now() - edited)} ms after the edit`);
    assert.equal(at(view, "lastReload", "outcome"), "committed");
    assert.equal(pid(), before);
  });

  test("stops within 10 seconds when asked", async (t) => {
    const asked = performance.now();
    pod.main.kill("TERM");
    assert.equal(await pod.main.ended, 0, pod.main.log());
    t.diagnostic(`stopped in ${Math.round(performance.now() - asked)} ms`);
    assert.ok(performance.now() - asked < 10_000);
  });
});

describe("a hundred policies in the chart's memory limit", () => {
  let image: Image;
  let pod: Pod;
  const mega = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

  before(async () => {
    image = openImage("all-in-one");
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [
        `p${n}`,
        {
          apiVersion: "gateway.networking.k8s.io/v1alpha2",
          kind: "TelemetryPolicy",
          metadata: { name: `p${n}`, namespace: n === 0 ? "prod-ns" : `team-${n % 20}` },
          spec: {
            targetRef: {
              group: "gateway.networking.k8s.io",
              kind: "Gateway",
              name: n === 0 ? "my-gateway" : `gw-${n}`,
            },
            tracing: {
              provider: { type: "OTLP", endpoint: "http://127.0.0.1:14318" },
              samplingRate: { percent: n },
              customAttributes: [{ attributeName: "team", literalValue: `team-${n}` }],
            },
            metrics: {
              enabled: true,
              overrides: [{ name: "request_count", dimensions: [{ key: "m", fromHeader: "x-m" }] }],
            },
            accessLogs: { enabled: true, matches: [{ path: `/p${n}` }] },
          },
        },
      ]),
    );
    pod = await startPod(template({ ...values, policies: many }), "otel-otel-policy-agent", () => image);
  });
  after(async () => {
    await pod.stop();
    image.close();
  });

  test("starts, takes traffic and edits, and stays within its budgets", async (t) => {
    const pid = await pod.main.started;
    const view = await runInside(pid, "inside-ready.ts", "prod-ns/p0").catch((error) =>
      assert.fail(`${error}\n${pod.main.log()}`),
    );
    assert.equal((at(view, "policies") as readonly object[]).length, 100);
    await runInside(pid, "inside-traffic.ts");
    const memory = pod.main.processes();
    const agent = memory.find(({ command }) => command.includes("otel-policy.js"))?.bytes ?? assert.fail("no agent");
    const collectors = memory.filter(({ command }) => command.includes("otelcol")).map(({ bytes }) => bytes);
    t.diagnostic(`agent ${mega(agent)}, Collectors ${collectors.map(mega).join(" + ")}`);
    assert.ok(collectors.length >= 2);
    assert.ok(agent < 105e6, `agent ${mega(agent)}`);
    for (const bytes of collectors) assert.ok(bytes < 130e6, `Collector ${mega(bytes)}`);
  });

  test("gives each Collector its share of the limit", () => {
    const { out } = pod.main.exec(
      "/nodejs/bin/node",
      "-e",
      `const fs = require("node:fs");
       for (const pid of fs.readdirSync("/proc").filter((name) => /^\\d+$/.test(name))) {
         if (!fs.readFileSync("/proc/" + pid + "/cmdline", "utf8").startsWith("/app/collector/")) continue;
         console.log(/GOMEMLIMIT=(\\d+)B/.exec(fs.readFileSync("/proc/" + pid + "/environ", "utf8"))?.[1]);
       }`,
    );
    const shares = out.trim().split("\n").map(Number);
    assert.ok(shares.length >= 2, out);
    for (const share of shares) assert.ok(share * 3 < 512 * 1024 * 1024 && share > 100 * 1024 * 1024, out);
  });
});

describe("out of memory", () => {
  let image: Image;
  let pod: Pod;
  before(async () => {
    image = openImage("all-in-one");
    pod = await startPod(template(values), "otel-otel-policy-agent", () => image);
    await runInside(await pod.main.started, "inside-ready.ts");
  });
  after(async () => {
    await pod.stop();
    image.close();
  });

  const processOf = (part: string) =>
    pod.main.processes().find(({ command }) => command.includes("otelcol") && command.includes(`/agent/${part}-`));

  for (const part of ["core", "ingest"])
    test(`when the kernel ends ${part} in the container's cgroup, the agent brings it back`, async () => {
      const before = processOf(part) ?? assert.fail(`no ${part}:\n${pod.main.log()}`);
      const agent = pod.main.pid() ?? assert.fail(pod.main.log());
      // The first to go; whoever takes all memory goes next.
      writeFileSync(`/proc/${before.pid}/oom_score_adj`, "1000");
      const { status } = pod.main.exec(
        "/nodejs/bin/node",
        "-e",
        "for (const all = [];;) all.push(Buffer.alloc(8 << 20, 1))",
      );
      assert.equal(status, 137, "the hog was not ended: is there a limit at all?");
      await poll(
        `another ${part}`,
        () => {
          const now = processOf(part);
          return now !== undefined && now.pid !== before.pid ? now : null;
        },
        20_000,
      );
      await runInside(agent, "inside-ready.ts");
      const seen = await runInside(agent, "inside-traffic.ts");
      assert.equal(at(seen, "refused"), 0, JSON.stringify(seen));
      assert.ok(Number(at(seen, "requests")) > 0, JSON.stringify(seen));
      assert.equal(pod.main.pid(), agent);
    });
});

describe("topology single: rendered once, run by an unmodified Collector", () => {
  let image: Image;
  let stock: Image;
  let pod: Pod;
  const folder = mkdtempSync(join(tmpdir(), "otel-policy-stock-"));

  before(async () => {
    image = openImage("agent");
    chmodSync(folder, 0o755);
    // Like the official image: the binary, and certificates.
    mkdirSync(join(folder, "etc/ssl/certs"), { recursive: true });
    for (const name of ["proc", "dev", "sys", "etc/otel-policy", "etc/otel-policy-base", "run/otel-policy"])
      mkdirSync(join(folder, name), { recursive: true });
    cpSync("/etc/ssl/certs/ca-certificates.crt", join(folder, "etc/ssl/certs/ca-certificates.crt"));
    cpSync(join(root, "build/otelcol-lean"), join(folder, "otelcol-contrib"));
    stock = { ...image, root: folder, env: ["PATH=/"], entrypoint: ["/otelcol-contrib"], cmd: [], workingDir: "/" };
    const manifests = template({ ...values, topology: "single" });
    pod = await startPod(manifests, "otel-otel-policy-agent", (name) => (name.includes("collector") ? stock : image));
  });
  after(async () => {
    await pod.stop();
    image.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("governs real traffic", async () => {
    const seen = await runInside(await pod.main.started, "inside-traffic.ts").catch((error) =>
      assert.fail(`${error}\n${pod.main.log()}`),
    );
    assert.equal(at(seen, "refused"), 0, JSON.stringify(seen));
    assert.ok(Number(at(seen, "requests")) > 0, JSON.stringify(seen));
  });
});
