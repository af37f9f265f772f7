import { unreachable } from "../base/assert.ts";
import { scrape } from "../collector/metrics-text.ts";
import { validateConfig } from "../collector/validate.ts";
import { adopt, findAdoptable } from "./adoption.ts";
import { exporterIn } from "./config-text.ts";
import { CoreWatch } from "./core-watch.ts";
import { type Core, Cores } from "./cores.ts";
import type { Engine, Hooks } from "./engine.ts";
import { type Failure, unforeseen } from "./failure.ts";
import { Ingest } from "./ingest.ts";
import { ExternalIngest } from "./ingest-external.ts";
import type { IngestNews, IngestSide } from "./ingest-side.ts";
import type { CoreLaunch } from "./launch.ts";
import type { Candidate, Effect, Generation, Proposal, Step } from "./machine.ts";
import { observe } from "./observe.ts";
import { endOrphans } from "./orphans.ts";
import { proveHealthy, validationFailure } from "./prove.ts";
import { countsOf, noCounts } from "./rates.ts";
import { Restorer } from "./restorer.ts";
import { droppedIn } from "./series-watch.ts";
import type { Site } from "./site.ts";
import { stepEvent } from "./step-event.ts";

type Try = { readonly attempt: number; launch: CoreLaunch | null; core: Core | null };

/** The handover topology: one ingest that stays, and cores that take turns. */
export class Runner implements Engine {
  readonly #site: Site;
  readonly #hooks: Hooks;
  readonly #cores: Cores;
  readonly #restorer: Restorer;
  readonly #watch: CoreWatch;
  readonly #ingest: IngestSide;
  #try: Try | null = null;
  /** Which generation the live core runs. */
  #liveNumber: number | null = null;
  #observed: number | null = null;
  #isStopping = false;

