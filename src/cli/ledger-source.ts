import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ledgerName } from "../agent/history.ts";
import { readLedger } from "../agent/ledger-line.ts";
import type { LedgerEntry } from "../agent/view.ts";

/** The ledger in an agent's answer; null where it has none. */
export const ledgerOf = (body: unknown): readonly LedgerEntry[] | null =>
  typeof body === "object" && body !== null && "ledger" in body && Array.isArray(body.ledger) ? body.ledger : null;

/** What an agent that runs no longer wrote; null where there is none. */
export const storedLedger = async (runDir: string): Promise<readonly LedgerEntry[] | null> => {
  try {
    return readLedger(await readFile(join(runDir, ledgerName))).entries;
  } catch {
    return null; // no agent ever used the folder, or it is somebody else's
  }
};
