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
import type { Door, DoorHooks } from "./door.ts";
import { type Failure, failure } from "./failure.ts";
import { logFile, onLogOf } from "./launch.ts";
import type { Proposal } from "./machine.ts";
import { endOrphans, noteProcess } from "./orphans.ts";
import type { Site } from "./site.ts";
import { overlay } from "./stand-in.ts";

const name = "collector";

/** A Collector of our own that reads its config again on SIGHUP, and is started anew where that does not work. */
export class ChildDoor implements Door {
  readonly #site: Site;
  readonly #hooks: DoorHooks;
  readonly #configPath: string;
  readonly #overlayPath: string;
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
    const healthSocket = this.#site.runDir.healthSocket(`single-${this.#serial % 1000}`);
    await rm(healthSocket, { force: true });
    const laidOver = await this.#laidOver(proposal, healthSocket, this.#port);
    const unwritten =
      (await writeAtomically(this.#configPath, proposal.core)) ?? (await writeAtomically(this.#overlayPath, laidOver));
    if (unwritten !== null) return failure("commit_failed", unwritten, false);

    const began = clock.now();
    const running = this.#process;
    if (running !== null) running.reload();
    const process = running ?? (await this.#start());
    let waited = await waitHealthy(healthSocket, process.exited, began + reloadTimeoutMs, clock);
    if (running !== null && waited.kind === "late") {
      // A Collector that cannot let go of its old pipelines has its ports closed all the while.
      log("warn", "the Collector does not come back from reading its config; starting it anew", { process: name });
      running.kill();
      await running.exited;
      waited = await waitHealthy(healthSocket, (await this.#start()).exited, clock.now() + reloadTimeoutMs, clock);
    }
    this.gapMs = running === null ? 0 : clock.now() - began;
    this.#setHealthy(waited.kind === "healthy");
    return failureOf(waited, process, clock.now() - began);
  }

  /** Of a config that was taken over only its text is known, and what was laid over it. */
  async #laidOver({ config }: Proposal, healthSocket: string, telemetryPort: number): Promise<string> {
    if (config !== undefined) return JSON.stringify(overlay(config, { healthSocket, telemetryPort }));
    const before = await readFile(this.#overlayPath, "utf8");
    return before.replace(/"[^"]*health-single-\d+\.sock"/, JSON.stringify(healthSocket));
  }

  async takeOver(): Promise<Proposal | null> {
    const site = this.#site;
    const [found, ...others] = (await collectorsOf(site.runDir.path)).filter(
      ({ configPath }) => configPath === this.#configPath,
    );
    const config = await readFile(this.#configPath, "utf8").catch(() => null); // nothing ran here
    const laid = await readFile(this.#overlayPath, "utf8").catch(() => null);
    const places = laid === null ? null : placesIn(laid);
    const isHealthy = places !== null && (await askHealth(places.healthSocket)) === "healthy";
    const isAdopted =
      found !== undefined && found.path === site.binary.path && config !== null && isHealthy && others.length === 0;
    const ended = await endOrphans(
      site.runDir.path,
      site.clock,
      new Set(isAdopted ? [found.pid] : []),
      found === undefined ? [] : [found, ...others],
    );
    if (ended > 0) site.log("warn", "ended Collectors that an agent before this one left running", { count: ended });
    if (!isAdopted || places === null || config === null) return null;
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
    await this.#process?.stop(graceMs);
    this.#setHealthy(false);
  }

  kill(): void {
    this.#isStopping = true;
    this.#process?.kill();
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

  #follow(process: CollectorProcess): void {
    this.#process = process;
    void process.exited.then((exit) => this.#ended(process, exit));
  }

  #ended(process: CollectorProcess, exit: Exit): void {
    if (this.#process !== process) return;
    this.#process = null;
    this.#setHealthy(false);
    if (!this.#isApplying && !this.#isStopping) this.#hooks.died(deathOf(process, exit));
  }

  #setHealthy(isHealthy: boolean): void {
    if (isHealthy === this.isHealthy) return;
    this.isHealthy = isHealthy;
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

/** What a former overlay said of places. */
const placesIn = (
  laidOver: string,
): { readonly healthSocket: string; readonly telemetryPort: number; readonly serial: number } | null => {
  const healthSocket = /"endpoint":"([^"]*health-single-\d+\.sock)"/.exec(laidOver)?.[1];
  const port = /"host":"127\.0\.0\.1","port":(\d+)/.exec(laidOver)?.[1];
  const serial = /health-single-(\d+)\.sock/.exec(laidOver)?.[1];
  return healthSocket === undefined || port === undefined
    ? null
    : { healthSocket, telemetryPort: Number(port), serial: Number(serial) };
};
