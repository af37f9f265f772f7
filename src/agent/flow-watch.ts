import { scrape } from "../collector/metrics-text.ts";
import { carried, type Flow, noCarry, readFlow } from "./flow.ts";
import type { Site } from "./site.ts";

const timeoutMs = 1000;

/** Asks ingest again and again what it counted. */
export class FlowWatch {
  readonly #site: Site;
  readonly #port: () => number | null;
  readonly #onFlow: (flow: Flow) => void;
  readonly #everyMs: number;
  #carry = noCarry;
  #isStopped = false;
  #cancel: () => void;

  constructor(site: Site, port: () => number | null, onFlow: (flow: Flow) => void, everyMs = 1000) {
    this.#site = site;
    this.#port = port;
    this.#onFlow = onFlow;
    this.#everyMs = everyMs;
    this.#cancel = site.clock.after(this.#everyMs, () => void this.#look());
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const port = this.#port();
    const samples = port === null ? null : await scrape(port, timeoutMs).catch(() => null); // none this time
    if (this.#isStopped) return;
    if (samples !== null) {
      const { carry, flow } = carried(this.#carry, readFlow(samples));
      this.#carry = carry;
      this.#onFlow(flow);
    }
    this.#cancel = this.#site.clock.after(this.#everyMs, () => void this.#look());
  }
}
