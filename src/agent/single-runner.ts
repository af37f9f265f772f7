import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { unreachable } from "../base/assert.ts";
import { writeForThisBoot } from "../collector/atomic-file.ts";
import { refusalOf, startFailure } from "../collector/failures.ts";
import { waitHealthy } from "../collector/health.ts";
import { scrape } from "../collector/metrics-text.ts";
import { type CollectorProcess, startCollector } from "../collector/process.ts";
import { validateConfig } from "../collector/validate.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { afterRestart, backoffMs } from "./backoff.ts";
import { ChildDoor } from "./child-door.ts";
import { exporterIn } from "./config-text.ts";
import type { Door } from "./door.ts";
import type { Engine, Hooks } from "./engine.ts";
import { type Failure, failure, unforeseen } from "./failure.ts";
import { FileDoor } from "./file-door.ts";
import { onLogOf } from "./launch.ts";
import type { Candidate, Effect, Generation, Proposal, Step } from "./machine.ts";
import type { CollectorMode } from "./options.ts";
import { breachOf, type Counts, countsOf, noCounts } from "./rates.ts";
import { droppedIn } from "./series-watch.ts";
import { pause, type Site } from "./site.ts";
import { standIn, standInName } from "./stand-in.ts";
import { stepEvent } from "./step-event.ts";

const patience = 5;
const lookEveryMs = 100;

/** The single topology: one Collector whose config is replaced in place, after a stand-in has run with it. */
export class SingleRunner implements Engine {
  readonly #site: Site;
  readonly #hooks: Hooks;
  readonly #mode: CollectorMode;
  readonly #door: Door;
  #standIn: CollectorProcess | null = null;
  #live: number | null = null;
  #observed: number | null = null;
  #isStopping = false;
  #restores = 0;
  #restarts: readonly number[] = [];
  #before: Counts = noCounts;

  constructor(site: Site, hooks: Hooks, mode: CollectorMode) {
    this.#site = site;
    this.#hooks = hooks;
    this.#mode = mode;
    const doorHooks = {
      changed: hooks.changed,
      died: (found: Failure["found"]) => {
        site.log("error", found.message, { code: found.code });
        const number = this.#live;
        if (number !== null) hooks.event({ type: "died", number, at: site.clock.now(), words: found.message });
      },
    };
    this.#door = mode.kind === "child" ? new ChildDoor(site, doorHooks) : new FileDoor(site, doorHooks, mode);
  }

  get isHealthy(): boolean {
    return this.#door.isHealthy;
  }

  readonly flowPort = null;

  get gapMs(): number {
    return this.#door.gapMs;
  }

  async refused(): Promise<number | null> {
    const counts = await this.#counts();
    return counts?.refused ?? null;
  }

  async dropped(): Promise<number | null> {
    const port = this.#door.telemetryPort;
    return port === null ? null : scrape(port).then(droppedIn, () => null);
  }

  takeOver(): Promise<Proposal | null> {
    return this.#door.takeOver();
  }

  serves(number: number): void {
    this.#live = number;
  }

  async probe(proposal: Proposal, starts: boolean): Promise<Failure | null> {
    return (await this.#validate(proposal)) ?? (starts ? this.#tryStandIn(proposal) : null);
  }

  perform(effect: Exclude<Effect, { type: "report" }>): void {
    switch (effect.type) {
      case "try":
        void this.#step(effect.candidate, effect.step, effect.live);
        return;
      case "discard":
        this.#standIn?.kill();
        return;
      case "observe":
        void this.#observe(effect.live, effect.previous);
        return;
      case "retire":
        this.#live = effect.keep.number;
        return;
      case "restore":
        void this.#restore(effect.generation);
        return;
      case "shutdown":
        this.#isStopping = true;
        this.#standIn?.kill();
        if (effect.now) this.#door.kill();
        else void this.#door.stop(this.#site.stopTimeoutMs).then(() => this.#hooks.stopped());
        return;
      default:
        unreachable(effect);
    }
  }

  async #step({ attempt, proposal }: Candidate, step: Step, live: Generation | null): Promise<void> {
    const since = this.#site.clock.now();
    const failed = await this.#passes(proposal, step, live).catch((error: unknown) => unforeseen(standInName, error));
    if (this.#isStopping) return;
    this.#hooks.step(attempt, step, this.#site.clock.now() - since, failed?.found ?? null);
    this.#hooks.event(stepEvent(attempt, step, failed));
  }

  async #passes(proposal: Proposal, step: Step, live: Generation | null): Promise<Failure | null> {
    switch (step) {
      case "validate":
        return this.#validate(proposal);
      case "start":
        // Nobody runs it here: that it is valid is all that can be known.
        return this.#mode.kind === "none" ? null : this.#tryStandIn(proposal);
      case "prove":
      case "ingest":
        return null;
      case "commit":
        return this.#commit(proposal, live);
      default:
        return unreachable(step);
    }
  }

