import { rm } from "node:fs/promises";
import { unwritable } from "../collector/atomic-file.ts";
import { type Exit, exitWords } from "../collector/exit.ts";
import { deathOf } from "../collector/failures.ts";
import type { CollectorProcess } from "../collector/process.ts";
import { answers } from "../collector/sockets.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { endIfBlocked } from "./blocked.ts";
import { type Failure, failure } from "./failure.ts";
import { HangWatch } from "./hang-watch.ts";
import { type CoreLaunch, prepareCore, removeConfig, start } from "./launch.ts";
import { isEmpty, keepConfig, Leftovers } from "./leftovers.ts";
import { nameLive } from "./live-name.ts";
import type { Proposal } from "./machine.ts";
import { proveCore } from "./prove.ts";
import { pause, type Site } from "./site.ts";
import { Standby } from "./standby.ts";

/** One core process, from its start to its end. */
export type Core = {
  readonly launch: CoreLaunch;
  readonly process: CollectorProcess;
  /** null while it runs. */
  exit: Exit | null;
  /** It was asked to finish. */
  retired: boolean;
  /** It was ended while it was about to finish. */
  isCutShort: boolean;
};

/** Storage of a core is per slot. Normally two alternate; more are needed while older cores still deliver. */
const slots = "abcdefgh";

/** Cores that may finish their queues at the same time; with more, the one that drains longest has to end. */
const maxDraining = 6;

/** What a Collector with empty queues needs to end. */
const leaveMs = 1000;

/** A commit whose new name does not answer within this is taken back. */
const confirmMs = 1000;

/** The core processes of an agent: at most one is the live one, at most one a candidate, the others finish. */
export class Cores {
  readonly #site: Site;
  /** The live core ended without being asked to. */
  readonly #onDeath: (core: Core, found: Diagnostic) => void;
  readonly #running = new Set<Core>();
  /** Slots of launches that have not started yet. */
  readonly #prepared = new Set<string>();
  readonly leftovers: Leftovers;
  readonly #standby: Standby;
  readonly #hangWatch: HangWatch;
  #serial = 0;
  #live: Core | null = null;
  #naming: Promise<unknown> = Promise.resolve();

