import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../collector/atomic-file.ts";
import type { SeenValues } from "../plan/types.ts";
import { type Seen, seenKey } from "./dimension-rows.ts";

const storeName = "dimension-values.json";

/** Lists of policies that are gone are kept for when they come back; beyond this the oldest are forgotten. */
const mostForgotten = 200;

/** What an agent before us had seen: with the same lists the same config is rendered, so nothing is reloaded. */
export const storedValues = async (runDir: string): Promise<Seen> => {
  try {
    const stored: unknown = JSON.parse(await readFile(join(runDir, storeName), "utf8"));
    const entries = Array.isArray(stored) ? stored.filter(isEntry) : [];
    return new Map(entries.map(([policy, key, values]) => [seenKey({ policy, key }), { policy, key, values }]));
  } catch {
    return new Map(); // the first start in this directory, or a file cut short
  }
};

export const storeValues = async (runDir: string, seen: Seen, isNeeded: (key: string) => boolean): Promise<void> => {
  const needed = [...seen].filter(([key]) => isNeeded(key));
  const others = [...seen].filter(([key]) => !isNeeded(key)).slice(-mostForgotten);
  const entries = [...others, ...needed].map(([, { policy, key, values }]) => [policy, key, values]);
  await writeAtomically(join(runDir, storeName), JSON.stringify(entries));
};

const isEntry = (entry: unknown): entry is [SeenValues["policy"], string, readonly string[]] =>
  Array.isArray(entry) &&
  entry.length === 3 &&
  typeof entry[0] === "string" &&
  typeof entry[1] === "string" &&
  Array.isArray(entry[2]) &&
  entry[2].every((value) => typeof value === "string");
