import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { collectorOfAll } from "./reload-collector.ts";
import type { Contestant } from "./reload-contestant.ts";
import { startRenderedScene } from "./reload-scene.ts";

/** A Collector with the config that `render` prints, told or started anew by hand or by whatever watches the file. */
export const plain = (
  name: string,
  told: (child: ChildProcess, restart: () => Promise<void>) => Promise<void>,
): Contestant => ({
  name,
  prepare: async () => null,
  start: async (policy, folder) => {
    const scene = await startRenderedScene(folder);
    const path = join(folder, "config.yaml");
    writeFileSync(path, scene.render(policy));
    let child: ChildProcess | null = null;
    let isStopped = false;
    const run = (): void => {
      const started = spawn(collectorOfAll, [`--config=file:${path}`], { stdio: "ignore" });
      child = started;
      // As systemd and kubelet do, without their pauses.
      started.once("exit", () => {
        if (!isStopped && child === started) setTimeout(() => isStopped || run(), 100);
      });
    };
    const restart = async (): Promise<void> => {
      const before = child;
      if (before !== null && before.exitCode === null && before.signalCode === null) {
        child = null;
        before.kill("SIGTERM");
        await once(before, "exit");
      }
      if (!isStopped) run();
    };
    run();
    await scene.untilOpen();
    const write = (text: string): void => {
      writeFileSync(path, text);
      if (child !== null) void told(child, restart);
    };
    return {
      endpoint: scene.endpoint,
      sinks: scene.sinks,
      apply: (text) => write(scene.render(text)),
      applyBroken: ({ config }) => write(config(scene.render(policy))),
      stop: async () => {
        isStopped = true;
        const last = child as ChildProcess | null;
        if (last !== null && last.exitCode === null && last.signalCode === null) {
          last.kill("SIGKILL");
          await once(last, "exit");
        }
        await scene.close();
      },
    };
  },
});
