import { open, readdir, readlink, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { canonicalJson, sha256 } from "../base/canonical.ts";
import { by, byText } from "../base/order.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/source.ts";

/** The policy files at one moment. */
export type Snapshot = {
  /** Sorted by path; a path is what the user gave, joined with the file's name, whatever links were followed. */
  readonly files: readonly SourceFile[];
  /** Files and folders that are there, or should be, and could not be read: what they last said stays in force. */
  readonly unread: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** Of names, contents and failures: equal digests, equal input. */
  readonly digest: string;
};

export type SnapshotOptions = {
  /** Larger files are not read. A ConfigMap holds at most 1 MiB. */
  readonly maxBytes?: number;
  /** Called between two looks at a link, so that a test can turn it there. */
  readonly onRead?: () => Promise<void> | void;
};

const defaultMaxBytes = 1024 * 1024;
const attempts = 5;

/**
 * Reads `*.yaml`, `*.yml` and `*.json` of each folder, and each file that was named itself. Sub-folders are not entered
 * (as `kubectl apply -f` does not); names that begin with a dot are not looked at, since they belong to editors and to
 * kubelet, nor are tests of policies (`*.test.yaml`). A folder whose files are links into `..data` is read inside the folder that `..data` means at the moment, and
 * again when it means another one afterwards, so that the files of one answer always belong together. Never rejects.
 */
export const readSnapshot = async (paths: readonly string[], options: SnapshotOptions = {}): Promise<Snapshot> => {
  const files = new Map<string, SourceFile>();
  const unread = new Map<string, Diagnostic>();
  for (const path of paths) {
    for (const read of await readPath(path, options)) {
      if ("text" in read) files.set(read.path, read);
      else unread.set(read.path, read.found);
    }
  }
  // A file that is named twice and could be read once was read.
  const failed = [...unread].filter(([path]) => !files.has(path)).sort(by(([path]) => path, byText));
  const sorted = [...files.values()].sort(by(({ path }) => path, byText));
  return {
    files: sorted,
    unread: failed.map(([path]) => path),
    diagnostics: failed.map(([, found]) => found),
    digest: sha256(
      canonicalJson([
        sorted.map(({ path, text }) => [path, sha256(text)]),
        failed.map(([path, { code, message }]) => [path, code, message]),
      ]),
    ),
  };
};

type Unread = { readonly path: string; readonly found: Diagnostic };
type Read = SourceFile | Unread;

/** Tests of policies lie beside them. */
export const isTestFile = (name: string): boolean => !name.startsWith(".") && /\.test\.ya?ml$/i.test(name);

const isPolicyFile = (name: string): boolean =>
  !name.startsWith(".") && /\.(?:ya?ml|json)$/i.test(name) && !isTestFile(name);

const readPath = async (path: string, options: SnapshotOptions): Promise<readonly Read[]> => {
  try {
    if ((await stat(path)).isDirectory()) return await readFolder(path, options);
    const read = await readOne(path, path, options);
    return typeof read === "string" ? [{ path, found: diagnostic("TP1002", { path }, null) }] : [read];
  } catch (error) {
    return [await unreadable(path, error)];
  }
};

const readFolder = async (folder: string, options: SnapshotOptions): Promise<readonly Read[]> => {
  for (let attempt = 1; ; attempt++) {
    const before = await dataOf(folder);
    const listed = await listing(folder, before);
    const read: (Read | "vanished" | "folder")[] = [];
    for (const name of listed.names) read.push(await readOne(join(folder, name), join(listed.inside, name), options));
    await options.onRead?.();
    // A name that was listed and is gone: the folder changed under our eyes.
    const isTorn = listed.isGone || (await dataOf(folder)) !== before || read.includes("vanished");
    if (isTorn && attempt < attempts) continue;
    if (listed.isGone) return [await unreadable(folder, listed.error)];
    return read.filter((one) => typeof one !== "string");
  }
};

/** Where `..data` leads: the mark of a mounted ConfigMap or Secret. */
const dataOf = async (folder: string): Promise<string | null> => {
  try {
    return await readlink(join(folder, "..data"));
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "EINVAL") return null;
    throw error;
  }
};

/**
 * Names, and the folder to read them from. kubelet makes and removes the visible links before and after it turns
 * `..data`, so for linked files the names inside its target count, not the visible ones.
 */
const listing = async (folder: string, data: string | null) => {
  const inside = data === null ? folder : join(folder, data);
  try {
    return { names: (await readdir(inside)).filter(isPolicyFile).sort(byText), inside, isGone: false as const };
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    return { names: [], inside, isGone: true as const, error };
  }
};

/** One file, known by `path` and read from `from`. */
const readOne = async (path: string, from: string, options: SnapshotOptions): Promise<Read | "vanished" | "folder"> => {
  const limit = options.maxBytes ?? defaultMaxBytes;
  try {
    // Without waiting: a named pipe that nobody writes to must not hold everything up.
    const found = await stat(from);
    if (found.isDirectory()) return "folder";
    if (!found.isFile()) {
      return { path, found: diagnostic("TP1001", { path, reason: "it is neither a file nor a folder" }, null) };
    }
    if (found.size > limit) return { path, found: tooLarge(path, found.size, limit) };
    const file = await open(from, "r");
    try {
      // One byte more than allowed is enough to know; what grows while it is read is not followed.
      const buffer = Buffer.alloc(Math.min(limit + 1, found.size + 4096));
      let length = 0;
      for (;;) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
        length += bytesRead;
        if (bytesRead === 0 || length === buffer.length) break;
      }
      if (length > limit) return { path, found: tooLarge(path, length, limit) };
      return { path, text: textOf(buffer.subarray(0, length)) };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (codeOf(error) !== "ENOENT") return unreadable(path, error, from);
    const target = await readlink(from).catch(() => null);
    return target === null ? "vanished" : { path, found: diagnostic("TP1003", { path, target }, null) };
  }
};

const tooLarge = (path: string, bytes: number, limit: number): Diagnostic =>
  diagnostic("TP1010", { bytes, limit }, { file: path, start: 0, end: 0 });

/** UTF-8 without its byte order mark; what is not UTF-8 becomes U+FFFD, which no policy contains, and is found there. */
const textOf = (bytes: Uint8Array): string => new TextDecoder("utf-8").decode(bytes);

const reasons: { readonly [code: string]: string } = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  ELOOP: "too many symbolic links",
  ENOTDIR: "a part of the path is not a folder",
  EIO: "input/output error",
  EMFILE: "too many open files",
  ESTALE: "the network file system lost it",
};

const unreadable = async (path: string, error: unknown, from = path): Promise<Unread> => {
  const code = codeOf(error);
  if (code === null) throw error;
  if (code === "ENOENT") {
    const target = await readlink(from).catch(() => null);
    return {
      path,
      found: target === null ? diagnostic("TP1002", { path }, null) : diagnostic("TP1003", { path, target }, null),
    };
  }
  return { path, found: diagnostic("TP1001", { path, reason: reasons[code] ?? code }, null) };
};

const codeOf = (error: unknown): string | null =>
  error instanceof Error && "code" in error ? String(error.code) : null;

/** Files that hold nothing now and held something before: often an editor between its two writes. */
export const emptied = (before: ReadonlyMap<string, string>, now: readonly SourceFile[]): readonly string[] =>
  now
    .filter(({ path, text }) => text.trim() === "" && (before.get(path) ?? "").trim() !== "")
    .map(({ path }) => basename(path));
