import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Instant } from "../base/clock.ts";
import { writeAtomically } from "../collector/atomic-file.ts";
import type { Aside } from "./aside.ts";
import type { StoredGeneration } from "./generations.ts";
import { type CompileFiles, type GoodTexts, type Held, holdGeneration } from "./hold-back.ts";
import { type Compiled, LookAhead } from "./look-ahead.ts";
import type { Cause } from "./machine.ts";
import { clearPin, type Pin, readPin, writePin } from "./pin.ts";
import { emptied, readSnapshot, type Snapshot } from "./snapshot.ts";

/** One look at the policies that found something new, or was asked for. */
export type Reading = {
  readonly cause: Cause;
  /** When the first change was seen. */
  readonly since: Instant;
  readonly snapshot: Snapshot;
  readonly held: Held;
  readonly compileMs: number;
};

export type ReaderOptions = {
  readonly paths: readonly string[];
  readonly runDir: string;
  readonly clock: Clock;
  readonly debounceMs: number;
  readonly compile: CompileFiles;
  readonly onReading: (reading: Reading) => void;
  /** A look that found the same as before. */
  readonly onSame: () => void;
  /** A bug of the compiler: it never throws for input. */
  readonly onBug: (error: unknown) => void;
};

/** Reads the policies, one look at a time, and compiles what is new. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #ahead: LookAhead;
  #digest: string | null = null;
  #texts: ReadonlyMap<string, string> = new Map();
  #good: GoodTexts = new Map();
  #isLooking = false;
  #next: { readonly cause: Cause; readonly since: Instant; readonly isSecond: boolean } | null = null;
  #isStopped = false;
  #asides: readonly Aside[] = [];
  #pin: Pin | null;
  #cancelWait = (): void => {};

  private constructor(options: ReaderOptions, good: GoodTexts, pin: Pin | null) {
    this.#options = options;
    this.#ahead = new LookAhead(options.paths, options.compile);
    this.#good = good;
    this.#pin = pin;
  }

  /** With the good texts that an agent before us left in the run directory: a restart must not lose what was in force. */
  static async create(options: ReaderOptions): Promise<Reader> {
    return new Reader(options, await storedTexts(options.runDir), await readPin(options.runDir));
  }

  /** Digest of the generation whose policies count until the next edit. */
  get pinned(): string | null {
    return this.#pin?.generation.digest ?? null;
  }

  /** Goes back to the policies of a former generation, until somebody changes one of the files as they are now. */
  async pin(generation: StoredGeneration): Promise<void> {
    const { clock, paths, runDir } = this.#options;
    this.#pin = { generation, over: (await readSnapshot(paths)).digest };
    await writePin(runDir, this.#pin);
    this.look("request", clock.now());
  }

  /** Something may have changed, and will be looked at once it is quiet: makes ready for it. */
  expect(): void {
    if (this.#isStopped || this.#isLooking || this.#pin !== null) return;
    const beside = { good: this.#good, asides: this.#asides };
    // While a look is on its way its own compilation is sooner; what was emptied is most likely not written yet.
    void this.#ahead.look(
      beside,
      ({ digest, files }) =>
        this.#isStopped || this.#isLooking || digest === this.#digest || emptied(this.#texts, files).length > 0,
    );
  }

  look(cause: Cause, since: Instant, isSecond = false): void {
    if (this.#isStopped) return;
    const before = this.#next;
    this.#next = {
      cause: before === null || rank[cause] > rank[before.cause] ? cause : before.cause,
      since: before === null ? since : Math.min(since, before.since),
      isSecond: isSecond || (before?.isSecond ?? false),
    };
    if (!this.#isLooking) void this.#run().catch(this.#options.onBug);
  }

  /** Policies that the Collector refuses: read again without them. The input has not changed, what is made of it does. */
  setAside(asides: readonly Aside[], since: Instant): void {
    this.#asides = [...this.#asides, ...asides];
    this.#digest = null;
    this.look("change", since);
  }

  /** What the compiler is told beside the policies has changed. */
  again(since: Instant): void {
    this.#digest = null;
    this.#ahead.forget();
    this.look("change", since);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelWait();
  }

  async #run(): Promise<void> {
    this.#isLooking = true;
    try {
      for (let next = this.#next; next !== null && !this.#isStopped; next = this.#next) {
        this.#next = null;
        await this.#lookOnce(next.cause, next.since, next.isSecond);
      }
    } finally {
      this.#isLooking = false;
    }
  }

  async #lookOnce(cause: Cause, since: Instant, isSecond: boolean): Promise<void> {
    const { clock, paths, runDir } = this.#options;
    const found = await readSnapshot(paths);
    if (this.#isStopped) return;
    if (this.#pin !== null && this.#pin.over !== found.digest) {
      this.#pin = null;
      await clearPin(runDir);
    }
    const snapshot = this.#pin === null ? found : pinnedSnapshot(this.#pin);
    if (this.#pin === null && cause !== "request" && !isSecond && emptied(this.#texts, snapshot.files).length > 0) {
      // Truncated and not yet written, most likely. If it is still empty next time, it is meant.
      this.#cancelWait();
      this.#cancelWait = clock.after(this.#options.debounceMs, () => this.look(cause, since, true));
      return;
    }
    const isNew = snapshot.digest !== this.#digest;
    if (!isNew && cause !== "request") {
      this.#options.onSame();
      return;
    }
    // Before the compiler runs: input that makes it throw is not given to it again and again.
    this.#digest = snapshot.digest;
    // Asked for: whatever was refused gets its next chance, together with everything else.
    if (cause === "request") this.#asides = [];
    const { held, compileMs } = this.#compiled(snapshot);
    this.#asides = held.asides;
    this.#texts = new Map(snapshot.files.map(({ path, text }) => [path, text]));
    const wasGood = this.#good;
    this.#good = held.good;
    this.#options.onReading({
      cause: isNew && cause === "resync" ? "change" : cause,
      since,
      snapshot,
      held,
      compileMs,
    });
    if (!isEqual(wasGood, held.good)) await storeTexts(runDir, held.good);
  }

  #compiled(snapshot: Snapshot): Compiled {
    if (this.#pin === null) return this.#ahead.compiled({ snapshot, good: this.#good, asides: this.#asides });
    const began = performance.now();
    const held = holdGeneration(this.#pin.generation, this.#good, this.#options.compile);
    return { held, compileMs: performance.now() - began };
  }
}