  async #validate(proposal: Proposal): Promise<Failure | null> {
    const path = this.#site.runDir.configFile("candidate");
    const unwritten = await writeForThisBoot(path, proposal.core);
    if (unwritten !== null) return failure("start_failed", unwritten);
    const answer = await validateConfig(this.#site.binary, path, this.#site.env);
    await rm(path, { force: true });
    const [found] = refusalOf(answer);
    return found === undefined ? null : failure("validate_failed", found, !answer.ok && answer.kind === "refused");
  }

  async #tryStandIn(proposal: Proposal): Promise<Failure | null> {
    const { runDir, clock, reloadTimeoutMs, binary, env } = this.#site;
    if (proposal.config === undefined) return null; // taken over: it runs
    const scratch = join(runDir.path, "scratch");
    const healthSocket = runDir.healthSocket(standInName);
    const socket = runDir.coreSocket(0);
    const path = runDir.configFile(standInName);
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    for (const stale of [healthSocket, socket]) await rm(stale, { force: true });
    const unwritten = await writeForThisBoot(
      path,
      JSON.stringify(standIn(proposal.config, { socket, healthSocket, scratch })),
    );
    if (unwritten !== null) return failure("start_failed", unwritten);
    const since = clock.now();
    const process = startCollector({
      binary,
      configPath: path,
      env,
      name: standInName,
      stdout: "ignore",
      endWithParent: true,
      clock,
      onLog: onLogOf(this.#site, standInName),
    });
    this.#standIn = process;
    const waited = await waitHealthy(healthSocket, process.exited, since + reloadTimeoutMs, clock);
    await process.stop(500);
    this.#standIn = null;
    for (const used of [healthSocket, socket, path]) await rm(used, { force: true });
    await rm(scratch, { recursive: true, force: true });
    switch (waited.kind) {
      case "healthy":
        return null;
      case "exited": {
        const lasting = waited.exit.kind === "spawn" ? false : undefined;
        return failure(
          lasting === false ? "no_collector" : "start_failed",
          startFailure(process, waited.exit),
          lasting,
        );
      }
      case "late": {
        const ms = clock.now() - since;
        return failure("not_healthy", diagnostic("TP5014", { name: standInName, ms, last: waited.last }, null));
      }
    }
  }

  /** What was proven beside the one that runs is put in its place; if that fails, what was there before comes back. */
  async #commit(proposal: Proposal, live: Generation | null): Promise<Failure | null> {
    this.#before = (await this.#counts()) ?? noCounts;
    this.#restores += 1; // whatever was being brought back is not wanted any more
    const failed = await this.#door.apply(proposal);
    if (failed === null || live === null || this.#isStopping) return failed;
    const unrestored = await this.#door.apply(live.proposal);
    if (unrestored !== null) {
      const words = unrestored.found.message;
      this.#hooks.event({ type: "died", number: live.number, at: this.#site.clock.now(), words });
    }
    return failed;
  }

  async #observe({ number }: Generation, previous: Generation | null): Promise<void> {
    const { clock, observeMs } = this.#site;
    this.#observed = number;
    const until = clock.now() + observeMs;
    let bad = 0;
    const isOver = (): boolean => this.#observed !== number || this.#isStopping;
    while (clock.now() < until && !isOver()) {
      bad = this.#door.isHealthy ? 0 : bad + 1;
      await pause(clock, lookEveryMs);
    }
    if (isOver()) return;
    const counts = await this.#counts();
    const words =
      bad >= patience
        ? "it was healthy before the commit and is no longer"
        : counts === null
          ? null
          : breachOf(
              this.#before,
              counts,
              (id) => previous !== null && exporterIn(previous.proposal.core, id) !== null,
            );
    if (isOver()) return;
    this.#hooks.event(
      words === null ? { type: "settled", number } : { type: "breached", number, at: clock.now(), words },
    );
  }

  async #restore({ number, proposal }: Generation): Promise<void> {
    this.#restores += 1;
    const own = this.#restores;
    const isOff = (): boolean => this.#restores !== own || this.#isStopping;
    const { clock, log } = this.#site;
    for (;;) {
      await pause(clock, backoffMs(this.#restarts, clock.now()));
      if (isOff()) return;
      this.#restarts = afterRestart(this.#restarts, clock.now());
      this.#hooks.restarted();
      const failed = await this.#door.apply(proposal).catch((error: unknown) => unforeseen("collector", error));
      if (isOff()) return;
      if (failed === null) {
        this.#hooks.event({ type: "restored", number });
        return;
      }
      log("error", failed.found.message, { code: failed.found.code, generation: number });
      this.#hooks.event({ type: "unrestored", number, at: clock.now(), words: failed.found.message });
    }
  }

  async #counts(): Promise<Counts | null> {
    const port = this.#door.telemetryPort;
    return port === null ? null : scrape(port).then(countsOf, () => null);
  }
}
