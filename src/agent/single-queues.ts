import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { keepConfig, Leftovers, queueDir } from "./leftovers.ts";
import type { Site } from "./site.ts";

const slots = "abcdefgh";

/**
 * Where the one Collector of the single topology keeps its queues: a folder of their own for every config, since what one
 * config left in them is delivered by that config and no other.
 */
export class SingleQueues {
  readonly #site: Site;
  readonly #leftovers: Leftovers;
  /** Slots whose queues may still be open in the Collector. */
  readonly #former = new Set<string>();
  #current: string | null = null;
  #serial = 0;

  constructor(site: Site) {
    this.#site = site;
    this.#leftovers = new Leftovers(site, () => ++this.#serial);
  }

  /** A folder for the queues of the next config; `leftover` is the config that can deliver what is left in them. */
  async next(leftover: string): Promise<string> {
    if (this.#current !== null) this.#former.add(this.#current);
    const isFree = (slot: string): boolean => !this.#former.has(slot) && !this.#leftovers.busy.has(slot);
    let slot = [...slots].find(isFree);
    for (let number = 1; slot === undefined; number++) if (isFree(`s${number}`)) slot = `s${number}`;
    this.#current = slot;
    await keepConfig(this.#site.runDir.path, slot, leftover);
    return queueDir(this.#site.runDir.path, slot);
  }

  /** The Collector runs with the newest config, and so has let go of the queues of those before. */
  settleFormer(): void {
    for (const slot of this.#former) this.#leftovers.settle(slot);
    this.#former.clear();
  }

  /** The config that delivers what is left in a folder that an agent before us gave out. */
  async leftoverOf(slot: string): Promise<string | null> {
    return readFile(join(queueDir(this.#site.runDir.path, slot), "config.yaml"), "utf8").catch(() => null); // a foreign folder
  }

  /** Looks after what Collectors of an agent before us left; `inUse` is the slot of the one that still runs. */
  async takeOver(inUse: string | null): Promise<void> {
    this.#current = inUse;
    await this.#leftovers.takeOver(new Set(inUse === null ? [] : [inUse]));
  }

  stop(): Promise<void> {
    return this.#leftovers.stop();
  }

  kill(): void {
    this.#leftovers.kill();
  }
}
