import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../base/canonical.ts";
import { adoptCollector } from "../collector/adopt.ts";
import { writeAtomically } from "../collector/atomic-file.ts";
import type { Exit } from "../collector/exit.ts";
import { deathOf, startFailure } from "../collector/failures.ts";
import { askHealth, type Waited, waitHealthy } from "../collector/health.ts";
import { freePorts } from "../collector/ports.ts";
import { type CollectorProcess, startCollector } from "../collector/process.ts";
import { collectorsOf } from "../collector/running.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { diskQueues, keepsAll, leftoverConfig } from "./disk-queues.ts";
import type { Door, DoorHooks } from "./door.ts";
import { type Failure, failure } from "./failure.ts";
import { HangWatch } from "./hang-watch.ts";
import { logFile, onLogOf } from "./launch.ts";
import type { Proposal } from "./machine.ts";
import { endOrphans, forgetProcess, noteProcess } from "./orphans.ts";
import { movedOverlay, overlay, placesIn } from "./overlay.ts";
import { SingleQueues } from "./single-queues.ts";
import type { Site } from "./site.ts";
import { standInName } from "./stand-in.ts";

const name = "collector";

/**
 * A Collector that lets go of its old pipelines waits for what is being sent, with its ports closed: 30 seconds and more
 * behind a backend that hangs. Where nothing is lost by it, it is not waited for.
 */
const letGoMs = 3000;

/** A large config takes its time to be read: this often what the last start took. */
const startsWorth = 3;

/** What is laid over a config, and how long the Collector may take to run with it. */
type Laid = { readonly text: string; readonly patienceMs: number };

/** What was found of a Collector that an agent before us left in service: its config is only known as text. */
type Adopted = { readonly laid: string; readonly leftover: string | null };

/** A Collector of our own that reads its config again on SIGHUP, and is started anew where that does not work. */
export class ChildDoor implements Door {
  readonly #site: Site;
  readonly #hooks: DoorHooks;
  readonly #configPath: string;
  readonly #overlayPath: string;
  readonly #queues: SingleQueues;
  readonly #hangWatch: HangWatch;
  #adopted: Adopted | null = null;
  /** What the last start took, to its health. */
  #startMs = 0;
  #process: CollectorProcess | null = null;
  #port: number | null = null;
  #serial = 0;
  #isApplying = false;
  #isStopping = false;
  isHealthy = false;
  gapMs = 0;

  constructor(site: Site, hooks: DoorHooks) {
    this.#site = site;
    this.#hooks = hooks;
    this.#configPath = site.runDir.configFile(name);
    this.#overlayPath = join(site.runDir.path, "overlay.json");
    this.#queues = new SingleQueues(site);
    this.#hangWatch = new HangWatch(site, () =>
      this.#process === null || this.#isApplying
        ? null
        : { process: this.#process, healthSocket: this.#healthSocket() },
    );
  }

  get telemetryPort(): number | null {
    return this.isHealthy ? this.#port : null;
  }

  async apply(proposal: Proposal): Promise<Failure | null> {
    this.#isApplying = true;
    try {
      return await this.#apply(proposal);
    } finally {
      this.#isApplying = false;
    }
  }

