import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

type Noted = { readonly pid: number; readonly config: string; readonly isWaiting: boolean };

/** What an agent noted of its Collectors in its run directory. One that waits for an edit has no config yet. */
const noted = (runDir: string): readonly Noted[] =>
  readdirSync(runDir).flatMap((note) => {
    const pid = Number(/^process-(\d+)$/.exec(note)?.[1]);
    try {
      if (!Number.isSafeInteger(pid)) return [];
      const config = readFileSync(join(runDir, note), "utf8");
      return [{ pid, config, isWaiting: !existsSync(join(runDir, basename(config))) }];
    } catch {
      return []; // it ended in this very moment
    }
  });

/** Process ids of the Collectors that run something, by the beginning of their config's name. */
export const notedCollectors = (runDir: string, name = ""): readonly number[] =>
  noted(runDir).flatMap(({ pid, config, isWaiting }) => (config.includes(`/${name}`) && !isWaiting ? [pid] : []));

/** Process ids of those that wait for an edit. */
export const waitingCollectors = (runDir: string): readonly number[] =>
  noted(runDir).flatMap(({ pid, isWaiting }) => (isWaiting ? [pid] : []));

/** SIGKILL; one that has ended in this very moment is as good as killed. */
export const killNow = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
};
