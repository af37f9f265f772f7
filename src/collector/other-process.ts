import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { startTimeOf } from "./running.ts";

/** How a Collector is known that somebody else runs. */
export type Find = { readonly pidFile: string } | { readonly processName: string };

/** A process for good: ids are given out again. `startTime` is in clock ticks since the boot. */
export type OtherProcess = { readonly pid: number; readonly startTime: string };

/** The one that runs now, or null. `notOf` is a folder: whoever has its config there is no other but ours. */
export const findOther = async (find: Find, notOf: string): Promise<OtherProcess | null> => {
  for (const pid of await candidates(find, notOf)) {
    const startTime = await startTimeOf(pid);
    if (startTime !== null) return { pid, startTime };
  }
  return null;
};

export const isSameProcess = (one: OtherProcess, other: OtherProcess | null): boolean =>
  other !== null && one.pid === other.pid && one.startTime === other.startTime;

export const isAlive = async ({ pid, startTime }: OtherProcess): Promise<boolean> =>
  (await startTimeOf(pid)) === startTime;

const candidates = async (find: Find, notOf: string): Promise<readonly number[]> => {
  if ("pidFile" in find) {
    const text = await readFile(find.pidFile, "utf8").catch(() => ""); // none runs
    return /^\s*\d+\s*$/.test(text) ? [Number(text)] : [];
  }
  const named: number[] = [];
  for (const name of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const words = (await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "")).split("\0"); // it ended
    const isOurs = words.includes("validate") || words.some((word) => word.startsWith(`--config=file:${notOf}/`));
    if (basename(words[0] ?? "") === find.processName && !isOurs) named.push(Number(name));
  }
  return named;
};

const ticksPerSecond = 100; // USER_HZ, the same on every architecture of Linux that Node.js runs on

/**
 * The present in clock ticks since the boot, measured from our own start: what /proc/uptime says can be a container's.
 * Behind the truth by the time that Node.js took to start.
 */
export const ticksNow = async (): Promise<number> =>
  Number(await startTimeOf(process.pid)) + process.uptime() * ticksPerSecond;

/** Surely started after that moment; false can also mean that it was within a second of it. */
export const startedAfter = ({ startTime }: OtherProcess, ticks: number): boolean =>
  Number(startTime) > ticks + ticksPerSecond;

export const ageMs = async ({ startTime }: OtherProcess): Promise<number> =>
  (((await ticksNow()) - Number(startTime)) * 1000) / ticksPerSecond;