/** Of a pinned generation, so that it is compiled once. */
const pinnedSnapshot = ({ generation, over }: Pin): Snapshot => ({
  files: generation.files,
  unread: [],
  diagnostics: [],
  digest: `${generation.digest} over ${over}`,
});

const rank: { readonly [cause in Cause]: number } = { resync: 0, change: 1, request: 2 };

const isEqual = (a: GoodTexts, b: GoodTexts): boolean =>
  a.size === b.size && [...a].every(([path, text]) => b.get(path) === text);

const storeName = "good-texts.json";

/** Without it a restart forgets at most what a broken file said before it broke; so a failure here stops nothing. */
const storeTexts = async (runDir: string, good: GoodTexts): Promise<void> => {
  await writeAtomically(join(runDir, storeName), JSON.stringify([...good]));
};

const storedTexts = async (runDir: string): Promise<GoodTexts> => {
  try {
    const stored: unknown = JSON.parse(await readFile(join(runDir, storeName), "utf8"));
    return new Map(Array.isArray(stored) ? stored.filter(isEntry) : []);
  } catch {
    return new Map(); // the first start in this directory, or a file cut short
  }
};

const isEntry = (entry: unknown): entry is [string, string] =>
  Array.isArray(entry) && entry.length === 2 && entry.every((part) => typeof part === "string");
