import { rm } from "node:fs/promises";
import type { Instant } from "../base/clock.ts";
import type { Exit } from "../collector/exit.ts";
import { deathOf } from "../collector/failures.ts";
import type { CollectorProcess } from "../collector/process.ts";
import { validateConfig } from "../collector/validate.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { type AdoptableIngest, adopt } from "./adoption.ts";
import { afterRestart, backoffMs } from "./backoff.ts";
import type { Failure } from "./failure.ts";
import { HangWatch } from "./hang-watch.ts";
import { IngestDisk } from "./ingest-disk.ts";
import { handOn } from "./ingest-hand-on.ts";
import type { IngestNews, IngestSide, RunningConfig } from "./ingest-side.ts";
import { type IngestLaunch, prepareIngest, start } from "./launch.ts";
import type { Proposal } from "./machine.ts";
import { proveHealthy, validationFailure } from "./prove.ts";
import { pause, type Site } from "./site.ts";

type Running = { readonly launch: IngestLaunch; readonly proposal: Proposal; readonly process: CollectorProcess };

/** How long an ingest that is replaced may hand on what it buffered. Its port is closed meanwhile. */
const handOnMs = 5000;

/** The one ingest process: owns the ports, is replaced only when its config changes, comes back when it dies. */
export class Ingest implements IngestSide {
  readonly #site: Site;
  readonly #onChange: (news: IngestNews) => void;
  #running: Running | null = null;
  /** Also one that is on its way out. */
  readonly #alive = new Set<CollectorProcess>();
  #isHealthy = false;
  /** What should run, also while it is being brought back. */
  #wanted: Proposal | null = null;
  #restarts: readonly Instant[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  readonly #disk: IngestDisk;
  readonly #hangWatch: HangWatch;
  /** Grows with every decision about what should run; a loop of an older one gives up. */
  #epoch = 0;

