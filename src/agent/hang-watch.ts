import { isSilent } from "../collector/health.ts";
import type { CollectorProcess } from "../collector/process.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import type { Site } from "./site.ts";

/** A process in service, and where it says how it is. */
export type Watched = { readonly process: CollectorProcess; readonly healthSocket: string };

/** In this many looks one after the other nothing was said: the agent itself may have been held up during one of them. */
const looks = 3;
/** Each look is a pause and the wait for an answer. */
const waits = 2;

/**
 * A Collector that hangs as a whole takes connections and answers nobody, and does not end: whoever sends to it waits. One
 * that says nothing for `hangMs` of the site is ended, which is then its death like any other.
 */
export class HangWatch {
  readonly #site: Site;
  readonly #watched: () => Watched | null;
  readonly #waitMs: number;
  #silent: { readonly process: CollectorProcess; readonly times: number } | null = null;
  #isStopped = true;
  #cancel = (): void => {};

  constructor(site: Site, watched: () => Watched | null) {
    this.#site = site;
    this.#watched = watched;
    this.#waitMs = site.hangMs / looks / waits;
  }

  /** Begins to look; again is no matter. */
  start(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#next();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  #next(): void {
    this.#cancel = this.#site.clock.after(this.#waitMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const watched = this.#watched();
    const isHanging = watched !== null && (await isSilent(watched.healthSocket, this.#waitMs));
    if (this.#isStopped) return;
    this.#silent = isHanging ? { process: watched.process, times: this.#times(watched.process) + 1 } : null;
    if (this.#silent !== null && this.#silent.times >= looks && this.#watched()?.process === this.#silent.process) {
      const { process } = this.#silent;
      const { code, message } = diagnostic("TP5028", { name: process.name, ms: this.#site.hangMs }, null);
      this.#site.log("error", message, { code, process: process.name });
      this.#silent = null;
      process.kill();
    }
    this.#next();
  }

  #times(process: CollectorProcess): number {
    return this.#silent?.process === process ? this.#silent.times : 0;
  }
}