  constructor(site: Site, onDeath: (core: Core, found: Diagnostic) => void) {
    this.#site = site;
    this.#onDeath = onDeath;
    this.leftovers = new Leftovers(site, () => ++this.#serial);
    this.#standby = new Standby({
      site,
      place: () => this.#place(),
      onEnded: (slot) => this.#free(slot),
    });
    this.#hangWatch = new HangWatch(site, () =>
      this.#live === null ? null : { process: this.#live.process, healthSocket: this.#live.launch.healthSocket },
    );
  }

  get live(): Core | null {
    return this.#live;
  }

  /** Writes the config and chooses socket, slot and ports. `isToRun`: it will most likely be started. */
  async prepare(proposal: Proposal, isToRun = true): Promise<CoreLaunch | Failure> {
    const { path } = this.#site.runDir;
    const waiting = isToRun ? await this.#standby.take(proposal) : null;
    if (waiting !== null) {
      if (!("reason" in waiting)) await keepConfig(path, waiting.slot, proposal.core);
      return waiting;
    }
    const { serial, slot } = this.#place();
    const [launch] = await Promise.all([
      prepareCore(this.#site, proposal, serial, slot),
      keepConfig(path, slot, proposal.core),
    ]);
    if ("reason" in launch) this.#free(slot);
    return launch;
  }

  /** A number and a slot that no other core has. */
  #place(): { readonly serial: number; readonly slot: string } {
    this.#serial += 1;
    const serial = this.#serial;
    const taken = new Set([
      ...this.#prepared,
      ...this.leftovers.busy,
      ...[...this.#running].map(({ launch }) => launch.slot),
    ]);
    const slot = [...slots].find((name) => !taken.has(name)) ?? `s${serial}`;
    this.#prepared.add(slot);
    return { serial, slot };
  }

  /** Nobody started in a slot, so that nothing should be in it. */
  #free(slot: string): void {
    if (this.#prepared.delete(slot)) this.leftovers.settle(slot);
  }

  /** A launch that does not come to a start. */
  async forget(launch: CoreLaunch): Promise<void> {
    if (this.#standby.forget(launch)) return;
    await removeConfig(launch.configPath);
    this.#free(launch.slot);
  }

  async start(launch: CoreLaunch): Promise<Core> {
    return this.#follow(launch, this.#standby.release(launch) ?? (await start(this.#site, launch)));
  }

  /** Takes over one that runs: the one in service, or one that is to finish. */
  adopt(launch: CoreLaunch, process: CollectorProcess, isLive: boolean): void {
    this.#serial = Math.max(this.#serial, launch.serial);
    const core = this.#follow(launch, process);
    if (isLive) {
      this.#serves(core);
    } else this.retire(core);
  }

  #follow(launch: CoreLaunch, process: CollectorProcess): Core {
    const core: Core = { launch, process, exit: null, retired: false, isCutShort: false };
    this.#running.add(core);
    this.#prepared.delete(launch.slot);
    void core.process.exited.then((exit) => this.#ended(core, exit));
    return core;
  }

  async prove(core: Core): Promise<Failure | null> {
    const deadline = this.#site.clock.now() + this.#site.reloadTimeoutMs;
    return proveCore(this.#site, core.launch, core.process, deadline);
  }

  /**
   * The commit point: from here on whoever connects finds this core. Null: done, or `isOff` by the time its turn came.
   * One naming at a time, so that the one asked for last has the last word.
   */
  name(core: Core, isOff = (): boolean => false): Promise<Failure | null> {
    const mine = this.#naming.then(() => (isOff() ? null : this.#nameNow(core)));
    this.#naming = mine.catch(() => {});
    return mine;
  }

  async #nameNow(core: Core): Promise<Failure | null> {
    const { liveSocket } = this.#site.runDir;
    if (core.exit !== null) return failure("died", deathOf(core.process, core.exit));
    const before = this.#live;
    try {
      await nameLive(core.launch.socket, liveSocket);
      if (!(await this.#confirmed(liveSocket))) throw new Error("nobody answers under the new name");
    } catch (error) {
      if (before !== null && before.exit === null) await nameLive(before.launch.socket, liveSocket).catch(() => {});
      return failure("commit_failed", unwritable(liveSocket, error), false);
    }
    this.#serves(core);
    return null;
  }

  #serves(core: Core): void {
    this.#live = core;
    this.#standby.refill();
    this.#hangWatch.start();
  }

  /** Lets every core but `keep` finish what it holds; resolves at once. */
  retireOthers(keep: readonly Core[]): void {
    for (const core of this.#running) if (!keep.includes(core)) this.retire(core);
    const draining = [...this.#running].filter(({ retired }) => retired);
    for (const core of draining.slice(0, -maxDraining)) void core.process.stop(0);
  }

  retire(core: Core): void {
    if (core.retired) return;
    core.retired = true;
    if (this.#live === core) this.#live = null;
    void core.process.stop(this.#site.drainTimeoutMs);
    void endIfBlocked(this.#site, core, () => {
      core.isCutShort = true;
      core.process.kill();
    });
  }

  /** Ends a core that never was in service. */
  async discard(core: Core): Promise<void> {
    core.retired = true;
    await core.process.stop(1000);
    await removeConfig(core.launch.configPath);
    if (this.#live !== null) this.#standby.refill();
  }

  /**
   * Ends all of them, the live one too, when it has delivered what it holds or the time is up; resolves when none runs.
   * Queues on disk are not emptied by a Collector that stops, so it is asked to only when they are.
   */
  async stop(graceMs: number): Promise<void> {
    const { clock } = this.#site;
    this.#hangWatch.stop();
    this.#standby.stop();
    const until = clock.now() + graceMs;
    const live = this.#live;
    while (live !== null && live.exit === null && clock.now() < until - leaveMs) {
      if (await isEmpty(live.launch.telemetryPort, true)) break;
      await pause(clock, 50);
    }
    await Promise.all([
      this.leftovers.stop(),
      ...[...this.#running].map((core) => {
        core.retired = true;
        return core.process.stop(Math.max(until - clock.now(), 1000));
      }),
    ]);
  }

  kill(): void {
    this.#hangWatch.stop();
    this.#standby.stop();
    this.leftovers.kill();
    for (const { process } of this.#running) process.kill();
  }

  async #confirmed(socket: string): Promise<boolean> {
    const deadline = this.#site.clock.now() + confirmMs;
    while (!(await answers(socket))) {
      if (this.#site.clock.now() >= deadline) return false;
      await pause(this.#site.clock, 10);
    }
    return true;
  }

  #ended(core: Core, exit: Exit): void {
    core.exit = exit;
    this.#running.delete(core);
    this.leftovers.settle(core.launch.slot);
    const { name, configPath, socket, healthSocket } = core.launch;
    for (const path of [socket, healthSocket]) void rm(path, { force: true }).catch(() => {}); // stale ones hurt nobody
    // A candidate can end while its config is still being validated; whoever discards it removes that as well.
    if (core.retired || this.#live === core) void removeConfig(configPath).catch(() => {}); // the next agent does it
    const log = this.#site.log.with({ process: name });
    if (core.retired && !core.isCutShort && exit.kind === "signal" && exit.forced) {
      const { message } = diagnostic("TP5015", { name, ms: this.#site.drainTimeoutMs }, null);
      log("warn", message, { code: "TP5015" });
    } else {
      log("debug", "Collector ended", { how: exitWords(exit) });
    }
    if (core.retired || this.#live !== core) return;
    this.#live = null;
    this.#onDeath(core, deathOf(core.process, exit));
  }
}
