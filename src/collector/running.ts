import { readdir, readFile } from "node:fs/promises";

/** A process that runs a Collector config, as the system tells it. */
export type RunningCollector = {
  readonly pid: number;
  /** In clock ticks since the boot: with the id it names a process for good. */
  readonly startTime: string;
  readonly path: string;
  readonly configPath: string;
  /** What it was started with. */
  readonly env: { readonly [name: string]: string };
};

const option = "--config=file:";

/** Processes whose config is a file of this folder. Linux tells; elsewhere, and of other users' processes, nothing is known. */
export const collectorsOf = async (folder: string): Promise<readonly RunningCollector[]> => {
  const found: RunningCollector[] = [];
  for (const name of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const one = await collectorOf(Number(name), folder);
    if (one !== null) found.push(one);
  }
  return found;
};

const collectorOf = async (pid: number, folder: string): Promise<RunningCollector | null> => {
  try {
    const words = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
    const config = words.find((word) => word.startsWith(`${option}${folder}/`));
    const startTime = await startTimeOf(pid);
    if (config === undefined || words.includes("validate") || startTime === null) return null;
    const environ = (await readFile(`/proc/${pid}/environ`, "utf8")).split("\0");
    const env = Object.fromEntries(
      environ.flatMap((pair) => {
        const at = pair.indexOf("=");
        return at <= 0 ? [] : [[pair.slice(0, at), pair.slice(at + 1)]];
      }),
    );
    return { pid, startTime, path: words[0] ?? "", configPath: config.slice(option.length), env };
  } catch {
    return null; // it ended meanwhile, or belongs to somebody else
  }
};

/** null: there is no such process, or it has ended and nobody has asked how (a zombie). */
export const startTimeOf = async (pid: number): Promise<string | null> => {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name may contain anything, also parentheses and spaces; what follows the last one is fixed (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
};
