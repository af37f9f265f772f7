import { writeForThisBoot } from "../collector/atomic-file.ts";
import { type Gate, openGate } from "../collector/gate.ts";
import type { CollectorProcess } from "../collector/process.ts";
import { type Failure, failure } from "./failure.ts";
import { canBeLate, lateEnvironment, lateFiles, lateReferences } from "./late-values.ts";
import { type CoreLaunch, type CorePlace, decideLate, placeCore, placed, removeConfig, start } from "./launch.ts";
import type { Proposal } from "./machine.ts";
import { pause, type Site } from "./site.ts";

type Spare = {
  readonly place: CorePlace;
  readonly process: CollectorProcess;
  /** `released`: it has become a core, and is no concern of ours any more. */
  state: "coming" | "waiting" | "gone" | "released";
  /** Resolves when it is not coming any more. */
  readonly settled: Promise<unknown>;
};

export type StandbyOptions = {
  readonly site: Site;
  /** Where the next one lives. The slot is its own until `onEnded`. */
  readonly place: () => { readonly serial: number; readonly slot: string };
  /** One that never became a core has ended; nothing is in its slot. */
  readonly onEnded: (slot: string) => void;
};

/** After a commit the new core has its first records to deal with, and the one before its last. */
const refillMs = 100;
/** A Collector is there after 30–100 ms. One that is not after this is of no use to an edit. */
const arriveMs = 3000;
/** Some other build of the Collector may not read configs over HTTP: then each core is started when it is needed. */
const maxFailures = 3;

/**
 * One Collector that is started but for its config. The next edit has that waiting for it, and saves what a process takes
 * to come up: with all components of otelcol-contrib more than half of a start.
 */
export class Standby {
  readonly #options: StandbyOptions;
  readonly #claimed = new Map<number, Spare>();
  #gate: Gate | null = null;
  #spare: Spare | null = null;
  #isStarting = false;
  #isStopped: boolean;
  #failures = 0;
  #cancelRefill = (): void => {};

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.#isStopped = !options.site.standby || !canBeLate(options.site.runDir.path);
  }

  /** Has one again soon. */
  refill(): void {
    this.#cancelRefill();
    if (this.#isStopped || this.#spare !== null || this.#isStarting || this.#failures >= maxFailures) return;
    this.#cancelRefill = this.#options.site.clock.after(refillMs, () => {
      this.#isStarting = true;
      void this.#start()
        .catch((error: unknown) => this.#failed(error instanceof Error ? error.message : String(error)))
        .finally(() => {
          this.#isStarting = false;
        });
    });
  }

  /** Gives the one that waits, if any, this to run; null: none does. It goes on when it is released. */
  async take(proposal: Proposal): Promise<CoreLaunch | Failure | null> {
    const spare = this.#spare;
    if (spare === null) return null;
    this.#spare = null;
    await spare.settled; // what is on its way is there sooner than what sets out now
    if (spare.state !== "waiting") return null;
    // From here on its place is the caller's, also if it ends.
    const { place } = spare;
    this.#claimed.set(place.serial, spare);
    const late = await decideLate(this.#options.site, proposal);
    const files = lateFiles(place.configPath);
    const written = await Promise.all([
      writeForThisBoot(place.configPath, proposal.core),
      writeForThisBoot(files.digest, late.digest),
      writeForThisBoot(files.telemetryPort, late.telemetryPort),
      writeForThisBoot(files.queueBytes, late.queueBytes),
    ]);
    const [unwritten] = written.filter((found) => found !== null);
    if (unwritten === undefined) return placed(place, late);
    if (!this.forget(place)) this.#clear(place);
    return failure("start_failed", unwritten);
  }

  /** Lets it go on with what it was given; null: it was none of ours, or has ended. */
  release({ serial, name }: CorePlace): CollectorProcess | null {
    const spare = this.#claimed.get(serial);
    this.#claimed.delete(serial);
    if (spare?.state !== "waiting") return null;
    spare.state = "released";
    this.#gate?.open(name);
    return spare.process;
  }

  /** What it was given does not come to a start. Answers whether one of ours ends with it. */
  forget({ serial }: CorePlace): boolean {
    const spare = this.#claimed.get(serial);
    this.#claimed.delete(serial);
    if (spare?.state !== "waiting") return false;
    spare.process.kill();
    return true;
  }

  /** None waits any more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelRefill();
    this.#gate?.close();
    for (const spare of [this.#spare, ...this.#claimed.values()]) spare?.process.kill();
  }

  async #start(): Promise<void> {
    const { site } = this.#options;
    this.#gate ??= await openGate();
    const { serial, slot } = this.#options.place();
    const where = placeCore(site, serial, slot);
    const env = { ...where.env, ...lateEnvironment(lateReferences(where.configPath)) };
    const place: CorePlace = { ...where, env };
    const asked = this.#gate.arrived(place.name);
    const process = await start(site, place, this.#gate.uri(place.name));
    const spare: Spare = {
      place,
      process,
      state: "coming",
      settled: Promise.race([asked, process.exited, pause(site.clock, arriveMs)]),
    };
    this.#spare = spare;
    void asked.then(() => {
      if (spare.state === "coming") spare.state = "waiting";
      this.#failures = 0;
    });
    void process.exited.then(() => this.#ended(spare));
    await spare.settled;
    if (spare.state === "coming" || this.#isStopped) process.kill();
  }

  #ended(spare: Spare): void {
    const { state, place } = spare;
    if (state === "released") return;
    spare.state = "gone";
    if (this.#spare === spare) this.#spare = null;
    // Whoever was promised it starts another one there, with what was written for it.
    if (this.#claimed.has(place.serial)) return;
    this.#clear(place);
    if (state === "coming" && !this.#isStopped) this.#failed(spare.process.words());
  }

  #clear({ configPath, slot }: CorePlace): void {
    void removeConfig(configPath).catch(() => {}); // the next agent does it
    this.#options.onEnded(slot);
  }

  #failed(words: string): void {
    this.#failures += 1;
    this.#options.site.log("debug", "no Collector waits for the next edit", { failures: this.#failures, words });
  }
}