  constructor(site: Site, onChange: (news: IngestNews) => void) {
    this.#site = site;
    this.#onChange = onChange;
    this.#disk = new IngestDisk(
      site,
      () => this.telemetryPort,
      () => this.#spare(),
    );
    this.#hangWatch = new HangWatch(site, () =>
      this.#running === null || !this.#isHealthy
        ? null
        : { process: this.#running.process, healthSocket: this.#running.launch.healthSocket },
    );
  }

  get isHealthy(): boolean {
    return this.#isHealthy;
  }

  get flowPort(): number | null {
    return this.#isHealthy ? (this.#running?.launch.flowPort ?? null) : null;
  }

  get telemetryPort(): number | null {
    return this.#isHealthy ? (this.#running?.launch.telemetryPort ?? null) : null;
  }

  get digest(): string | null {
    return this.#running?.proposal.ingestDigest ?? null;
  }

  async takeOver(found: AdoptableIngest | null): Promise<RunningConfig | null> {
    if (found === null) return null;
    const { launch, config } = found;
    const proposal = { digest: "", core: "", ingestDigest: launch.digest, ingest: config, flawed: false };
    this.#wanted = proposal;
    this.#inService({ launch, proposal, process: adopt(this.#site, found.running, "ingest") });
    return { digest: launch.digest, config };
  }

  async validate(proposal: Proposal): Promise<Failure | null> {
    if (this.digest === proposal.ingestDigest) return null;
    const launch = await prepareIngest(this.#site, proposal);
    return "reason" in launch
      ? launch
      : validationFailure(await validateConfig(this.#site.binary, launch.configPath, launch.env));
  }

  /** Makes this config run and be healthy. On failure what ran before is brought back. Null: done. */
  ensure(proposal: Proposal): Promise<Failure | null> {
    return this.#inTurn(async () => {
      if (this.digest === proposal.ingestDigest && this.#isHealthy) return null;
      const before = this.#wanted;
      this.#epoch += 1;
      this.#wanted = proposal;
      await this.#end(handOnMs);
      const failed = await this.#begin(proposal, this.#epoch);
      if (failed === null) return null;
      this.#wanted = before;
      if (before !== null) void this.#revive(before, this.#epoch);
      return failed;
    });
  }

  /** Stops accepting, hands on what it holds, ends. */
  stop(graceMs: number): Promise<void> {
    this.#disk.stop();
    this.#hangWatch.stop();
    this.#epoch += 1;
    this.#wanted = null;
    const until = this.#site.clock.now() + graceMs;
    return this.#inTurn(async () => {
      const before = this.#running;
      await this.#end(graceMs);
      if (before !== null) await handOn(this.#site, before.proposal, until, this.#alive);
    });
  }

  kill(): void {
    this.#disk.stop();
    this.#hangWatch.stop();
    this.#epoch += 1;
    for (const process of this.#alive) process.kill();
  }

  async #end(graceMs: number): Promise<void> {
    const running = this.#running;
    this.#running = null;
    this.#setHealthy(false);
    if (running === null) return;
    const exit = await running.process.stop(graceMs);
    if (exit.kind === "signal" && exit.forced) {
      const { code, message } = diagnostic("TP5015", { name: "ingest", ms: graceMs }, null);
      this.#site.log("warn", message, { code, process: "ingest" });
    }
    await rm(running.launch.configPath, { force: true });
  }

  async #begin(proposal: Proposal, epoch: number): Promise<Failure | null> {
    const launch = await prepareIngest(this.#site, proposal);
    if ("reason" in launch) return launch;
    await this.#disk.takeUp();
    const running = { launch, proposal, process: await start(this.#site, launch) };
    this.#running = running;
    this.#alive.add(running.process);
    void running.process.exited.then(() => this.#alive.delete(running.process));
    const deadline = this.#site.clock.now() + this.#site.reloadTimeoutMs;
    const failed = await proveHealthy(this.#site, launch, running.process, deadline);
    if (failed !== null || epoch !== this.#epoch) {
      await running.process.stop(1000);
      if (this.#running === running) this.#running = null;
      return failed;
    }
    this.#inService(running);
    return null;
  }

  #inService(running: Running): void {
    this.#running = running;
    this.#alive.add(running.process);
    this.#setHealthy(true);
    this.#disk.watch();
    this.#hangWatch.start();
    void running.process.exited.then((exit) => {
      this.#alive.delete(running.process);
      this.#ended(running, exit);
    });
  }

  #spare(): void {
    if (this.#running === null) return;
    this.#site.log("warn", "the disk is full: ended before it gives up what it holds", { process: "ingest" });
    this.#running.process.kill();
  }

  #ended(running: Running, exit: Exit): void {
    if (this.#running !== running) return;
    this.#running = null;
    this.#setHealthy(false);
    // Who ended it has said why.
    if (!(exit.kind === "signal" && exit.forced)) {
      const { code, message } = deathOf(running.process, exit);
      this.#site.log("error", message, { code, process: "ingest" });
    }
    void this.#revive(running.proposal, this.#epoch);
  }

  /** Starts it again, with growing pauses, until it runs or something else is decided. */
  async #revive(proposal: Proposal, epoch: number): Promise<void> {
    for (;;) {
      await pause(this.#site.clock, backoffMs(this.#restarts, this.#site.clock.now()));
      await this.#disk.room(() => epoch !== this.#epoch);
      if (epoch !== this.#epoch) return;
      this.#restarts = afterRestart(this.#restarts, this.#site.clock.now());
      this.#onChange("restarting");
      const failed = await this.#inTurn(async () => (epoch === this.#epoch ? this.#begin(proposal, epoch) : null));
      if (failed === null || epoch !== this.#epoch) return;
      this.#site.log("error", failed.found.message, { code: failed.found.code, process: "ingest" });
    }
  }

  /** Starting and ending take their turns: two ingests at once would fight for the ports. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(task, task);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  #setHealthy(isHealthy: boolean): void {
    if (isHealthy === this.#isHealthy) return;
    this.#isHealthy = isHealthy;
    this.#onChange(isHealthy ? "up" : "down");
  }
}
