import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts } from "../test/support/free-port.ts";
import { hundredPolicies } from "../test/support/hundred-policies.ts";
import { asShipped } from "../test/support/image-flags.ts";
import { notedCollectors } from "../test/support/noted-collectors.ts";
import { poll } from "../test/support/poll.ts";
import type { Benchmark } from "./benchmark.ts";

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const bundle = fromHere("../dist/otel-policy.js");
const collector = process.env["OTELCOL_BIN"] ?? fromHere("../build/otelcol-lean");
const edits = 5;
const idleSeconds = 15;

/** Resident set of a process, MB (10⁶ bytes), as the kernel counts it. */
const residentMb = (pid: number): number =>
  (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024) / 1e6;

/** User and system time of a process, ms. Clock ticks are 10 ms on Linux (proc(5), USER_HZ). */
const cpuMs = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What a node pays for a hundred policies: the bundle with the image's flags and the built Collector. */
export const hundred: Benchmark = {
  name: "hundred",
  run: async () => {
    if (!existsSync(bundle)) throw new Error(`${bundle} is absent: run "npm run bundle" first`);
    const folder = mkdtempSync(join(tmpdir(), "otel-policy-bench-"));
    const [listen = 0, otlp = 0, prometheus = 0] = await freePorts(3);
    const [policies, runDir, base] = [join(folder, "p"), join(folder, "run"), join(folder, "base.yaml")];
    mkdirSync(policies);
    const write = (percent: number): void => {
      for (const [name, policy] of Object.entries(hundredPolicies(percent)))
        writeFileSync(join(policies, `${name}.json`), JSON.stringify(policy));
    };
    write(0);
    writeFileSync(
      base,
      `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${otlp}"}}}}
exporters: {nop: {}, prometheus: {endpoint: "127.0.0.1:${prometheus}"}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [nop]}, metrics: {receivers: [otlp], exporters: [prometheus]}, logs: {receivers: [otlp], exporters: [nop]}}}
`,
    );
    const { flags, env } = asShipped();
    const words = ["--policy-dir", policies, "--base", base, "--run-dir", runDir, "--listen", `127.0.0.1:${listen}`];
    const began = performance.now();
    const agent = spawn(
      process.execPath,
      [
        ...flags,
        bundle,
        "agent",
        ...words,
        "--collector",
        collector,
        "--allow-endpoint",
        "127.0.0.1",
        "--log-level",
        "error",
      ],
      { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, ...env } },
    );
    const pid = agent.pid ?? 0;
    try {
      const answer = async (path: string): Promise<string | null> =>
        fetch(`http://127.0.0.1:${listen}${path}`).then(
          (response) => (response.ok ? response.text() : null),
          () => null,
        );
      await poll("the agent to be ready", () => answer("/readyz"), 60_000, 5);
      const ready = performance.now() - began;
      await wait(3000); // settled: the observation of the first generation is over
      const fresh = residentMb(pid);
      const before = cpuMs(pid);
      await wait(idleSeconds * 1000);
      const idle = (cpuMs(pid) - before) / idleSeconds;
      const beforeEdits = cpuMs(pid);
      for (let edit = 1; edit <= edits; edit++) {
        write(edit);
        await poll(
          `edit ${edit}`,
          async () => (await answer("/api/v1/status"))?.includes(`"live":{"number":${edit + 1},`) === true,
          60_000,
          200,
        );
      }
      const perEdit = (cpuMs(pid) - beforeEdits) / edits;
      await wait(3000);
      const after = residentMb(pid);
      const [ingest = 0] = notedCollectors(runDir, "ingest").map(residentMb);
      const core = Math.max(...notedCollectors(runDir, "core").map(residentMb));
      const bare = spawnSync(
        process.execPath,
        [...flags, "-e", "process.stdout.write(String(process.memoryUsage.rss() / 1e6))"],
        { encoding: "utf8" },
      );
      const started = performance.now();
      spawnSync(collector, ["validate", `--config=${base}`]);
      const validate = { what: "otelcol validate", value: performance.now() - started };
      const node = { what: "bare node", value: Number(bare.stdout) };
      return [
        { what: "100 policies: process start to ready", value: ready, unit: "ms", baseline: validate, limit: 2000 },
        { what: "100 policies: agent resident", value: fresh, unit: "MB", baseline: node, limit: 90 },
        {
          what: `100 policies: agent resident after ${edits} edits`,
          value: after,
          unit: "MB",
          baseline: node,
          limit: 90,
        },
        { what: "100 policies: ingest resident", value: ingest, unit: "MB", baseline: node, limit: 130 },
        { what: "100 policies: core resident", value: core, unit: "MB", baseline: node, limit: 130 },
        { what: "100 policies: agent's CPU per second, idle", value: idle, unit: "ms", baseline: validate, limit: 50 },
        { what: "100 policies: agent's CPU per edit", value: perEdit, unit: "ms", baseline: validate, limit: 1500 },
      ];
    } finally {
      agent.kill("SIGTERM");
      await new Promise((resolve) => agent.once("exit", resolve));
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
