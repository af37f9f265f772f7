import { type FileHandle, open } from "node:fs/promises";
import { unwritable, writeAtomically } from "../collector/atomic-file.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { ledgerLine, readLedger } from "./ledger-line.ts";
import type { LedgerEntry } from "./view.ts";

export type LedgerLimits = {
  /** Reaching this many entries, the oldest half is forgotten. */
  readonly most: number;
};

/** What happened, in an append-only file: every try that ended other than with nothing to do. */
export class Ledger {
  readonly #path: string;
  readonly #limits: LedgerLimits;
  #entries: readonly LedgerEntry[];
  /** Bytes of whole lines. */
  #size: number;
  #turn: Promise<unknown> = Promise.resolve();
  /** What was cut off or left out when it was opened. */
  readonly recovered: { readonly cutBytes: number; readonly damaged: number };

  private constructor(
    path: string,
    limits: LedgerLimits,
    entries: readonly LedgerEntry[],
    size: number,
    recovered: Ledger["recovered"],
  ) {
    this.#path = path;
    this.#limits = limits;
    this.#entries = entries;
    this.#size = size;
    this.recovered = recovered;
  }

  /** Takes up what is there; a last entry that was cut short is cut off. Rejects when the file cannot be opened. */
  static async open(path: string, limits: LedgerLimits = { most: 1000 }): Promise<Ledger> {
    const file = await open(path, "a+", 0o600);
    try {
      const bytes = await readAll(file);
      const { entries, soundBytes, damaged } = readLedger(bytes);
      if (soundBytes < bytes.length) await file.truncate(soundBytes);
      return new Ledger(path, limits, entries, soundBytes, { cutBytes: bytes.length - soundBytes, damaged });
    } finally {
      await file.close();
    }
  }

  /** Oldest first. */
  get entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  /** Number for the next entry. */
  get next(): number {
    return (this.#entries.at(-1)?.number ?? 0) + 1;
  }

  /** On disk when it resolves. A failure is told and stops nothing: the entry is known until the agent ends. */
  append(entry: LedgerEntry): Promise<Diagnostic | null> {
    this.#entries = [...this.#entries, entry];
    const mine = this.#turn.then(() => this.#write(entry));
    this.#turn = mine;
    return mine;
  }

  async #write(entry: LedgerEntry): Promise<Diagnostic | null> {
    if (this.#entries.length >= this.#limits.most) return this.#prune();
    const line = Buffer.from(ledgerLine(entry));
    try {
      const file = await open(this.#path, "a", 0o600);
      try {
        await file.writeFile(line);
        await file.datasync();
        this.#size += line.length;
      } catch (error) {
        // Half a line would swallow the next one.
        await file.truncate(this.#size);
        throw error;
      } finally {
        await file.close();
      }
      return null;
    } catch (error) {
      return unwritable(this.#path, error);
    }
  }

  async #prune(): Promise<Diagnostic | null> {
    const kept = this.#entries.slice(-Math.ceil(this.#limits.most / 2));
    const text = kept.map(ledgerLine).join("");
    const failed = await writeAtomically(this.#path, text);
    if (failed !== null) return failed;
    this.#entries = kept;
    this.#size = Buffer.byteLength(text);
    return null;
  }
}

const readAll = async (file: FileHandle): Promise<Buffer> => {
  const { size } = await file.stat();
  const buffer = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await file.read(buffer, length, size - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
};
