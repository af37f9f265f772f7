import { type FileHandle, open, truncate } from "node:fs/promises";
import type { Clock } from "../base/clock.ts";

/** Follows a file that another process appends to. */
export type Tail = {
  /** Reads what is there and ends. */
  finish(): Promise<void>;
};

export type TailOptions = {
  readonly path: string;
  readonly clock: Clock;
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Of a flood only the end is read. */
  readonly onSkipped: (bytes: number) => void;
  /** Begins at the end of what is there: that was somebody else's to read. */
  readonly fromEnd?: boolean;
};

const everyMs = 150;
const chunkBytes = 256 * 1024;
/** What is read of a backlog at once; more is skipped but for its last chunk. */
const mostBytes = 4 * 1024 * 1024;
/** A file that was read to its end is emptied when it is larger. Its writer appends, so it goes on at the new end. */
const emptyAbove = 8 * 1024 * 1024;

export const tail = ({ path, clock, onBytes, onSkipped, fromEnd = false }: TailOptions): Tail => {
  let at = fromEnd ? Number.POSITIVE_INFINITY : 0;
  let isDone = false;
  let turn = Promise.resolve();
  const look = async (): Promise<void> => {
    const file = await open(path, "r").catch(() => null); // removed: nothing more comes
    if (file === null) return;
    try {
      const { size } = await file.stat();
      at = Math.min(at, size);
      if (size - at > mostBytes) {
        onSkipped(size - at - chunkBytes);
        at = size - chunkBytes;
      }
      at += await readFrom(file, at, size, onBytes);
      if (at > emptyAbove) {
        await truncate(path, 0);
        at = 0;
      }
    } finally {
      await file.close();
    }
  };
  const next = (): void => {
    if (isDone) return;
    turn = look().catch(() => {}); // a log that cannot be read stops nothing
    void turn.then(() => {
      if (!isDone) cancel = clock.after(everyMs, next);
    });
  };
  let cancel = clock.after(0, next);
  return {
    finish: async () => {
      if (isDone) return;
      isDone = true;
      cancel();
      await turn;
      await look().catch(() => {});
    },
  };
};

const readFrom = async (
  file: FileHandle,
  from: number,
  to: number,
  onBytes: (bytes: Uint8Array) => void,
): Promise<number> => {
  let done = 0;
  while (from + done < to) {
    const length = Math.min(chunkBytes, to - from - done);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, from + done);
    if (bytesRead === 0) break;
    onBytes(buffer.subarray(0, bytesRead));
    done += bytesRead;
  }
  return done;
};
