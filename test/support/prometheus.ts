import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { poll } from "./poll.ts";

const runs = (program: string): boolean => {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/** Why tests that need a real Prometheus are skipped; false where both programs are on PATH. */
export const noPrometheus: string | false = ["prometheus", "promtool"].every(runs)
  ? false
  : "no prometheus and promtool on PATH (Debian: apt-get install prometheus)";

export type RunningPrometheus = { readonly url: string; stop(): Promise<void> };

/** Scrapes the ports every second. The data goes away with it. */
export const runPrometheus = async (options: {
  readonly port: number;
  readonly scrape: readonly number[];
  readonly rules?: readonly string[];
  /** A data folder with blocks that are there already. */
  readonly data?: string;
}): Promise<RunningPrometheus> => {
  const folder = mkdtempSync(join(tmpdir(), "prometheus-test-"));
  writeFileSync(
    join(folder, "prometheus.yml"),
    JSON.stringify({
      global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
      rule_files: options.rules ?? [],
      scrape_configs: [
        { job_name: "gateway", static_configs: [{ targets: options.scrape.map((port) => `127.0.0.1:${port}`) }] },
      ],
    }),
  );
  const url = `http://127.0.0.1:${options.port}`;
  const child = spawn(
    "prometheus",
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${options.data ?? join(folder, "data")}`,
      "--storage.tsdb.retention.time=60d",
      `--web.listen-address=127.0.0.1:${options.port}`,
      "--log.level=warn",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let log = "";
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (chunk: string) => {
    log += chunk;
  });
  const exited = once(child, "exit");
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await poll(
      "Prometheus ready",
      () => {
        if (child.exitCode !== null) throw new Error(`Prometheus ended while starting:\n${log}`);
        return fetch(`${url}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        );
      },
      20_000,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
};
