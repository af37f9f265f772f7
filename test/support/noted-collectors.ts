import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Process ids of the Collectors that an agent noted in its run directory, by the beginning of their config's name. */
export const notedCollectors = (runDir: string, name = ""): readonly number[] =>
  readdirSync(runDir).flatMap((note) => {
    const pid = Number(/^process-(\d+)$/.exec(note)?.[1]);
    try {
      return Number.isSafeInteger(pid) && readFileSync(join(runDir, note), "utf8").includes(`/${name}`) ? [pid] : [];
    } catch {
      return []; // it ended in this very moment
    }
  });

/** SIGKILL; one that has ended in this very moment is as good as killed. */
export const killNow = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
};
