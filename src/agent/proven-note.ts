import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../collector/atomic-file.ts";
import type { OtherProcess } from "../collector/other-process.ts";
import type { Proposal } from "./machine.ts";

/** The last config that a Collector of others was seen to run, and which process that was. */
export type Proven = { readonly process: OtherProcess; readonly proposal: Proposal };

const noteName = "proven.json";

/** Without it the next agent only knows less: it tells the Collector once more, and has nothing to go back to. */
export const noteProven = async (runDir: string, proven: Proven): Promise<void> => {
  await writeAtomically(join(runDir, noteName), JSON.stringify(proven));
};

export const readProven = async (runDir: string): Promise<Proven | null> => {
  try {
    const note: unknown = JSON.parse(await readFile(join(runDir, noteName), "utf8"));
    return isProven(note) ? note : null;
  } catch {
    return null; // the first start in this directory
  }
};

const isProven = (note: unknown): note is Proven => {
  if (typeof note !== "object" || note === null || !("process" in note) || !("proposal" in note)) return false;
  const { process, proposal } = note;
  return (
    typeof process === "object" &&
    process !== null &&
    "pid" in process &&
    typeof process.pid === "number" &&
    "startTime" in process &&
    typeof process.startTime === "string" &&
    typeof proposal === "object" &&
    proposal !== null &&
    ["digest", "ingestDigest", "core", "ingest"].every(
      (key) => key in proposal && typeof proposal[key as keyof typeof proposal] === "string",
    ) &&
    "flawed" in proposal &&
    typeof proposal.flawed === "boolean"
  );
};
