import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "../../../src/base/canonical.ts";
import { poll } from "../../support/poll.ts";

const build = join(import.meta.dirname, "../../../build");
const named = process.env["ENVOY_BIN"] ?? "";
const path = named === "" ? join(build, "envoy/envoy") : named;

const whyNot = (): string => {
  if (named !== "") return `ENVOY_BIN names ${named}, which is not there`;
  const reason = join(build, "envoy.missing");
  return `no Envoy: ${existsSync(reason) ? readFileSync(reason, "utf8") : 'run "npm run envoy", or set ENVOY_BIN'}`;
};

/** Why tests with Envoy cannot run here, or null. */
export const envoyMissing: string | null = existsSync(path) ? null : whyNot();

/** One proxy: what it is told, and which of its ports must listen before it is of use. */
export type EnvoyConfig = {
  readonly bootstrap: Json;
  readonly ports: readonly number[];
  readonly env?: NodeJS.ProcessEnv;
};

export type RunningEnvoy = {
  log(): string;
  /** TERM, then wait: Envoy sends what its loggers hold before it ends. */
  stop(): Promise<void>;
};

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });

export const startEnvoy = async ({ bootstrap, ports, env }: EnvoyConfig): Promise<RunningEnvoy> => {
  const folder = mkdtempSync(join(tmpdir(), "envoy-test-"));
  const config = join(folder, "bootstrap.json");
  writeFileSync(config, JSON.stringify(bootstrap));
  const options = ["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"];
  const child = spawn(path, ["-c", config, ...options], { stdio: ["ignore", "ignore", "pipe"], env: { ...env } });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log += chunk;
  });
  let isGone = false;
  const exited = once(child, "exit").then(() => {
    isGone = true;
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
    await exited;
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await poll(
      "Envoy listening",
      async () => {
        if (isGone) throw new Error("Envoy ended while starting");
        return (await Promise.all(ports.map(listens))).every(Boolean);
      },
      30_000,
    );
  } catch (error) {
    await stop();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${log}`, { cause: error });
  }
  return { log: () => log, stop };
};
