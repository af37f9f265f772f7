import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { poll } from "./poll.ts";

/** The development Collector, or the one named by OTELCOL_BIN. */
export const collectorPath: string =
  process.env["OTELCOL_BIN"] ?? join(dirname(fileURLToPath(import.meta.url)), "../../build/otelcol-lean");

/** Tests that need the real Collector call this first: its absence is a failure with a remedy, never a silent skip. */
export const requireCollector = (): string => {
  if (!existsSync(collectorPath))
    throw new Error(`no Collector at ${collectorPath}: run "npm run otelcol", or set OTELCOL_BIN`);
  return collectorPath;
};

export type RunningCollector = {
  readonly pid: number;
  /** Its own log so far. */
  log(): string;
  /** Complete lines on stdout so far: access logs go there. */
  stdoutLines(): readonly string[];
  /** TERM, then wait; KILL after ten seconds. Answers its exit code. */
  stop(): Promise<number | null>;
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

/** Runs the Collector with one complete config until every port in `ports` accepts connections. */
export const runCollector = async (options: {
  readonly config: string;
  readonly ports: readonly number[];
  readonly env?: NodeJS.ProcessEnv;
}): Promise<RunningCollector> => {
  const folder = mkdtempSync(join(tmpdir(), "otelcol-test-"));
  const configPath = join(folder, "config.yaml");
  const stdoutPath = join(folder, "stdout");
  writeFileSync(configPath, options.config);
  // A real file: the file exporter reopens /dev/stdout, which works on files and terminals but not on sockets.
  const stdout = openSync(stdoutPath, "a");
  const child = spawn(requireCollector(), ["--config", configPath], {
    stdio: ["ignore", stdout, "pipe"],
    env: { PATH: process.env["PATH"], ...options.env },
  });
  closeSync(stdout);
  let log = "";
  child.stderr?.setEncoding("utf8");
  child.stderr?.on("data", (chunk: string) => {
    log += chunk;
  });
  const exited = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);
  let isGone = false;
  void exited.then(() => {
    isGone = true;
  });
  try {
    await poll(
      "Collector listening",
      async () => {
        if (isGone) throw new Error(`the Collector ended while starting:\n${log}`);
        return (await Promise.all(options.ports.map(accepts))).every(Boolean);
      },
      60_000,
    );
  } catch (error) {
    child.kill("SIGKILL");
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${log}`, { cause: error });
  }
  return {
    pid: child.pid ?? -1,
    log: () => log,
    stdoutLines: () => readFileSync(stdoutPath, "utf8").split("\n").slice(0, -1),
    stop: async () => {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      const code = await exited;
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
};
