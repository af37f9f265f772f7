import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";

/** The calls that can fail, so that a test can let them. */
export type FileCalls = {
  readonly open: (
    path: string,
    flags: string,
    mode?: number,
  ) => Promise<Pick<FileHandle, "writeFile" | "sync" | "close">>;
  readonly rename: (from: string, to: string) => Promise<void>;
};

/**
 * Writes a file so that a reader, or a machine that comes back from a power cut, sees the old text or the new one and
 * nothing between. Answers null, or why it could not be done; then the old file is as it was. Configs can hold
 * credentials of the platform's exporters, hence the mode.
 */
export const writeAtomically = (
  path: string,
  text: string,
  mode = 0o600,
  calls: FileCalls = { open, rename },
): Promise<Diagnostic | null> => replace(path, text, mode, calls, true);

/**
 * The same for what is worth nothing after a power cut, such as the config of a process that dies of it as well. A
 * flush to the disk takes 2–20 ms on a busy one, and an edit would wait for two of each file.
 */
export const writeForThisBoot = (path: string, text: string): Promise<Diagnostic | null> =>
  replace(path, text, 0o600, { open, rename }, false);

const replace = async (
  path: string,
  text: string,
  mode: number,
  calls: FileCalls,
  isDurable: boolean,
): Promise<Diagnostic | null> => {
  const folder = dirname(path);
  // One agent per run directory and one write at a time, so a fixed name does; a leftover is overwritten.
  const temporary = join(folder, `.${basename(path)}.tmp`);
  try {
    await withFile(calls, temporary, "w", mode, async (file) => {
      await file.writeFile(text, "utf8");
      if (isDurable) await file.sync();
    });
    await calls.rename(temporary, path);
    // The new name itself is durable only once the directory is.
    if (isDurable) await withFile(calls, folder, "r", undefined, (file) => file.sync());
    return null;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first failure is the one to tell
    return unwritable(path, error);
  }
};

const withFile = async (
  calls: FileCalls,
  path: string,
  flags: string,
  mode: number | undefined,
  use: (file: Awaited<ReturnType<FileCalls["open"]>>) => Promise<void>,
): Promise<void> => {
  const file = await calls.open(path, flags, mode);
  try {
    await use(file);
  } finally {
    await file.close();
  }
};

const reasons: { readonly [errno: string]: string } = {
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than allowed",
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOENT: "the directory does not exist",
  ENOTDIR: "a part of the path is not a directory",
  EISDIR: "a directory has this name",
};

/** The diagnostic for a failed write. */
export const unwritable = (path: string, error: unknown): Diagnostic => {
  const errno = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = reasons[errno] ?? (error instanceof Error ? error.message : String(error));
  const full = errno === "ENOSPC" || errno === "EDQUOT" || errno === "EFBIG";
  return diagnostic(full ? "TP5020" : "TP5021", { path, reason }, null);
};
