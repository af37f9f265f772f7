import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { writeAtomically } from "../../collector/atomic-file.ts";
import { freePorts, isPortFree } from "../../collector/ports.ts";
import { packageRoot } from "../package-root.ts";

/** A Prometheus that scrapes what the policies derive, with the rules that dashboards and alerts need. */
export type Prometheus = {
  readonly url: string;
  /** Rules of the policies' budgets, anew. */
  tellBudgets(rules: string): void;
  stop(): Promise<void>;
};

/** How to get one, for whoever has none. */
export const getPrometheus =
  "no prometheus on PATH, so dashboards stay empty: apt-get install prometheus, brew install prometheus, or prometheus.io/download";

export const dashboardPath = (): string => join(packageRoot(), "templates", "grafana", "gen-ai.json");

/** Where people look for it; another port where that one is taken. */
const usualPort = 9090;
const stopWithinMs = 5000;

const onPath = (env: NodeJS.ProcessEnv): string | null => {
  const candidates = (env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const found = candidates
    .map((folder) => join(folder, "prometheus"))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
  return found ?? null;
};

/** Null when there is none on PATH. Its data are in `folder` and end with it. */
export const startPrometheus = async (options: {
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  /** URL of the metrics. */
  readonly scrape: string;
}): Promise<Prometheus | null> => {
  const program = onPath(options.env);
  if (program === null) return null;
  const folder = join(options.folder, "prometheus");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const budgets = join(folder, "budgets.yaml");
  const rules = ["recording-rules.yaml", "alerts.yaml"].map((name) =>
    join(packageRoot(), "templates", "prometheus", name),
  );
  await writeFile(budgets, "groups: []\n");
  const { host, pathname } = new URL(options.scrape);
  const config = {
    global: { scrape_interval: "5s", evaluation_interval: "15s" },
    rule_files: [...rules, budgets],
    scrape_configs: [{ job_name: "otel-policy", metrics_path: pathname, static_configs: [{ targets: [host] }] }],
  };
  // YAML reads JSON.
  await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config));
  const [other = 0] = await freePorts(1);
  const port = (await isPortFree(usualPort)) ? usualPort : other;
  const child = spawn(
    program,
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=error",
    ],
    { stdio: "ignore", env: { PATH: options.env["PATH"] }, detached: true },
  );
  const exited = Promise.race([once(child, "exit"), once(child, "error")]).catch(() => {});
  const isRunning = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  // Files are written one after the other, so that the last one told is the one that stays.
  let writing: Promise<unknown> = Promise.resolve();
  let told = "";
  return {
    url: `http://127.0.0.1:${port}`,
    tellBudgets: (text) => {
      if (text === told) return;
      told = text;
      writing = writing.then(async () => {
        await writeAtomically(budgets, text, 0o600);
        if (isRunning()) child.kill("SIGHUP");
      });
    },
    stop: async () => {
      await writing;
      if (isRunning()) child.kill("SIGTERM");
      const timer = setTimeout(kill, stopWithinMs);
      if (isRunning()) await exited;
      clearTimeout(timer);
      process.off("exit", kill);
    },
  };
};
