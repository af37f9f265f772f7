import { scrape } from "../collector/metrics-text.ts";
import { takeUpAgain } from "../collector/queue-given-up.ts";
import { requestsLeft } from "../collector/queue-left.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { queueDir } from "./leftovers.ts";
import { countsOf } from "./rates.ts";
import { pause, type Site } from "./site.ts";

const everyMs = 100;
const roomEveryMs = 500;
/** Some requests are always on their way to the core. */
const manyBytes = 64 * 1024;
const timeoutMs = 1000;

/**
 * A Collector that wants to read a request back from its queue notes that on disk first, and gives the request up where it
 * cannot: on a full disk, as soon as the core takes again, all that waits is gone in a moment, and the bytes of what was
 * delivered go to what comes in. What it holds is safe only while nobody reads it. So an ingest that holds much, and can
 * take nothing for want of space, is ended as it is, and started again when there is room.
 */
export class IngestDisk {
  readonly #site: Site;
  readonly #telemetryPort: () => number | null;
  readonly #onStuck: () => void;
  #cancel = (): void => {};
  /** Since the last start. */
  #wasFull = false;
  #isStopped = true;

  constructor(site: Site, telemetryPort: () => number | null, onStuck: () => void) {
    this.#site = site;
    this.#telemetryPort = telemetryPort;
    this.#onStuck = onStuck;
  }

  /** Begins to look; again is no matter. */
  watch(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#next(false);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** Before a start: what was given up on a full disk is asked for again. Nobody has the queue open then. */
  async takeUp(): Promise<void> {
    if (!this.#wasFull) return;
    this.#wasFull = false;
    const { log, runDir } = this.#site;
    const again = await takeUpAgain(queueDir(runDir.path, "ingest")).catch(() => 0); // not to be read: it starts as it is
    if (again > 0)
      log("warn", "what a full disk made its Collector give up is taken up again", {
        process: "ingest",
        requests: again,
      });
  }

  /** Resolves when an ingest may start: what its queue holds is moved within it then, and lost where that fails. */
  async room(isOff: () => boolean): Promise<void> {
    const { clock, log, queueRoom, runDir } = this.#site;
    let hasWaited = false;
    while (!isOff() && !(await queueRoom.hasRoom())) {
      if (!hasWaited) {
        const waiting = await requestsLeft(queueDir(runDir.path, "ingest")).catch(() => 0); // then it does not start either
        if (waiting === 0) return;
        const { code, message } = diagnostic("TP5027", { path: runDir.path, waiting }, null);
        log("error", message, { code, process: "ingest" });
      }
      hasWaited = true;
      await pause(clock, roomEveryMs);
    }
    if (hasWaited && !isOff()) log("info", "there is room on the disk again", { process: "ingest" });
  }

  /** Twice in a row, for a moment without space can pass. */
  async #look(before: boolean): Promise<void> {
    const isFull = await this.#site.queueRoom.isFull();
    this.#wasFull ||= isFull;
    const isStuck = isFull && (await this.#waitingBytes()) >= manyBytes;
    if (this.#isStopped) return;
    if (isStuck && before) this.#onStuck();
    this.#next(isStuck && !before);
  }

  #next(before: boolean): void {
    this.#cancel = this.#site.clock.after(everyMs, () => void this.#look(before));
  }

  async #waitingBytes(): Promise<number> {
    const port = this.#telemetryPort();
    const samples = port === null ? [] : await scrape(port, timeoutMs).catch(() => []); // none this time
    return [...countsOf(samples).exporters.values()].reduce((sum, { waiting }) => sum + waiting, 0);
  }
}
