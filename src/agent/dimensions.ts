import { join } from "node:path";
import { type Sample, scrape } from "../collector/metrics-text.ts";
import type { Plan, SeenValues } from "../plan/types.ts";
import { valuesSocket } from "../render/types.ts";
import { dimensionRows, learn, type Seen, seenKey, valuesIn } from "./dimension-rows.ts";
import { storedValues, storeValues } from "./dimension-store.ts";
import type { Site } from "./site.ts";
import type { DimensionRow } from "./view.ts";

/** A flood of values takes a while to be written and read. */
const timeoutMs = 5000;

export type DimensionsOptions = {
  readonly site: Site;
  /** How often ingest is asked; null: there is none. */
  readonly everyMs: number | null;
  /** A dimension has as many values as it may have: what is rendered changes. */
  readonly onFull: () => void;
};

/**
 * Remembers which values the dimensions of derived metrics had. No component of a Collector does, so a dimension is
 * bounded here: as soon as it has all the values it may have, the core is rendered with their list and everything else
 * counts as `other`. Until then every value has its own name from its first record on, and nothing is reloaded; the
 * price is that values which arrive between the last reading and that reload get series as well. To list first and name
 * later would be exact, but every new team would count as `other` until the next reload, and each would cost one.
 */
export class Dimensions {
  readonly #options: DimensionsOptions;
  #seen: Seen;
  #plan: Pick<Plan, "rows" | "caps"> = { rows: [] };
  #stored: Promise<void> = Promise.resolve();
  #isStopped = false;
  #cancel = (): void => {};

  private constructor(options: DimensionsOptions, seen: Seen) {
    this.#options = options;
    this.#seen = seen;
    this.#wait();
  }

  static async open(options: DimensionsOptions): Promise<Dimensions> {
    return new Dimensions(options, await storedValues(options.site.runDir.path));
  }

  /** For the compiler. */
  get seen(): readonly SeenValues[] {
    return [...this.#seen.values()];
  }

  get rows(): readonly DimensionRow[] {
    return dimensionRows(this.#plan.caps ?? [], this.#seen);
  }

  /** What was compiled last. */
  follow(plan: Plan): void {
    this.#plan = plan;
  }

  /** Resolves when everything is on disk. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#stored;
  }

  #wait(): void {
    const { site, everyMs } = this.#options;
    if (everyMs !== null && !this.#isStopped) this.#cancel = site.clock.after(everyMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const socket = join(this.#options.site.runDir.path, valuesSocket);
    const samples = await scrape(socket, timeoutMs).catch(() => null); // ingest is not there yet, or not any more
    if (this.#isStopped) return;
    if (samples !== null) this.#learn(samples);
    this.#wait();
  }

  #learn(samples: readonly Sample[]): void {
    const { site, onFull } = this.#options;
    const caps = this.#plan.caps ?? [];
    const { seen, isChanged, full } = learn(this.#seen, caps, valuesIn(samples, this.#plan.rows));
    if (!isChanged) return;
    this.#seen = seen;
    this.#store();
    for (const { policy, key, limit } of full)
      site.log("warn", "dimension is full: further values count as other", { policy, dimension: key, limit });
    if (full.length > 0) onFull();
  }

  #store(): void {
    const { log, runDir } = this.#options.site;
    const seen = this.#seen;
    const needed = new Set((this.#plan.caps ?? []).map(seenKey));
    this.#stored = this.#stored
      .then(() => storeValues(runDir.path, seen, (key) => needed.has(key)))
      .catch((error: unknown) => log("warn", "values of dimensions cannot be kept", { words: String(error) }));
  }
}
