import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts } from "../test/support/free-port.ts";
import type { Benchmark, Row } from "./benchmark.ts";

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const bundle = fromHere("../dist/otel-policy.js");
const collector = process.env["OTELCOL_BIN"] ?? fromHere("../build/otelcol-lean");
const policy = readFileSync(fromHere("../samples/01-draft-example/policy.yaml"), "utf8");
const edits = 15;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Resident set of a process, MB (10⁶ bytes), as the kernel counts it. */
const residentMb = (pid: number): number =>
  (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024) / 1e6;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Live = { readonly live: { readonly number: number; readonly since: number } | null };

/** The bundle with the built Collector, as a user runs it: how soon it is ready, how big it is, how soon an edit is live. */
export const agentSpeed: Benchmark = {
  name: "agent",
  run: async () => {
    for (const [path, remedy] of [
      [bundle, "npm run bundle"],
      [collector, "npm run otelcol"],
    ] as const) {
      if (!existsSync(path)) throw new Error(`${path} is absent: run "${remedy}" first`);
    }
    const folder = mkdtempSync(join(tmpdir(), "otel-policy-bench-"));
    const [listen = 0, otlp = 0, prometheus = 0] = await freePorts(3);
    const base = join(folder, "base.yaml");
    writeFileSync(
      base,
      `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${otlp}"}}}}
exporters: {nop: {}, prometheus: {endpoint: "127.0.0.1:${prometheus}"}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [nop]}, metrics: {receivers: [otlp], exporters: [prometheus]}, logs: {receivers: [otlp], exporters: [nop]}}}
`,
    );
    const policies = join(folder, "policies");
    spawnSync("mkdir", [policies]);
    const write = (percent: number): void =>
      writeFileSync(join(policies, "policy.yaml"), policy.replace("percent: 5\n", `percent: ${percent}\n`));
    write(5);
    const stdout = openSync(join(folder, "stdout"), "a");
    const began = performance.now();
    const words = [
      "agent",
      "--policy-dir",
      policies,
      "--base",
      base,
      "--run-dir",
      join(folder, "run"),
      "--listen",
      `127.0.0.1:${listen}`,
      "--collector",
      collector,
      "--log-level",
      "error",
    ];
    const agent = spawn(process.execPath, [bundle, ...words], { stdio: ["ignore", stdout, "inherit"] });
    try {
      const ask = async (path: string): Promise<Response | null> =>
        fetch(`http://127.0.0.1:${listen}${path}`).catch(() => null);
      while ((await ask("/readyz"))?.status !== 200) {
        if (agent.exitCode !== null) throw new Error(`the agent ended with ${agent.exitCode}`);
        await wait(5);
      }
      const ready = performance.now() - began;
      await wait(3000); // settled: the observation of the first generation is over
      const resident = residentMb(agent.pid ?? 0);
      const live = async (): Promise<{ readonly number: number; readonly since: number }> => {
        const answer = await ask("/api/v1/status");
        return (answer === null ? null : ((await answer.json()) as Live).live) ?? { number: 0, since: 0 };
      };
      const times: number[] = [];
      for (let edit = 1; edit <= edits; edit++) {
        const before = await live();
        const at = Date.now();
        write(5 + edit);
        // Asked rarely, so that asking takes no time from what is measured; the agent says when it was.
        let now = before;
        while (now.number === before.number) {
          await wait(150);
          now = await live();
        }
        times.push(now.since - at);
        await wait(200);
      }
      const bare = spawnSync(
        process.execPath,
        ["-e", "process.stdout.write(String(process.memoryUsage.rss() / 1e6))"],
        { encoding: "utf8" },
      );
      const validate = (): number => {
        const start = performance.now();
        spawnSync(collector, ["validate", `--config=${base}`]);
        return performance.now() - start;
      };
      const baseline = { what: "otelcol validate", value: median(Array.from({ length: 9 }, validate)) };
      const rows: Row[] = [
        { what: "agent, process start to ready", value: ready, unit: "ms", baseline, limit: 3000 },
        {
          what: `edit to live, median of ${edits} (debounce included)`,
          value: median(times),
          unit: "ms",
          baseline,
          limit: 400,
        },
        {
          what: "agent resident set when serving",
          value: resident,
          unit: "MB",
          baseline: { what: "bare node", value: Number(bare.stdout) },
          limit: 100,
        },
      ];
      return rows;
    } finally {
      agent.kill("SIGTERM");
      await new Promise((resolve) => agent.once("exit", resolve));
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
