import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { signalGroup } from "../collector/signal-group.ts";
import { pause } from "./site.ts";

const graceMs = 3000;
const prefix = "process-";

/** Notes that a Collector runs, so that an agent that comes after us can end it if we cannot. */
export const noteProcess = (runDir: string, pid: number, configPath: string): Promise<void> =>
  writeFile(join(runDir, `${prefix}${pid}`), configPath, { mode: 0o600 });

export const forgetProcess = (runDir: string, pid: number): Promise<void> =>
  rm(join(runDir, `${prefix}${pid}`), { force: true });

/**
 * Ends Collectors that an agent before us left running: they hold the ports. A process id may long belong to somebody
 * else, so only one whose command line names the very config is touched. Answers how many there were.
 */
export const endOrphans = async (
  runDir: string,
  clock: Clock,
  adopted: ReadonlySet<number> = new Set(),
  /** Found in other ways than by their notes. */
  others: readonly { readonly pid: number; readonly configPath: string }[] = [],
): Promise<number> => {
  const notes = (await readdir(runDir)).filter((name) => name.startsWith(prefix));
  const noted = await Promise.all(
    notes.map(async (note) => ({
      pid: Number(note.slice(prefix.length)),
      configPath: await readFile(join(runDir, note), "utf8").catch(() => ""),
    })),
  );
  const orphans = new Map([...noted, ...others].map((one) => [one.pid, one.configPath]));
  let ended = 0;
  for (const [pid, config] of orphans) {
    if (adopted.has(pid)) continue;
    if (Number.isSafeInteger(pid) && config !== "" && (await runs(pid, config))) {
      ended += 1;
      signalGroup(pid, "SIGTERM");
      if (!(await isGone(pid, config, clock))) {
        signalGroup(pid, "SIGKILL");
        await isGone(pid, config, clock);
      }
    }
    await forgetProcess(runDir, pid);
  }
  if (adopted.size === 0) await removeConfigs(runDir);
  return ended;
};

/** Configs that nobody runs any more; they may hold credentials of the platform's exporters. */
export const removeConfigs = async (runDir: string): Promise<void> => {
  const configs = (await readdir(runDir)).filter((name) =>
    /^(?:(?:ingest|core)-\w+|collector|stand-in|candidate)\.yaml(?:\.(?:digest|port|queue))?$|^overlay\.json$/.test(
      name,
    ),
  );
  await Promise.all(configs.map((name) => rm(join(runDir, name), { force: true })));
};

const isGone = async (pid: number, config: string, clock: Clock): Promise<boolean> => {
  const until = clock.now() + graceMs;
  while (await runs(pid, config)) {
    if (clock.now() >= until) return false;
    await pause(clock, 20);
  }
  return true;
};

/** /proc tells it on Linux; elsewhere nothing is known and so nobody is ended. A zombie has no command line. */
const runs = async (pid: number, config: string): Promise<boolean> => {
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return line.split("\0").some((word) => word === `--config=file:${config}`);
};
