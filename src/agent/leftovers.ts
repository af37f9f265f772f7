import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../base/canonical.ts";
import { writeForThisBoot } from "../collector/atomic-file.ts";
import { waitHealthy } from "../collector/health.ts";
import { scrape } from "../collector/metrics-text.ts";
import type { CollectorProcess } from "../collector/process.ts";
import { takeUpAgain } from "../collector/queue-given-up.ts";
import { requestsLeft } from "../collector/queue-left.ts";
import { type CoreLaunch, prepareCore, start } from "./launch.ts";
import { countsOf } from "./rates.ts";
import { pause, type Site } from "./site.ts";

/** Collectors that deliver leftovers at the same time; each takes as much memory as a core. */
const atOnce = 2;
const lookEveryMs = 200;
/** A request that is being sent ends by its own timeout, 30 seconds with `otlp_http`. */
const graceMs = 35_000;
/** Pauses between tries that brought the queue to no end. */
const pausesMs = [500, 5000, 30_000] as const;

const prefix = "queue-";
const configName = "config.yaml";

export const queueDir = (runDir: string, slot: string): string => join(runDir, `${prefix}${slot}`);

/** Keeps beside a slot's queues the config that can deliver them, for whoever has to when its core is gone. */
export const keepConfig = async (runDir: string, slot: string, config: string): Promise<void> => {
  const folder = queueDir(runDir, slot);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeForThisBoot(join(folder, configName), config); // a full disk is found by the core's own config, too
};

/**
 * A Collector that ends leaves in its queues on disk what its backends had not taken. This delivers it: by a Collector
 * with the same config that nobody sends to, as long as it takes, one slot after the other.
 */
export class Leftovers {
  readonly #site: Site;
  readonly #nextSerial: () => number;
  readonly #busy = new Set<string>();
  readonly #processes = new Set<CollectorProcess>();
  readonly #waiting: (() => void)[] = [];
  #free = atOnce;
  #isStopped = false;

  constructor(site: Site, nextSerial: () => number) {
    this.#site = site;
    this.#nextSerial = nextSerial;
  }

  /** Slots whose queues are looked after, and that no other core may use. */
  get busy(): ReadonlySet<string> {
    return this.#busy;
  }

  /** Slots that cores of an agent before this one left. */
  async takeOver(inUse: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.#site.runDir.path)) {
      const slot = name.startsWith(prefix) ? name.slice(prefix.length) : null;
      // ingest's own queue waits for ingest.
      if (slot !== null && slot !== "ingest" && /^\w+$/.test(slot) && !inUse.has(slot)) this.settle(slot);
    }
  }

  /** The core of a slot has ended. */
  settle(slot: string): void {
    if (this.#busy.has(slot)) return;
    this.#busy.add(slot);
    void this.#settle(slot)
      .catch((error: unknown) => {
        const words = error instanceof Error ? error.message : String(error);
        this.#site.log("error", "what a core left cannot be delivered; its queue is kept", { slot, words });
        return false;
      })
      .then((isDone) => {
        if (isDone) this.#busy.delete(slot);
      });
  }

  /** What is left then is delivered by the next agent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const go of this.#waiting.splice(0)) go();
    await Promise.all([...this.#processes].map((process) => process.stop(1000)));
  }

  kill(): void {
    this.#isStopped = true;
    for (const process of this.#processes) process.kill();
  }

  /** Whether the slot is free again. */
  async #settle(slot: string): Promise<boolean> {
    const folder = queueDir(this.#site.runDir.path, slot);
    const left = await requestsLeft(folder);
    if (left > 0) {
      this.#site.log("info", "delivering what a core left in its queues", { slot, requests: left });
      await this.#turn();
      try {
        await this.#deliver(slot, folder);
      } finally {
        this.#free += 1;
        this.#waiting.shift()?.();
      }
      if ((await requestsLeft(folder)) > 0) return false;
      this.#site.log("info", "delivered what a core had left", { slot });
    }
    await rm(folder, { recursive: true, force: true });
    return true;
  }

  async #turn(): Promise<void> {
    while (this.#free === 0 && !this.#isStopped) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
  }

  async #deliver(slot: string, folder: string): Promise<void> {
    const { clock, log } = this.#site;
    const core = await readFile(join(folder, configName), "utf8");
    const proposal = { digest: sha256(core), ingestDigest: "", core, ingest: "", flawed: false };
    for (let round = 0; !this.#isStopped; round++) {
      const again = await takeUpAgain(folder);
      if (again > 0)
        log("warn", "what a full disk made its Collector give up is taken up again", { slot, requests: again });
      const launch = await prepareCore(this.#site, proposal, this.#nextSerial(), slot);
      if ("reason" in launch) log("error", launch.found.message, { code: launch.found.code, slot });
      else await this.#runEmpty(launch);
      if (this.#isStopped || (await requestsLeft(folder)) === 0) return;
      await pause(clock, pausesMs[Math.min(round, pausesMs.length - 1)] ?? 0);
    }
  }

  /** Runs a Collector until its queues are empty or it ends. */
  async #runEmpty(launch: CoreLaunch): Promise<void> {
    const { clock, reloadTimeoutMs } = this.#site;
    const process = await start(this.#site, launch);
    this.#processes.add(process);
    let hasEnded = false;
    void process.exited.then(() => {
      hasEnded = true;
    });
    const waited = await waitHealthy(launch.healthSocket, process.exited, clock.now() + reloadTimeoutMs, clock);
    while (waited.kind === "healthy" && !hasEnded && !this.#isStopped && !(await isEmpty(launch.telemetryPort)))
      await pause(clock, lookEveryMs);
    await process.stop(this.#isStopped ? 1000 : graceMs);
    this.#processes.delete(process);
    for (const path of [launch.configPath, launch.socket, launch.healthSocket]) await rm(path, { force: true });
  }
}

/** Exporters to ingest: where that is gone they never get anything rid, and nothing of theirs is on disk. */
const hops = /\/otel_policy_(?:flow|back|pull_\d+)$/;

/**
 * Whether no exporter of the Collector behind this port has anything to send to a backend, or to a core. `orNone`: also
 * where none has a queue, which a Collector that has just begun may not have said yet.
 */
export const isEmpty = async (telemetryPort: number, orNone = false): Promise<boolean> => {
  const samples = await scrape(telemetryPort, 1000).catch(() => null); // asked again
  if (samples === null) return false;
  const { exporters } = countsOf(samples);
  if (exporters.size === 0) return orNone;
  return [...exporters].every(([id, { waiting }]) => waiting === 0 || hops.test(id));
};
