import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../test/support/free-port.ts";
import { poll } from "../test/support/poll.ts";
import { collectorOfAll, inspectCollector } from "./reload-collector.ts";
import type { Contestant } from "./reload-contestant.ts";
import { startRenderedScene } from "./reload-scene.ts";
import { buildSupervisor, opampServerPath, supervisorPath } from "./reload-supervisor-build.ts";

/** What its `agent` section says beyond the defaults. */
export type SupervisorMode = {
  readonly use_hup_config_reload?: true;
  readonly validate_config?: true;
  readonly automatic_config_rollback?: true;
};

const isGone = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

/** Its own ten seconds for a Collector, and some for itself. */
const graceMs = 15_000;

/** The supervisor of OpenTelemetry with a Collector of its own, fed over OpAMP with the config that `render` prints. */
export const supervised = (name: string, mode: SupervisorMode): Contestant => ({
  name,
  prepare: async () =>
    (await inspectCollector()).components.has("opamp")
      ? buildSupervisor()
      : 'its Collector needs the extension "opamp": run "npm run otelcol -- --full", or set OTELCOL_BIN',
  start: async (policy, folder) => {
    const scene = await startRenderedScene(folder);
    let files = 0;
    const written = (config: string): string => {
      files += 1;
      const path = join(folder, `config-${files}.yaml`);
      writeFileSync(path, config);
      return path;
    };
    for (let round = 1; ; round++) {
      const pair = await startPair(join(folder, `try-${round}`), mode);
      pair.push(written(scene.render(policy)));
      try {
        await scene.untilOpen(10_000);
        // It goes back only to what it found good for five seconds, and whoever bets on that has such a config in service.
        await poll("a config that it calls applied", pair.isApplied, 10_000);
      } catch (error) {
        // Now and then it does not take its first config. That is not what is measured here.
        await pair.stop();
        if (round === 3) throw error;
        continue;
      }
      return {
        endpoint: scene.endpoint,
        sinks: scene.sinks,
        apply: (text) => pair.push(written(scene.render(text))),
        applyBroken: ({ config }) => pair.push(written(config(scene.render(policy)))),
        stop: async () => {
          await pair.stop();
          await scene.close();
        },
      };
    }
  },
});

type Pair = {
  /** Sends the config in this file to the supervisor. */
  push(path: string): void;
  /** Whether it has told that a config is applied. */
  isApplied(): boolean;
  stop(): Promise<void>;
};

/** A supervisor, and the server that it takes its configs from. */
const startPair = async (folder: string, mode: SupervisorMode): Promise<Pair> => {
  const port = await freePort();
  mkdirSync(folder);
  const settings = join(folder, "supervisor.yaml");
  writeFileSync(
    settings,
    JSON.stringify({
      server: { endpoint: `ws://127.0.0.1:${port}/v1/opamp` },
      capabilities: { accepts_remote_config: true, reports_remote_config: true },
      storage: { directory: join(folder, "storage") },
      agent: { executable: collectorOfAll, ...mode },
    }),
  );
  const server = spawn(opampServerPath, [`127.0.0.1:${port}`], { stdio: ["pipe", "pipe", "inherit"] });
  let isApplied = false;
  createInterface({ input: server.stdout }).on("line", (line) => {
    isApplied ||= line.includes("RemoteConfigStatuses_APPLIED");
  });
  const log = openSync(join(folder, "log"), "a");
  // A group of its own, so that its Collector can be ended with it.
  const supervisor = spawn(supervisorPath, ["--config", settings], { stdio: ["ignore", log, log], detached: true });
  closeSync(log);
  return {
    push: (path) => {
      server.stdin.write(`${path}\n`);
    },
    isApplied: () => isApplied,
    stop: async () => {
      if (!isGone(supervisor)) {
        supervisor.kill("SIGTERM");
        await Promise.race([once(supervisor, "exit"), sleep(graceMs)]);
      }
      if (supervisor.pid !== undefined) endGroup(supervisor.pid);
      server.kill("SIGKILL");
      await poll("the end of it", () => isGone(supervisor) && isGone(server));
    },
  };
};

const endGroup = (pid: number): void => {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
};
