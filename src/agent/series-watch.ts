import type { Sample } from "../collector/metrics-text.ts";
import type { Site } from "./site.ts";

const everyMs = 5000;

/** Data points of new series that a Collector dropped since its start: it had as many series as it may have. */
export const droppedIn = (samples: readonly Sample[]): number =>
  samples
    .filter(
      ({ name, labels, value }) =>
        /^otelcol_deltatocumulative_datapoints(?:_|$)/.test(name) &&
        labels.get("error") === "limit" &&
        Number.isFinite(value),
    )
    .reduce((sum, { value }) => sum + value, 0);

/** Looks whether counts were lost to a flood of series; that must never happen unseen. */
export class SeriesWatch {
  readonly #site: Site;
  readonly #ask: () => Promise<number | null>;
  readonly #onDropped: (points: number) => void;
  #last = 0;
  #isStopped = false;
  #cancel: () => void;

  constructor(site: Site, ask: () => Promise<number | null>, onDropped: (points: number) => void) {
    this.#site = site;
    this.#ask = ask;
    this.#onDropped = onDropped;
    this.#cancel = site.clock.after(everyMs, () => void this.#look());
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const now = await this.#ask();
    if (this.#isStopped) return;
    if (now !== null) {
      const more = now >= this.#last ? now - this.#last : now; // a new process counts from zero
      this.#last = now;
      if (more > 0) {
        this.#onDropped(more);
        this.#site.log("error", "too many series: data points of new ones were dropped", {
          points: more,
          variable: "OTEL_POLICY_MAX_SERIES",
        });
      }
    }
    this.#cancel = this.#site.clock.after(everyMs, () => void this.#look());
  }
}
