import type { Clock, Instant } from "../base/clock.ts";
import type { Log } from "../telemetry/log.ts";

/** Where it is asked which namespaces have pods on this node. */
export type NamespaceSource = {
  /** Every namespace with a pod here now. Rejects where nobody can say. */
  readonly read: () => Promise<ReadonlySet<string>>;
  /** Calls back when the answer may have changed; what it answers ends that. null: it has to be asked again and again. */
  readonly follow: ((onHint: () => void) => () => void) | null;
};

/** What a source that tells of nothing is asked, and one that does as well, in case it missed something. */
const pollMs = 2000;
const resyncMs = 30_000;
/** One event seldom comes alone. */
const gatherMs = 200;
/** Records of a pod that is gone may still be on their way, and it may come back. */
const keepMs = 300_000;

export type NodeNamespacesOptions = {
  readonly source: NamespaceSource;
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: () => void;
};

/**
 * Namespaces that can have telemetry on this node. A new one counts at once, one that is gone for some minutes more.
 * While nobody has said anything yet all count, and after that what was said last.
 */
export class NodeNamespaces {
  readonly #options: NodeNamespacesOptions;
  #current: ReadonlySet<string> | null = null;
  /** When each was seen last. */
  #seen: ReadonlyMap<string, Instant> = new Map();
  #unfollow = (): void => {};
  #cancel = (): void => {};
  #isTold = true;
  #isStopped = false;

  constructor(options: NodeNamespacesOptions) {
    this.#options = options;
  }

  /** null: all. */
  get current(): ReadonlySet<string> | null {
    return this.#current;
  }

  /** Resolves after the first answer, or after the first time that there was none. */
  async start(): Promise<void> {
    const { source } = this.#options;
    await this.#look();
    if (source.follow !== null && !this.#isStopped) this.#unfollow = source.follow(() => this.#next(gatherMs));
  }

  stop(): void {
    this.#isStopped = true;
    this.#unfollow();
    this.#cancel();
  }

  #next(ms: number): void {
    this.#cancel();
    if (!this.#isStopped) this.#cancel = this.#options.clock.after(ms, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { source, clock, log } = this.#options;
    try {
      const found = await source.read();
      if (this.#isStopped) return;
      const now = clock.now();
      const kept = [...this.#seen].filter(([, at]) => now - at < keepMs);
      this.#seen = new Map([...kept, ...[...found].map((name) => [name, now] as const)]);
      this.#take(new Set(this.#seen.keys()));
      this.#isTold = true;
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      if (this.#isTold) log("warn", "cannot learn which namespaces have pods on this node; tries again", { words });
      this.#isTold = false;
    }
    this.#next(source.follow === null || !this.#isTold ? pollMs : resyncMs);
  }

  #take(names: ReadonlySet<string>): void {
    const before = this.#current;
    if (before !== null && before.size === names.size && [...names].every((name) => before.has(name))) return;
    this.#current = names;
    this.#options.log("info", "namespaces with pods on this node", { count: names.size });
    this.#options.onChange();
  }
}
