import type { Engine } from "./engine.ts";
import { type History, policyDigests } from "./history.ts";
import type { Held } from "./hold-back.ts";
import { type Cause, liveOf, type State } from "./machine.ts";
import type { ReloadReport } from "./view.ts";

export type NotesOptions = {
  readonly history: History;
  readonly engine: () => Pick<Engine, "refused" | "gapMs">;
  readonly collectorVersion: string;
};

/** A try that has ended, and what it was made of. */
export type Ended = {
  readonly attempt: number | null;
  readonly report: ReloadReport;
  readonly cause: Cause | null;
  /** The state that it left. */
  readonly state: State;
  /** By key; the one of the report's digest counts. */
  readonly made: ReadonlyMap<string, Held>;
};

/** What goes into the ledger: one entry for each try, in their order, with what was refused meanwhile. */
export class Notes {
  readonly #options: NotesOptions;
  /** What ingest had refused when a try began. */
  readonly #refusedBefore = new Map<number, Promise<number | null>>();
  #written: Promise<void> = Promise.resolve();

  constructor(options: NotesOptions) {
    this.#options = options;
  }

  /** Resolves when everything is on disk. */
  get written(): Promise<void> {
    return this.#written;
  }

  /** A step of a try begins; its first one is what counts. */
  begins(attempt: number): void {
    if (!this.#refusedBefore.has(attempt)) this.#refusedBefore.set(attempt, this.#options.engine().refused());
  }

  add({ attempt, report, cause, state, made }: Ended): void {
    const { outcome, reason, digest, at, stages, totalMs, words } = report;
    const { phase, committed } = state;
    const [key, held] = [...made].find(([each]) => each.endsWith(`/${digest}`)) ?? [null, null];
    const parent = phase.at === "observing" && outcome === "committed" ? phase.previous : liveOf(phase);
    const entry = {
      at,
      outcome,
      reason,
      digest,
      ingestDigest: key?.split("/")[0] ?? null,
      parent: parent?.proposal.digest ?? null,
      generation: outcome === "committed" ? committed : null,
      cause: held?.isPinned === true && cause === "request" ? ("rollback" as const) : cause,
      policies: held === null ? {} : policyDigests(held),
      setAside: held?.asides.map(({ policy }) => policy) ?? [],
      checks: Object.fromEntries(Object.entries(stages).map(([stage, ms]) => [stage, Math.round(ms)])),
      totalMs: Math.round(totalMs),
      gapMs: outcome === "committed" ? this.#options.engine().gapMs : null,
      collector: this.#options.collectorVersion,
      words,
    };
    const refused = this.#refusedDuring(attempt);
    // One after the other, so that the ledger keeps their order.
    this.#written = this.#written.then(async () =>
      this.#options.history.add({ ...entry, refused: await refused }, held),
    );
  }

  async #refusedDuring(attempt: number | null): Promise<number | null> {
    const began = attempt === null ? undefined : this.#refusedBefore.get(attempt);
    if (attempt !== null) this.#refusedBefore.delete(attempt);
    const [before, now] = [(await began) ?? null, await this.#options.engine().refused()];
    if (before === null || now === null) return null;
    return now >= before ? now - before : now; // a restarted ingest counts from zero
  }
}
