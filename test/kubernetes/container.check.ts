import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { hundredPolicies } from "../support/hundred-policies.ts";
import { poll } from "../support/poll.ts";
import type { Container } from "./support/crun.ts";
import { template } from "./support/helm.ts";
import { type Image, openImage } from "./support/images.ts";
import { runInside } from "./support/inside.ts";
import { type Pod, startPod } from "./support/pod.ts";
import { at } from "./support/policies.ts";
import { stockImage } from "./support/stock-image.ts";

const workload = "otel-otel-policy-agent";
const either =
  (image: Image, stock: Image) =>
  (reference: string): Image =>
    reference.includes("collector") ? stock : image;

const policy = (percent: number): string => `
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: standard-telemetry, namespace: prod-ns}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: my-gateway}
  tracing:
    provider: {type: OTLP, endpoint: "http://127.0.0.1:14318"}
    samplingRate: {percent: ${percent}}
  accessLogs: {enabled: true, format: JSON, fields: [method, response_code]}
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
  let stock: Image;
  let pod: Pod;
  let startedAt: number;
  const manifests = template(values);

  before(async () => {
    image = openImage("all-in-one");
    stock = stockImage(image);
    startedAt = performance.now();
    pod = await startPod(manifests, workload, either(image, stock));
  });
  after(async () => {
    await pod.stop();
    image.close();
    stock.close();
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

  test("writes access logs to the stdout of the container that no edit replaces", async () => {
    const linesOf = (container: Container): readonly string[] =>
      container
        .log()
        .split("\n")
        .filter((line) => line.startsWith('{"method"'));
    const written = await poll("lines", () => {
      const lines = linesOf(pod.container("ingest"));
      return lines.length > 100 && lines;
    });
    for (const line of written) assert.equal(typeof JSON.parse(line).response_code, "number", line);
    assert.deepEqual(linesOf(pod.main), []);
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

  test("ingest is an unmodified Collector in a container of its own, which no edit touches", async () => {
    const ingest = pod.container("ingest");
    assert.deepEqual(
      ingest.processes().map(({ command }) => command),
      ["/otelcol-contrib --config=/run/otel-policy/agent/ingest.yaml"],
    );
    const before = ingest.pid();
    pod.setConfigMap(`${workload}-policies`, { "edge.yaml": policy(6) });
    await runInside(pid(), "inside-ready.ts", '"number":3');
    assert.equal(ingest.pid(), before);
    const cores = pod.main.processes().filter(({ command }) => command.includes("otelcol"));
    assert.ok(
      cores.every(({ command }) => /\/core-\d+\.yaml/.test(command)),
      JSON.stringify(cores),
    );
  });

  test("stops within 10 seconds when asked", async (t) => {
    const asked = performance.now();
    // As kubelet does: all containers at once.
    for (const name of ["agent", "ingest"]) pod.container(name).kill("TERM");
    assert.equal(await pod.main.ended, 0, pod.main.log());
    assert.equal(await pod.container("ingest").ended, 0, pod.container("ingest").log());
    t.diagnostic(`stopped in ${Math.round(performance.now() - asked)} ms`);
    assert.ok(performance.now() - asked < 10_000);
  });
});

describe("a hundred policies in the chart's memory limits", () => {
  let image: Image;
  let stock: Image;
  let pod: Pod;
  const mega = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

  before(async () => {
    image = openImage("all-in-one");
    stock = stockImage(image);
    pod = await startPod(template({ ...values, policies: hundredPolicies() }), workload, either(image, stock));
  });
  after(async () => {
    await pod.stop();
    image.close();
    stock.close();
  });

  test("starts, takes traffic and edits, and stays within its budgets", async (t) => {
    const pid = await pod.main.started;
    const view = await runInside(pid, "inside-ready.ts", "prod-ns/p0").catch((error) =>
      assert.fail(`${error}\n${pod.main.log()}`),
    );
    assert.equal((at(view, "policies") as readonly object[]).length, 100);
    await runInside(pid, "inside-traffic.ts");
    for (const edit of [2, 3, 4]) {
      const files = Object.entries(hundredPolicies(edit)).map(([name, policy]) => [
        `${name}.yaml`,
        JSON.stringify(policy),
      ]);
      pod.setConfigMap(`${workload}-policies`, Object.fromEntries(files));
      await runInside(pid, "inside-ready.ts", `"live":{"number":${edit},`);
    }
    const running = () => [...pod.main.processes(), ...pod.container("ingest").processes()];
    const ofAgent = (): number =>
      running().find(({ command }) => command.includes("otel-policy.js"))?.bytes ?? assert.fail("no agent");
    const peak = ofAgent();
    // At rest: what an edit needed for a moment is given back within seconds.
    const agent = await poll("the agent to come to rest", () => (ofAgent() < 90e6 ? ofAgent() : null), 20_000, 500);
    const memory = running();
    const collectors = memory.filter(({ command }) => command.includes("otelcol")).map(({ bytes }) => bytes);
    t.diagnostic(
      `agent ${mega(agent)}, right after edits ${mega(peak)}, Collectors ${collectors.map(mega).join(" + ")}`,
    );
    assert.ok(collectors.length >= 2);
    assert.ok(peak < 120e6, `agent ${mega(peak)}`);
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
    assert.ok(shares.length >= 1, out);
    // Two cores while generations are swapped; ingest has a limit of its own.
    for (const share of shares) assert.ok(share * 2 < 512 * 1024 * 1024 && share > 150 * 1024 * 1024, out);
  });
});

describe("out of memory, where one container runs everything", () => {
  let image: Image;
  let pod: Pod;
  before(async () => {
    image = openImage("all-in-one");
    pod = await startPod(template({ ...values, ingest: { container: "shared" } }), workload, () => image);
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

describe("out of memory, each container by itself", () => {
  let image: Image;
  let stock: Image;
  let pod: Pod;
  before(async () => {
    image = openImage("all-in-one");
    stock = stockImage(image);
    pod = await startPod(template(values), workload, either(image, stock));
    await runInside(await pod.main.started, "inside-ready.ts");
  });
  after(async () => {
    await pod.stop();
    image.close();
    stock.close();
  });
  const serves = async (): Promise<void> => {
    const agent = pod.main.pid() ?? assert.fail(pod.main.log());
    await runInside(agent, "inside-ready.ts").catch((error) => assert.fail(`${error}\n${pod.main.log()}`));
    const seen = await runInside(agent, "inside-traffic.ts");
    assert.equal(at(seen, "refused"), 0, JSON.stringify(seen));
    assert.ok(Number(at(seen, "requests")) > 0, JSON.stringify(seen));
  };

  /** Whether it lives long enough to be healthy. */
  const isUp = (container: Container): Promise<boolean> =>
    Promise.race([
      container.ended.then(() => false),
      runInside(pod.main.pid() ?? 0, "inside-ready.ts").then(() => true),
    ]);

  test("when the kernel ends ingest, its container starts anew and the agent goes on", async () => {
    const agent = pod.main.pid();
    for (const { pid } of pod.container("ingest").processes()) process.kill(pid, "SIGKILL");
    await runInside(agent ?? 0, "inside-ready.ts", "not ready");
    // What a killed one left in the shared folder is in the way of the next until the agent has seen it.
    let again = await pod.restart("ingest");
    for (let tries = 1; tries < 3 && !(await isUp(again)); tries++) again = await pod.restart("ingest");
    await serves();
    assert.equal(pod.main.pid(), agent);
  });

  test("when the kernel ends the agent's container, ingest accepts and keeps until the next one", async () => {
    const ingest = pod.container("ingest").pid() ?? assert.fail("no ingest");
    // What takes all memory of the container takes the first process with it where it is the first to go.
    writeFileSync(`/proc/${pod.main.pid()}/oom_score_adj`, "1000");
    pod.main.exec("/nodejs/bin/node", "-e", "for (const all = [];;) all.push(Buffer.alloc(8 << 20, 1))");
    assert.equal(await pod.main.ended, 137);
    const away = await runInside(ingest, "inside-traffic.ts");
    assert.equal(at(away, "refused"), 0, JSON.stringify(away));
    assert.ok(Number(at(away, "sent")) > 0, JSON.stringify(away));
    const again = await pod.restart("agent");
    await runInside(again.pid() ?? 0, "inside-ready.ts", '"kept"').catch((error) =>
      assert.fail(`${error}\n${again.log()}`),
    );
    assert.equal(pod.container("ingest").pid(), ingest);
  });
});

describe("topology single: rendered once, run by an unmodified Collector", () => {
  let image: Image;
  let stock: Image;
  let pod: Pod;

  before(async () => {
    image = openImage("agent");
    stock = stockImage(image);
    const manifests = template({ ...values, topology: "single" });
    pod = await startPod(manifests, workload, either(image, stock));
  });
  after(async () => {
    await pod.stop();
    image.close();
    stock.close();
  });

  test("governs real traffic", async () => {
    const seen = await runInside(await pod.main.started, "inside-traffic.ts").catch((error) =>
      assert.fail(`${error}\n${pod.main.log()}`),
    );
    assert.equal(at(seen, "refused"), 0, JSON.stringify(seen));
    assert.ok(Number(at(seen, "requests")) > 0, JSON.stringify(seen));
  });
});
