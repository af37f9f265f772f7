import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import type { Clock } from "../base/clock.ts";
import { type FileSystemOf, networkFileSystem } from "./network-file-system.ts";

export type WatchOptions = {
  /** Folders or files; they need not exist. */
  readonly paths: readonly string[];
  readonly clock: Clock;
  /** How often folders are looked at, in case no event came: renamed, remounted, on a network file system. */
  readonly lookMs: number;
  /** Something may have changed. What it was is not told: events name the wrong file too often. */
  readonly onHint: () => void;
  /** Watching does not work as it should; `polling`: it goes on by looking at the files once a second. */
  readonly onProblem: (words: string, polling: boolean) => void;
  /** chokidar's, unless a test brings its own. */
  readonly open?: typeof watch;
  /** statfs(2), unless a test brings its own. */
  readonly fileSystemOf?: FileSystemOf;
};

const pollMs = 1000;

/** Too few inotify watches or instances: more of the same would fail as well. */
const exhausted: ReadonlySet<string> = new Set(["ENOSPC", "EMFILE", "ENFILE"]);

const watchedIn = (details: unknown): string | null =>
  typeof details === "object" && details !== null && "watchedPath" in details && typeof details.watchedPath === "string"
    ? details.watchedPath
    : null;

/** Watches folders; a single file by the folder it is in, since a watched file is lost with its first replacement. */
export class Watch {
  readonly #options: WatchOptions;
  readonly #folders: readonly string[];
  /** Single files: other names of their folder are no concern of ours. */
  readonly #names: ReadonlyMap<string, ReadonlySet<string>>;
  #watcher: FSWatcher | null = null;
  #isPolling = false;
  #isStopped = false;
  #cancelLook = (): void => {};
  #identity = new Map<string, string>();

  private constructor(
    options: WatchOptions,
    folders: readonly string[],
    names: ReadonlyMap<string, ReadonlySet<string>>,
  ) {
    this.#options = options;
    this.#folders = folders;
    this.#names = names;
  }

  /** Resolves when watching has begun, so that no change after it is missed. */
  static async start(options: WatchOptions): Promise<Watch> {
    const folders = new Set<string>();
    const names = new Map<string, Set<string>>();
    for (const path of options.paths) {
      const isFile = await stat(path).then(
        (found) => !found.isDirectory(),
        () => false,
      );
      if (!isFile) folders.add(path);
      else names.set(dirname(path), (names.get(dirname(path)) ?? new Set()).add(basename(path)));
    }
    for (const folder of folders) names.delete(folder);
    const started = new Watch(options, [...folders, ...names.keys()], names);
    await started.#pollWhereNobodyTells();
    await started.#open();
    await started.#look();
    return started;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelLook();
    await this.#watcher?.close();
  }

  async #pollWhereNobodyTells(): Promise<void> {
    for (const folder of this.#folders) {
      const kind = await networkFileSystem(folder, this.#options.fileSystemOf);
      if (kind === null) continue;
      this.#isPolling = true;
      this.#options.onProblem(`${folder} is on ${kind}, which tells nobody of changes`, true);
    }
  }

  async #open(): Promise<void> {
    const watcher = (this.#options.open ?? watch)([...this.#folders], {
      depth: 0,
      ignoreInitial: true,
      ignorePermissionErrors: true,
      persistent: true,
      backend: this.#isPolling ? "polling" : "native",
      pollingInterval: pollMs,
    });
    this.#watcher = watcher;
    watcher.on("all", (event, path) => {
      // The folder itself: whatever has its name next is another one.
      if (event === "unlinkDir" && this.#identity.has(path)) this.#identity.set(path, "gone");
      if (this.#concerns(path)) this.#options.onHint();
    });
    // What the system says before chokidar makes sense of it: a dangling link, for one, makes none.
    watcher.on("raw", (_event, name, details) => {
      const folder = watchedIn(details);
      if (name === null || folder === null || this.#concerns(join(folder, name))) this.#options.onHint();
    });
    watcher.on("error", (error) => {
      if (watcher === this.#watcher) this.#onError(error);
    });
    await new Promise<void>((resolve) => {
      watcher.once("ready", resolve);
      // A folder that cannot be opened never gets ready; the slow look covers it.
      const cancel = this.#options.clock.after(2000, resolve);
      watcher.once("ready", cancel);
    });
  }

  #concerns(path: string): boolean {
    const names = this.#names.get(dirname(path));
    if (names === undefined) return true;
    const name = basename(path);
    return names.has(name) || name.startsWith("..");
  }

  #onError(error: unknown): void {
    if (this.#isStopped) return;
    const words = error instanceof Error ? error.message : String(error);
    const isExhausted = error instanceof Error && "code" in error && exhausted.has(String(error.code));
    if (!isExhausted || this.#isPolling) {
      this.#options.onProblem(words, this.#isPolling);
      return;
    }
    this.#isPolling = true;
    this.#options.onProblem(words, true);
    void this.#reopen().then(() => this.#options.onHint());
  }

  /** A new watcher before the old one goes, so that nothing falls between. */
  async #reopen(): Promise<void> {
    const before = this.#watcher;
    await this.#open();
    await before?.close();
    if (this.#isStopped) await this.#watcher?.close();
  }

  /** Another inode, device or birth under the same name means that the watcher may look at something that is gone. */
  async #look(): Promise<void> {
    let isOther = false;
    for (const folder of this.#folders) {
      const identity = await stat(folder).then(
        // A new folder often gets the inode of the one before it, but not its time of birth.
        ({ dev, ino, birthtimeMs }) => `${dev}:${ino}:${birthtimeMs}`,
        () => "absent",
      );
      const before = this.#identity.get(folder);
      this.#identity.set(folder, identity);
      isOther ||= before !== undefined && before !== identity;
    }
    if (this.#isStopped) return;
    if (isOther) {
      await this.#reopen();
      this.#options.onHint();
    }
    this.#cancelLook = this.#options.clock.after(this.#options.lookMs, () => void this.#look());
  }
}