  async #apply(proposal: Proposal): Promise<Failure | null> {
    const { clock, log, reloadTimeoutMs } = this.#site;
    this.#serial += 1;
    this.#port ??= (await freePorts(1))[0] ?? 0;
    // A name of its own: whoever answers there runs this very config.
    const healthSocket = this.#healthSocket();
    await rm(healthSocket, { force: true });
    const laid = await this.#lay(proposal, healthSocket, this.#port);
    // The overlay first: killed between the two, we leave a health socket that nobody answers at, and so nothing that
    // the agent after us would take for a Collector that runs the new config.
    const unwritten =
      (await writeAtomically(this.#overlayPath, laid.text)) ?? (await writeAtomically(this.#configPath, proposal.core));
    if (unwritten !== null) return failure("commit_failed", unwritten, false);

    const began = clock.now();
    const running = this.#process;
    if (running !== null) running.reload();
    const process = running ?? (await this.#start());
    const patienceMs = running === null ? reloadTimeoutMs : laid.patienceMs;
    let waited = await waitHealthy(healthSocket, process.exited, began + patienceMs, clock);
    if (running !== null && waited.kind === "late") {
      log("warn", "the Collector does not come back from reading its config; starting it anew", { process: name });
      running.kill();
      await running.exited;
      waited = await waitHealthy(healthSocket, (await this.#start()).exited, clock.now() + reloadTimeoutMs, clock);
    }
    this.gapMs = running === null ? 0 : clock.now() - began;
    if (waited.kind === "healthy") {
      this.#queues.settleFormer();
      if (running === null) this.#startMs = clock.now() - began;
    }
    this.#setHealthy(waited.kind === "healthy");
    return failureOf(waited, process, clock.now() - began);
  }

  async #lay({ config }: Proposal, healthSocket: string, telemetryPort: number): Promise<Laid> {
    const { reloadTimeoutMs, binary } = this.#site;
    if (config === undefined) {
      const { laid, leftover } = this.#adopted ?? { laid: await readFile(this.#overlayPath, "utf8"), leftover: null };
      const queues = leftover === null ? null : await this.#queues.next(leftover);
      return { text: movedOverlay(laid, healthSocket, queues), patienceMs: reloadTimeoutMs };
    }
    if (!binary.components.has("file_storage"))
      return {
        text: JSON.stringify(overlay(config, { healthSocket, telemetryPort, queues: null })),
        patienceMs: reloadTimeoutMs,
      };
    const { queueRoom } = this.#site;
    // A number of this config: the process and its environment may be older.
    const exporters = diskQueues(config, await queueRoom.ofSingle({ ...config, exporters: diskQueues(config) }));
    const directory = await this.#queues.next(JSON.stringify(leftoverConfig(config, exporters)));
    return {
      text: JSON.stringify(overlay(config, { healthSocket, telemetryPort, queues: { directory, exporters } })),
      patienceMs: keepsAll(config, exporters)
        ? Math.min(Math.max(letGoMs, this.#startMs * startsWorth), reloadTimeoutMs)
        : reloadTimeoutMs,
    };
  }

  async takeOver(): Promise<Proposal | null> {
    const site = this.#site;
    const running = await collectorsOf(site.runDir.path);
    const [found, ...others] = running.filter(({ configPath }) => configPath === this.#configPath);
    // Of a try that was cut short: nothing is sent to it, and nobody else would end it.
    const standIns = running.filter(({ configPath }) => configPath === site.runDir.configFile(standInName));
    const config = await readFile(this.#configPath, "utf8").catch(() => null); // nothing ran here
    const laid = await readFile(this.#overlayPath, "utf8").catch(() => null);
    const places = laid === null ? null : placesIn(laid);
    const isHealthy = places !== null && (await askHealth(places.healthSocket)) === "healthy";
    const isAdopted =
      found !== undefined && found.path === site.binary.path && config !== null && isHealthy && others.length === 0;
    const ended = await endOrphans(site.runDir.path, site.clock, new Set(isAdopted ? [found.pid] : []), [
      ...(found === undefined ? [] : [found, ...others]),
      ...standIns,
    ]);
    if (ended > 0) site.log("warn", "ended Collectors that an agent before this one left running", { count: ended });
    if (!isAdopted || places === null || config === null || laid === null) {
      await this.#queues.takeOver(null);
      return null;
    }
    const leftover = places.slot === null ? null : await this.#queues.leftoverOf(places.slot);
    await this.#queues.takeOver(places.slot);
    this.#adopted = { laid, leftover };
    this.#port = places.telemetryPort;
    this.#serial = places.serial;
    this.#follow(
      adoptCollector({
        pid: found.pid,
        startTime: found.startTime,
        name,
        stderr: logFile(site, name),
        endWithParent: site.endWithParent,
        clock: site.clock,
        onLog: onLogOf(site, name),
      }),
    );
    this.#setHealthy(true);
    return { digest: sha256(config), ingestDigest: "", core: config, ingest: "", flawed: false };
  }

  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    this.#hangWatch.stop();
    await Promise.all([this.#process?.stop(graceMs), this.#queues.stop()]);
    this.#setHealthy(false);
  }

  kill(): void {
    this.#isStopping = true;
    this.#hangWatch.stop();
    this.#process?.kill();
    this.#queues.kill();
  }

  async #start(): Promise<CollectorProcess> {
    const site = this.#site;
    const stderr = logFile(site, name);
    await rm(stderr, { force: true });
    const started = startCollector({
      binary: site.binary,
      configPath: this.#configPath,
      laidOver: [this.#overlayPath],
      env: site.env,
      name,
      stdout: site.stdout,
      stderr,
      endWithParent: site.endWithParent,
      clock: site.clock,
      onLog: onLogOf(site, name),
    });
    if (started.pid !== null) await noteProcess(site.runDir.path, started.pid, this.#configPath);
    this.#follow(started);
    return started;
  }

  #healthSocket(): string {
    return this.#site.runDir.healthSocket(`single-${this.#serial % 1000}`);
  }

  #follow(process: CollectorProcess): void {
    this.#process = process;
    void process.exited.then((exit) => this.#ended(process, exit));
  }

  #ended(process: CollectorProcess, exit: Exit): void {
    if (process.pid !== null) void forgetProcess(this.#site.runDir.path, process.pid).catch(() => {}); // then the next agent finds it stale
    if (this.#process !== process) return;
    this.#process = null;
    this.#setHealthy(false);
    if (!this.#isApplying && !this.#isStopping) this.#hooks.died(deathOf(process, exit));
  }

  #setHealthy(isHealthy: boolean): void {
    if (isHealthy === this.isHealthy) return;
    this.isHealthy = isHealthy;
    if (isHealthy) this.#hangWatch.start();
    this.#hooks.changed();
  }
}

const failureOf = (waited: Waited, process: CollectorProcess, ms: number): Failure | null => {
  switch (waited.kind) {
    case "healthy":
      return null;
    case "exited":
      return failure("commit_failed", startFailure(process, waited.exit));
    case "late":
      return failure("commit_failed", diagnostic("TP5014", { name, ms, last: waited.last }, null));
  }
};
