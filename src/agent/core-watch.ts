import { scrape } from "../collector/metrics-text.ts";
import { between, type Counts, countsOf, noCounts } from "./rates.ts";
import type { Site } from "./site.ts";

const everyMs = 1000;
/** How far back the rates of what is in service reach. */
const windowed = 15;
const timeoutMs = 1000;

type Reading = { readonly serial: number; readonly counts: Counts };

/** Reads again and again what the core in service counted, so that the next one can be compared with it. */
export class CoreWatch {
  readonly #site: Site;
  readonly #core: () => { readonly serial: number; readonly telemetryPort: number } | null;
  #readings: readonly Reading[] = [];
  #isStopped = false;
  #cancel: (() => void) | null = null;

  constructor(site: Site, core: () => { readonly serial: number; readonly telemetryPort: number } | null) {
    this.#site = site;
    this.#core = core;
  }

  /** Begins to look; again is no matter. */
  start(): void {
    this.#cancel ??= this.#site.clock.after(everyMs, () => void this.#look());
  }

  /** What the core in service counted within the last seconds. */
  recent(): Counts {
    const last = this.#readings.at(-1);
    const first = this.#readings.find(({ serial }) => serial === last?.serial);
    if (last === undefined || first === undefined) return noCounts;
    return between(first === last ? noCounts : first.counts, last.counts);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  /** Once more, now: an edit can come before the first look, and its generation must have one to be compared with. */
  async read(): Promise<void> {
    const core = this.#core();
    const samples = core === null ? null : await scrape(core.telemetryPort, timeoutMs).catch(() => null); // none this time
    if (core !== null && samples !== null)
      this.#readings = [...this.#readings, { serial: core.serial, counts: countsOf(samples) }].slice(-windowed);
  }

  async #look(): Promise<void> {
    await this.read();
    if (!this.#isStopped) this.#cancel = this.#site.clock.after(everyMs, () => void this.#look());
  }
}
