import type { Instant } from "../base/clock.ts";
import { afterRestart, backoffMs } from "./backoff.ts";
import type { Cores } from "./cores.ts";
import { type Failure, unforeseen } from "./failure.ts";
import type { IngestSide } from "./ingest-side.ts";
import type { Event, Generation, Proposal } from "./machine.ts";
import { pause, type Site } from "./site.ts";

export type RestoreHooks = { readonly event: (event: Event) => void; readonly restarted: () => void };

/** Brings the core of a generation back: at once the first time, then with growing pauses, until it runs or is cancelled. */
export class Restorer {
  readonly #site: Site;
  readonly #cores: Cores;
  readonly #ingest: IngestSide;
  readonly #hooks: RestoreHooks;
  #current: { readonly number: number } | null = null;
  #restarts: readonly Instant[] = [];

  constructor(site: Site, cores: Cores, ingest: IngestSide, hooks: RestoreHooks) {
    this.#site = site;
    this.#cores = cores;
    this.#ingest = ingest;
    this.#hooks = hooks;
  }

  /** What is being brought back is not wanted any more. */
  cancel(): void {
    this.#current = null;
  }

  /** Answers with `restored`, and with `unrestored` after each try in vain. */
  async restore({ number, proposal }: Generation): Promise<void> {
    if (this.#current?.number === number) return;
    const own = { number };
    this.#current = own;
    const isOff = (): boolean => this.#current !== own;
    const { clock, log } = this.#site;
    for (;;) {
      await pause(clock, backoffMs(this.#restarts, clock.now()));
      if (isOff()) return;
      this.#restarts = afterRestart(this.#restarts, clock.now());
      this.#hooks.restarted();
      const failed = await this.#bringBack(proposal, isOff).catch((error: unknown) =>
        unforeseen(`core of generation ${number}`, error),
      );
      if (isOff()) return;
      if (failed === null) {
        this.#current = null;
        log("info", "core is back", { generation: number });
        this.#hooks.event({ type: "restored", number });
        return;
      }
      log("error", failed.found.message, { code: failed.found.code, generation: number });
      this.#hooks.event({ type: "unrestored", number, at: clock.now(), words: failed.found.message });
    }
  }

  /** Proven like any other before it gets the name: the config is known to be good, the surroundings are not. */
  async #bringBack(proposal: Proposal, isOff: () => boolean): Promise<Failure | null> {
    const unready = await this.#ingest.ensure(proposal);
    if (unready !== null || isOff()) return unready;
    const launch = await this.#cores.prepare(proposal);
    if ("reason" in launch) return launch;
    const core = await this.#cores.start(launch);
    const failed = (await this.#cores.prove(core)) ?? (await this.#cores.name(core, isOff));
    if (this.#cores.live !== core) await this.#cores.discard(core);
    return failed;
  }
}
