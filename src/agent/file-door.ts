import { readFile } from "node:fs/promises";
import { unwritable, writeAtomically } from "../collector/atomic-file.ts";
import {
  ageMs,
  findOther,
  isAlive,
  isSameProcess,
  type OtherProcess,
  startedAfter,
  ticksNow,
} from "../collector/other-process.ts";
import { collectorsOf } from "../collector/running.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import type { Door, DoorHooks } from "./door.ts";
import { type Failure, failure } from "./failure.ts";
import type { Proposal } from "./machine.ts";
import type { CollectorMode } from "./options.ts";
import { endOrphans } from "./orphans.ts";
import { answersWell, healthAddress } from "./platform-health.ts";
import { noteProven, readProven } from "./proven-note.ts";
import { pause, type Site } from "./site.ts";

/** How long a Collector must live with a new config before it counts as one that took it. */
const settleMs = 1000;
const lookEveryMs = 50;

/** A Collector that is younger may not have asked for SIGHUP yet, and would die of it. */
const youngMs = 2000;

type Told = Extract<CollectorMode, { kind: "signal" }>;

/** A Collector that others run: its config is written, and where it is known it is told with SIGHUP and watched. */
export class FileDoor implements Door {
  readonly #site: Site;
  readonly #hooks: DoorHooks;
  readonly #mode: Exclude<CollectorMode, { kind: "child" }>;
  #cancel = (): void => {};
  /** The newest `apply`; one before it gives up. */
  #serial = 0;
  /** What this agent wrote last, and when, in ticks. */
  #written: { readonly text: string; readonly ticks: number } | null = null;
  isHealthy = false;
  gapMs = 0;
  readonly telemetryPort = null;

  constructor(site: Site, hooks: DoorHooks, mode: Exclude<CollectorMode, { kind: "child" }>) {
    this.#site = site;
    this.#hooks = hooks;
    this.#mode = mode;
  }

  async apply(proposal: Proposal): Promise<Failure | null> {
    this.#cancel();
    this.#serial += 1;
    const unwritten = await this.#write(proposal.core);
    if (unwritten !== null) return unwritten;
    const failed = this.#mode.kind === "none" ? null : await this.#tell(this.#mode, proposal, this.#serial);
    this.#setHealthy(failed === null);
    return failed;
  }

  /**
   * What was proven by an agent before us is what a failure goes back to. Where it is not what runs it is brought back
   * before anything else: that agent may have ended between the writing of a config and its proof.
   */
  async takeOver(): Promise<Proposal | null> {
    const { runDir, clock } = this.#site;
    // Stand-ins of ours, and what an agent of another mode left.
    const ours = (await collectorsOf(runDir.path)).filter(({ configPath }) => configPath !== this.#mode.configOut);
    await endOrphans(runDir.path, clock, new Set(), ours);
    const proven = this.#mode.kind === "none" ? null : await readProven(runDir.path);
    if (proven === null || this.#mode.kind === "none") return null;
    const text = await readFile(this.#mode.configOut, "utf8").catch(() => null); // somebody removed it
    const found = await findOther(this.#mode.find, runDir.path);
    if (text === proven.proposal.core && isSameProcess(proven.process, found)) {
      this.#setHealthy(true);
      this.#watch(proven.process);
    } else {
      if (text !== proven.proposal.core) await this.#write(proven.proposal.core); // what failed here is told when it is brought back
      clock.after(0, () => this.#died("it does not run what was proven last"));
    }
    return proven.proposal;
  }

  stop(): Promise<void> {
    this.kill();
    return Promise.resolve();
  }

  kill(): void {
    this.#serial += 1;
    this.#cancel();
    this.isHealthy = false;
  }

  async #write(text: string): Promise<Failure | null> {
    // A process that started after it was written needs no telling.
    if (text === this.#written?.text) return null;
    const unwritten = await writeAtomically(this.#mode.configOut, text, 0o644);
    if (unwritten !== null) return failure("commit_failed", unwritten, false);
    this.#written = { text, ticks: await ticksNow() };
    return null;
  }

  async #tell({ find }: Told, proposal: Proposal, serial: number): Promise<Failure | null> {
    const { clock, reloadTimeoutMs, runDir } = this.#site;
    const until = clock.now() + reloadTimeoutMs;
    const isOff = (): boolean => serial !== this.#serial;
    // Whoever runs it may be about to start it, the more so when it died of the config before.
    do {
      const found = await findOther(find, runDir.path);
      const answer = found === null ? "none" : await this.#tellOne(found, proposal, until, isOff);
      if (isOff()) break;
      if (answer === null) {
        if (found !== null) await this.#proven(found, proposal);
        return null;
      }
      if (answer !== "none") return answer;
      await pause(clock, lookEveryMs);
    } while (clock.now() < until && !isOff());
    const wanted = "pidFile" in find ? find.pidFile : find.processName;
    const words = isOff() ? "a newer config took its place" : `no process is known by ${wanted}`;
    return failure("no_collector", diagnostic("TP5012", { name: "other", words }, null), false);
  }

  /** `none`: it ended before it was told, of whatever it had read. */
  async #tellOne(
    found: OtherProcess,
    proposal: Proposal,
    until: number,
    isOff: () => boolean,
  ): Promise<Failure | "none" | null> {
    const { clock } = this.#site;
    const health = healthAddress(proposal);
    const isWell = async (): Promise<boolean> => health === null || (await answersWell(health));
    const isNew = startedAfter(found, this.#written?.ticks ?? Number.POSITIVE_INFINITY);
    while (!isNew && (await ageMs(found)) < youngMs && !(health !== null && (await answersWell(health)))) {
      await pause(clock, lookEveryMs);
      if (isOff() || !(await isAlive(found))) return "none";
    }
    const began = clock.now();
    try {
      if (!isNew) process.kill(found.pid, "SIGHUP");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ESRCH") return "none";
      return failure("commit_failed", unwritable(`/proc/${found.pid}`, error), false);
    }
    let healthySince: number | null = null;
    while (clock.now() < Math.max(until, began + settleMs) && !isOff()) {
      await pause(clock, lookEveryMs);
      // On SIGHUP a Collector that cannot run its new config ends.
      if (!(await isAlive(found))) return ended("it ended on reading its new config");
      healthySince = (await isWell()) ? (healthySince ?? clock.now()) : null;
      if (healthySince !== null && clock.now() - began >= settleMs) {
        this.gapMs = healthySince - began;
        return null;
      }
    }
    const ms = clock.now() - began;
    return failure("commit_failed", diagnostic("TP5014", { name: "other", ms, last: "unhealthy" }, null));
  }

  async #proven(process: OtherProcess, proposal: Proposal): Promise<void> {
    this.#watch(process);
    await noteProven(this.#site.runDir.path, { process, proposal });
  }

  /** It is not our child, so its end is only seen by looking. Whoever runs it starts it again, with what is written. */
  #watch(process: OtherProcess): void {
    this.#cancel = this.#site.clock.after(settleMs, () => {
      void isAlive(process).then((alive) => {
        if (!this.isHealthy) return;
        if (alive) this.#watch(process);
        else this.#died("it is gone");
      });
    });
  }

  #died(how: string): void {
    this.#setHealthy(false);
    this.#hooks.died(diagnostic("TP5013", { name: "other", how }, null));
  }

  #setHealthy(isHealthy: boolean): void {
    this.isHealthy = isHealthy;
    this.#hooks.changed();
  }
}

const ended = (how: string): Failure => failure("commit_failed", diagnostic("TP5013", { name: "other", how }, null));
