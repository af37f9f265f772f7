import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../collector/atomic-file.ts";
import type { StoredGeneration } from "./generations.ts";

/** A generation that was gone back to, and the digest of the files as they were then: another one means an edit. */
export type Pin = { readonly generation: StoredGeneration; readonly over: string };

const nameIn = (runDir: string): string => join(runDir, "pin.json");

/** So that a restart of the agent does not bring back what somebody took away. */
export const writePin = async (runDir: string, pin: Pin): Promise<void> => {
  await writeAtomically(nameIn(runDir), JSON.stringify(pin)); // on a full disk it holds until the agent ends
};

export const clearPin = (runDir: string): Promise<void> => rm(nameIn(runDir), { force: true });

export const readPin = async (runDir: string): Promise<Pin | null> => {
  try {
    const stored: unknown = JSON.parse(await readFile(nameIn(runDir), "utf8"));
    return isPin(stored) ? stored : null;
  } catch {
    return null; // there is none
  }
};

const isPin = (value: unknown): value is Pin =>
  typeof value === "object" &&
  value !== null &&
  "over" in value &&
  typeof value.over === "string" &&
  "generation" in value &&
  typeof value.generation === "object" &&
  value.generation !== null;
