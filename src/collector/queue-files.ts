import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Item, itemsOf } from "./bbolt.ts";

/** One queue on disk, of an exporter and a signal: requests by their number, beside keys of the queue's own. */
export type QueueFile = {
  readonly file: FileHandle;
  readonly requests: readonly Item[];
  readonly others: readonly Item[];
};

/**
 * What `see` makes of each queue in a `file_storage` directory, one bbolt database each (exporterhelper,
 * persistent_queue.go v0.158). The process that wrote them has to be gone. None for a directory that is not there. Rejects
 * for a file that is no such database.
 */
export const eachQueue = async <T>(
  directory: string,
  see: (queue: QueueFile) => T | Promise<T>,
  mode: "r" | "r+" = "r",
): Promise<readonly T[]> => {
  const seen: T[] = [];
  for (const name of await readdir(directory).catch(() => [])) {
    if (!name.startsWith("exporter_") || name.endsWith(".backup")) continue;
    const path = join(directory, name);
    const file = await open(path, mode);
    try {
      const { request = [], other = [] } = Object.groupBy(await itemsOf(file, path), ({ key }) =>
        /^\d+$/.test(key) ? "request" : "other",
      );
      seen.push(await see({ file, requests: request, others: other }));
    } finally {
      await file.close();
    }
  }
  return seen;
};
