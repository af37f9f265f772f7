import { rm } from "node:fs/promises";
import { sha256 } from "../base/canonical.ts";
import type { Instant } from "../base/clock.ts";
import type { Exit } from "../collector/exit.ts";
import { deathOf } from "../collector/failures.ts";
import { waitHealthy } from "../collector/health.ts";
import type { CollectorProcess } from "../collector/process.ts";
import { requestsLeft } from "../collector/queue-left.ts";
import { answers } from "../collector/sockets.ts";
import { validateConfig } from "../collector/validate.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { afterRestart, backoffMs } from "./backoff.ts";
import type { Failure } from "./failure.ts";
import { drainingIngest } from "./ingest-drain.ts";
import { type IngestLaunch, prepareIngest, start } from "./launch.ts";
import { isEmpty, queueDir } from "./leftovers.ts";
import type { Proposal } from "./machine.ts";
import { proveHealthy } from "./prove.ts";
import { pause, type Site } from "./site.ts";

type Running = { readonly launch: IngestLaunch; readonly proposal: Proposal; readonly process: CollectorProcess };

/** How long an ingest that is replaced may hand on what it buffered. Its port is closed meanwhile. */
const handOnMs = 5000;

/** The one ingest process: owns the ports, is replaced only when its config changes, comes back when it dies. */
export class Ingest {
  readonly #site: Site;
  readonly #onChange: (news: "up" | "down" | "restarting") => void;
  #running: Running | null = null;
  /** Also one that is on its way out. */
  readonly #alive = new Set<CollectorProcess>();
  #isHealthy = false;
  /** What should run, also while it is being brought back. */
  #wanted: Proposal | null = null;
  #restarts: readonly Instant[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  /** Grows with every decision about what should run; a loop of an older one gives up. */
  #epoch = 0;

  constructor(site: Site, onChange: (news: "up" | "down" | "restarting") => void) {
    this.#site = site;
    this.#onChange = onChange;
  }

  get isHealthy(): boolean {
    return this.#isHealthy;
  }

  get healthSocket(): string | null {
    return this.#running?.launch.healthSocket ?? null;
  }

  /** Loopback port of the flow counters, while they can be asked. */
  get flowPort(): number | null {
    return this.#isHealthy ? (this.#running?.launch.flowPort ?? null) : null;
  }

  get telemetryPort(): number | null {
    return this.#isHealthy ? (this.#running?.launch.telemetryPort ?? null) : null;
  }

  /** Digest of the config that runs. */
  get digest(): string | null {
    return this.#running?.proposal.ingestDigest ?? null;
  }

  /** Takes over one that runs and is healthy. */
  adopt(launch: IngestLaunch, proposal: Proposal, process: CollectorProcess): void {
    this.#wanted = proposal;
    this.#inService({ launch, proposal, process });
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
    this.#epoch += 1;
    this.#wanted = null;
    const until = this.#site.clock.now() + graceMs;
    return this.#inTurn(async () => {
      const before = this.#running;
      await this.#end(graceMs);
      if (before !== null) await this.#handOn(before, until);
    });
  }

  kill(): void {
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

  /**
   * A Collector that stops leaves its queue on disk as it is. Where there is a rest a core is there to take, another one
   * hands it on that accepts nothing; what is left after the time stays for the next agent.
   */
  async #handOn({ proposal }: Running, until: Instant): Promise<void> {
    const { clock, log, runDir } = this.#site;
    const folder = queueDir(runDir.path, "ingest");
    const config = drainingIngest(proposal.ingest);
    const left = config === null ? 0 : await requestsLeft(folder).catch(() => 0); // not to be read: nothing can be done
    if (config === null || left === 0 || !(await answers(runDir.liveSocket))) return;
    log("info", "handing on what ingest had accepted", { requests: left });
    const launch = await prepareIngest(this.#site, { ...proposal, ingest: config, ingestDigest: sha256(config) });
    if ("reason" in launch) return;
    const process = await start(this.#site, launch);
    this.#alive.add(process);
    const waited = await waitHealthy(launch.healthSocket, process.exited, until, clock);
    while (waited.kind === "healthy" && clock.now() < until && !(await isEmpty(launch.telemetryPort)))
      await pause(clock, 50);
    await process.stop(1000);
    this.#alive.delete(process);
    await rm(launch.configPath, { force: true });
  }

  async #begin(proposal: Proposal, epoch: number): Promise<Failure | null> {
    const launch = await prepareIngest(this.#site, proposal);
    if ("reason" in launch) return launch;
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
    void running.process.exited.then((exit) => {
      this.#alive.delete(running.process);
      this.#ended(running, exit);
    });
  }

  #ended(running: Running, exit: Exit): void {
    if (this.#running !== running) return;
    this.#running = null;
    this.#setHealthy(false);
    const { code, message } = deathOf(running.process, exit);
    this.#site.log("error", message, { code, process: "ingest" });
    void this.#revive(running.proposal, this.#epoch);
  }

  /** Starts it again, with growing pauses, until it runs or something else is decided. */
  async #revive(proposal: Proposal, epoch: number): Promise<void> {
    for (;;) {
      await pause(this.#site.clock, backoffMs(this.#restarts, this.#site.clock.now()));
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

/** Asks the Collector about ingest's config without touching the one that runs. */
export const validateIngest = async (site: Site, proposal: Proposal) => {
  const launch = await prepareIngest(site, proposal);
  return "reason" in launch ? launch : validateConfig(site.binary, launch.configPath, launch.env);
};
