import { chmod, lstat, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import { unwritable } from "./atomic-file.ts";
import { lockRunDir } from "./run-lock.ts";

/** Two generations can run at once: the one in service and its successor, or its predecessor that drains. */
export type Slot = "a" | "b";

/** The private directory of one agent: sockets, rendered configs, queues on disk. */
export type RunDir = {
  /** Absolute; what OTEL_POLICY_RUN_DIR is set to. */
  readonly path: string;
  /** The name by which ingest finds whichever core is in service. */
  readonly liveSocket: string;
  /** Where the core of that generation listens until its socket is renamed to `liveSocket`. */
  readonly coreSocket: (generation: number) => string;
  /** health_check of a process, by its name: `ingest`, `core-3`. */
  readonly healthSocket: (name: string) => string;
  /** Rendered config of a process. */
  readonly configFile: (name: string) => string;
  /** Storage of a slot, made on demand by the Collector's file_storage. */
  readonly slotDir: (slot: Slot) => string;
  /** Lets another agent use the directory. */
  readonly release: () => Promise<void>;
};

/** sun_path of struct sockaddr_un without its final NUL: Linux unix(7) 108, macOS and the BSDs 104. */
export const socketPathLimit = (platform: NodeJS.Platform = process.platform): number =>
  platform === "linux" ? 107 : 103;

/** Longest name in the directory on which anybody listens: `health-core-999999.sock`, `back-<16 hex digits>.sock`, with some room. */
const longestName = 32;

/** Makes or takes over a directory that only this user may enter, and locks it. */
export const openRunDir = async (wanted: string, platform?: NodeJS.Platform): Promise<Outcome<RunDir | null>> => {
  const path = resolve(wanted);
  const problem = tooLong(path, platform) ?? (await makePrivate(path));
  if (problem !== null) return outcome(null, [problem]);
  const lock = await lockRunDir(path).catch((error: unknown) => unwritable(path, error));
  if ("code" in lock) return outcome(null, [lock]);
  if (!lock.held) return outcome(null, [diagnostic("TP5022", { path, holder: lock.holder }, null)]);
  return outcome({
    path,
    liveSocket: join(path, "core.sock"),
    coreSocket: (generation) => join(path, `core-${generation}.sock`),
    healthSocket: (name) => join(path, `health-${name}.sock`),
    configFile: (name) => join(path, `${name}.yaml`),
    slotDir: (slot) => join(path, `slot-${slot}`),
    release: lock.release,
  });
};

const tooLong = (path: string, platform?: NodeJS.Platform): Diagnostic | null => {
  const limit = socketPathLimit(platform);
  const bytes = Buffer.byteLength(path) + 1 + longestName;
  return bytes <= limit ? null : diagnostic("TP5024", { path, bytes, limit }, null);
};

const makePrivate = async (path: string): Promise<Diagnostic | null> => {
  const unusable = (reason: string): Diagnostic => diagnostic("TP5023", { path, reason }, null);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const found = await lstat(path);
    if (!found.isDirectory()) return unusable("it is a symbolic link, which somebody else could turn");
    const user = process.getuid?.();
    if (user !== undefined && found.uid !== user) return unusable(`it belongs to user ${found.uid}, not to ${user}`);
    if ((found.mode & 0o077) !== 0) await chmod(path, 0o700);
    return null;
  } catch (error) {
    const errno = error instanceof Error && "code" in error ? String(error.code) : "";
    if (errno === "EEXIST" || errno === "ENOTDIR") return unusable("a file is in its place");
    return unwritable(path, error);
  }
};