  constructor(site: Site, hooks: Hooks) {
    this.#site = site;
    this.#hooks = hooks;
    const told = (news: IngestNews): void => {
      if (news === "restarting") hooks.restarted();
      hooks.changed();
    };
    this.#ingest =
      site.externalIngest === null ? new Ingest(site, told) : new ExternalIngest(site, site.externalIngest, told);
    this.#cores = new Cores(site, (_core, found) => {
      const number = this.#liveNumber;
      site.log("error", found.message, { code: found.code, generation: number });
      if (number !== null) hooks.event({ type: "died", number, at: site.clock.now(), words: found.message });
    });
    this.#watch = new CoreWatch(site, () => this.#cores.live?.launch ?? null);
    this.#restorer = new Restorer(site, this.#cores, this.#ingest, hooks);
  }

  /**
   * Takes over what an agent before us left running, and what its cores left in their queues. Answers what is in service;
   * null: nothing that could go on as it is.
   */
  async takeOver(): Promise<Proposal | null> {
    const site = this.#site;
    const { ingest: found, cores, foreign } = await findAdoptable(site);
    const adopted = [...(found === null ? [] : [found]), ...cores];
    const pids = new Set(adopted.map(({ running }) => running.pid));
    const ended = await endOrphans(site.runDir.path, site.clock, pids, foreign);
    if (ended > 0) site.log("warn", "ended Collectors that an agent before this one left running", { count: ended });
    const ingest = await this.#ingest.takeOver(found);
    // Without an ingest that sends to it a core has nothing to do but to finish.
    const live = ingest === null ? null : (cores.find(({ isLive }) => isLive) ?? null);
    const inService: Proposal = {
      digest: live?.launch.digest ?? "",
      core: live?.config ?? "",
      ingestDigest: ingest?.digest ?? "",
      ingest: ingest?.config ?? "",
      flawed: false,
    };
    for (const core of cores)
      this.#cores.adopt(core.launch, adopt(site, core.running, core.launch.name), core === live);
    await this.#cores.leftovers.takeOver(new Set(cores.map(({ launch }) => launch.slot)));
    if (live === null) return null;
    site.log("info", "took over what was in service", { generation: inService.digest.slice(0, 12) });
    return inService;
  }

  get isHealthy(): boolean {
    return this.#ingest.isHealthy;
  }

  get flowPort(): number | null {
    return this.#ingest.flowPort;
  }

  /** A name is turned; no port is closed. */
  readonly gapMs = 0;

  /** The generation that runs was in service before us. */
  serves(number: number): void {
    this.#liveNumber = number;
    this.#watch.start();
  }

  /** Items that ingest refused since its start; null: it cannot be asked. */
  async refused(): Promise<number | null> {
    const port = this.#ingest.telemetryPort;
    if (port === null) return null;
    return scrape(port).then(
      (samples) => countsOf(samples).refused,
      () => null,
    );
  }

  async dropped(): Promise<number | null> {
    const port = this.#ingest.telemetryPort;
    return port === null ? null : scrape(port).then(droppedIn, () => null);
  }

  /** Effects of one transition, in order; what takes time answers with events later. */
  perform(effect: Exclude<Effect, { type: "report" }>): void {
    switch (effect.type) {
      case "try":
        void this.#step(effect.candidate, effect.step, effect.live);
        return;
      case "discard":
        void this.#discard(effect.candidate, effect.live);
        return;
      case "observe":
        void this.#observe(effect.live, effect.previous);
        return;
      case "retire": {
        this.#liveNumber = effect.keep.number;
        const kept = [this.#cores.live, this.#try?.core ?? null].filter((core) => core !== null);
        this.#cores.retireOthers(kept);
        return;
      }
      case "restore":
        void this.#restorer.restore(effect.generation);
        return;
      case "shutdown":
        if (effect.now) this.#kill();
        else void this.#shutdown();
        return;
      default:
        unreachable(effect);
    }
  }

  async #step(candidate: Candidate, step: Step, live: Generation | null): Promise<void> {
    const { attempt } = candidate;
    const since = this.#site.clock.now();
    if (this.#try?.attempt !== attempt) this.#try = { attempt, launch: null, core: null };
    const failed = await this.#passes(this.#try, candidate, step, live).catch((error: unknown) =>
      unforeseen(`core of try ${attempt}`, error),
    );
    if (this.#isStopping) return;
    this.#hooks.step(attempt, step, this.#site.clock.now() - since, failed?.found ?? null);
    this.#hooks.event(stepEvent(attempt, step, failed));
  }

  async #passes(current: Try, { proposal }: Candidate, step: Step, live: Generation | null): Promise<Failure | null> {
    switch (step) {
      case "validate":
        return this.#validate(current, proposal, live !== null);
      case "ingest":
        return this.#ingest.ensure(proposal);
      case "start": {
        const { launch } = current;
        if (launch !== null && !this.#isStopping) current.core ??= await this.#cores.start(launch);
        return null;
      }
      case "prove":
        return this.#prove(current, proposal);
      case "commit": {
        // From here on it would put an older one in the place of this one.
        this.#restorer.cancel();
        const failed = current.core === null ? null : await this.#cores.name(current.core);
        if (failed === null) this.#try = null; // no candidate any more: it is to go when another one is put back
        return failed;
      }
      default:
        return unreachable(step);
    }
  }

  /**
   * A Collector that starts has validated its config first, with the same code, and has built it as well. So where ingest
   * runs already the candidate is started at once, beside what is in service and with nobody connected to it, and
   * `validate` is asked only about one that ends: reading a config is most of a start, and half the work is half the wait.
   * Where nothing is in service the candidate could not start yet, and its config is only validated.
   */
  async #validate(current: Try, proposal: Proposal, startsNow: boolean): Promise<Failure | null> {
    const full = startsNow ? await this.#site.queueRoom.refusal() : null;
    if (full !== null) return full;
    void this.#watch.read();
    const launch = await this.#cores.prepare(proposal);
    if ("reason" in launch) return launch;
    current.launch = launch;
    const [core, ingest] = await Promise.all([
      startsNow && !this.#isStopping ? this.#accepts(current, launch) : this.#validated(launch),
      this.#ingest.validate(proposal),
    ]);
    return core ?? ingest;
  }

  /** Null: the config is good, or it is not the config that keeps the candidate from starting, which is told by its proof. */
  async #accepts(current: Try, launch: CoreLaunch): Promise<Failure | null> {
    const core = await this.#cores.start(launch);
    current.core = core;
    const unhealthy = await proveHealthy(
      this.#site,
      launch,
      core.process,
      this.#site.clock.now() + this.#site.reloadTimeoutMs,
    );
    if (unhealthy?.reason !== "start_failed") return unhealthy;
    return this.#validated(launch);
  }

  async #validated({ configPath, env }: CoreLaunch): Promise<Failure | null> {
    return validationFailure(await validateConfig(this.#site.binary, configPath, env));
  }

  /** Asks the Collector about a config that is not to run, at most one at a time. Null: nothing speaks against it. */
  async probe(proposal: Proposal, starts: boolean): Promise<Failure | null> {
    const launch = await this.#cores.prepare(proposal, starts);
    if ("reason" in launch) return launch;
    const refused = await this.#validated(launch);
    if (refused !== null || !starts || this.#isStopping) {
      await this.#cores.forget(launch);
      return refused;
    }
    const core = await this.#cores.start(launch);
    const failed = await this.#cores.prove(core);
    await this.#cores.discard(core);
    return failed;
  }

  async #prove(current: Try, proposal: Proposal): Promise<Failure | null> {
    const { core } = current;
    if (core === null) return null;
    const failed = await this.#cores.prove(core);
    if (failed?.found.code !== "TP5011" || this.#isStopping) return failed;
    // Somebody took a port between our choice and the start: once more with others.
    await this.#cores.discard(core);
    const launch = await this.#cores.prepare(proposal);
    if ("reason" in launch) return launch;
    current.core = await this.#cores.start(launch);
    return this.#cores.prove(current.core);
  }

  async #discard(candidate: Candidate, live: Generation | null): Promise<void> {
    const current = this.#try;
    if (current?.attempt === candidate.attempt) {
      this.#try = null;
      if (current.core !== null) await this.#cores.discard(current.core);
      else if (current.launch !== null) await this.#cores.forget(current.launch);
    }
    if (live === null || this.#isStopping || this.#ingest.digest === live.proposal.ingestDigest) return;
    const found = (await this.#ingest.ensure(live.proposal))?.found;
    if (found !== undefined) this.#site.log("error", found.message, { code: found.code, process: "ingest" });
  }

  async #observe({ number }: Generation, previous: Generation | null): Promise<void> {
    const core = this.#cores.live;
    // Of the time in which the one before was in service.
    const before = previous === null ? noCounts : this.#watch.recent();
    this.#watch.start();
    this.#observed = number;
    if (core === null) return; // it died at once, which was told
    const had = (id: string): boolean => previous !== null && exporterIn(previous.proposal.core, id) !== null;
    const isOver = (): boolean => this.#observed !== number || this.#isStopping || core.exit !== null;
    const words = await observe(this.#site, core, before, had, isOver);
    if (isOver()) return;
    if (words === null) this.#hooks.event({ type: "settled", number });
    else this.#hooks.event({ type: "breached", number, at: this.#site.clock.now(), words });
  }

  /** ingest stops accepting and hands on what it holds; then the cores finish. */
  async #shutdown(): Promise<void> {
    this.#isStopping = true;
    this.#watch.stop();
    this.#restorer.cancel();
    const { clock, stopTimeoutMs } = this.#site;
    const until = clock.now() + stopTimeoutMs;
    await this.#ingest.stop(stopTimeoutMs / 2);
    await this.#cores.stop(Math.max(until - clock.now(), 1000));
    this.#hooks.stopped();
  }

  #kill(): void {
    this.#isStopping = true;
    this.#watch.stop();
    this.#restorer.cancel();
    this.#ingest.kill();
    this.#cores.kill();
  }
}
