import { sha256 } from "../base/canonical.ts";
import type { LedgerEntry } from "./view.ts";

/** One line of the ledger: eight digits of the digest of what follows, a space, the entry as JSON. */
export const ledgerLine = (entry: LedgerEntry): string => {
  const json = JSON.stringify(entry);
  return `${sha256(json).slice(0, 8)} ${json}\n`;
};

export type Recovered = {
  readonly entries: readonly LedgerEntry[];
  /** Bytes up to the end of the last whole line; what follows was cut short while it was written. */
  readonly soundBytes: number;
  /** Whole lines that are not what was written. They are kept in the file and left out here. */
  readonly damaged: number;
};

/** Reads a ledger whose writer may have died, or run out of disk, in the middle of a line. */
export const readLedger = (bytes: Uint8Array): Recovered => {
  const entries: LedgerEntry[] = [];
  let soundBytes = 0;
  let damaged = 0;
  let start = 0;
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
    const entry = entryOf(Buffer.from(bytes.subarray(start, end)).toString("utf8"));
    start = end + 1;
    // A damaged line before a sound one is damage, one at the end was cut and continued by nobody.
    if (entry === null) damaged += 1;
    else {
      entries.push(entry);
      soundBytes = start;
    }
  }
  return { entries, soundBytes, damaged };
};

const newline = 0x0a;

const entryOf = (line: string): LedgerEntry | null => {
  const [, digest, json] = /^([0-9a-f]{8}) (\{.*\})$/.exec(line) ?? [];
  if (json === undefined || sha256(json).slice(0, 8) !== digest) return null;
  // The digest says that we wrote it.
  return JSON.parse(json) as LedgerEntry;
};
