import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../base/canonical.ts";
import { writeAtomically } from "../collector/atomic-file.ts";
import { askHealth } from "../collector/health.ts";
import type { CollectorProcess } from "../collector/process.ts";
import { removeStaleSockets } from "../collector/sockets.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { type Failure, failure } from "./failure.ts";
import { handOn } from "./ingest-hand-on.ts";
import type { IngestNews, IngestSide, RunningConfig } from "./ingest-side.ts";
import { ofIngest } from "./launch.ts";
import type { Proposal } from "./machine.ts";
import { type ExternalIngestPorts, externalIngestConfig, pause, type Site } from "./site.ts";

/** While it is up, and while it is not: then its sockets may be in its own way, and a restart waits for nobody. */
const lookEveryMs = 250;
const lookOftenMs = 100;
/** Containers of a pod are asked to end at the same moment. Who is healthy after this was not asked. */
const farewellMs = 2000;

/**
 * An ingest that somebody else runs: a container of the same pod, with a config that no policy changes. It is looked at,
 * never started and never ended; what it needs of us is that a killed one's sockets are out of its way.
 */
export class ExternalIngest implements IngestSide {
  readonly #site: Site;
  readonly #ports: ExternalIngestPorts;
  readonly #onChange: (news: IngestNews) => void;
  readonly #healthSocket: string;
  /** Hands on what it left, at the very end. */
  readonly #alive = new Set<CollectorProcess>();
  #isHealthy = false;
  #wasHealthy = false;
  #digest: string | null = null;
  #proposal: Proposal | null = null;
  #cancel = (): void => {};
  #isStopped = false;
  /** Sockets nobody listened on at the last look, and which files these were. */
  #silent: ReadonlyMap<string, number> = new Map();

  constructor(site: Site, ports: ExternalIngestPorts, onChange: (news: IngestNews) => void) {
    this.#site = site;
    this.#ports = ports;
    this.#onChange = onChange;
    this.#healthSocket = site.runDir.healthSocket("ingest");
  }

  get isHealthy(): boolean {
    return this.#isHealthy;
  }

  get flowPort(): number | null {
    return this.#isHealthy ? this.#ports.flowPort : null;
  }

  get telemetryPort(): number | null {
    return this.#isHealthy ? this.#ports.telemetryPort : null;
  }

  get digest(): string | null {
    return this.#digest;
  }

  async takeOver(): Promise<RunningConfig | null> {
    void this.#look();
    const config = await this.#config();
    return config === null ? null : { digest: sha256(config), config };
  }

  async validate(proposal: Proposal): Promise<Failure | null> {
    const config = await this.#config();
    return config === null || sha256(config) === proposal.ingestDigest ? null : this.#isAnother();
  }

  /** Where nobody has written its config that is done; it is not waited for, since policies do not depend on it. */
  async ensure(proposal: Proposal): Promise<Failure | null> {
    const config = await this.#config();
    if (config === null) {
      const unwritten = await writeAtomically(externalIngestConfig(this.#site), proposal.ingest);
      if (unwritten !== null) return failure("start_failed", unwritten);
    } else if (sha256(config) !== proposal.ingestDigest) return this.#isAnother();
    this.#digest = proposal.ingestDigest;
    this.#proposal = proposal;
    return null;
  }

  /** Waits for its end where it was asked to end, too, and hands on what it left. One that stays buffers for the next agent. */
  async stop(graceMs: number): Promise<void> {
    const { clock } = this.#site;
    const [until, farewell] = [clock.now() + graceMs, clock.now() + farewellMs];
    for (;;) {
      const health = await askHealth(this.#healthSocket);
      if (health === "absent") break;
      if (clock.now() >= (health === "healthy" ? Math.min(farewell, until) : until)) return this.#end();
      await pause(clock, 50);
    }
    this.#end();
    if (this.#proposal !== null && this.#wasHealthy) await handOn(this.#site, this.#proposal, until, this.#alive);
  }

  kill(): void {
    this.#end();
    for (const process of this.#alive) process.kill();
  }

  #end(): void {
    this.#isStopped = true;
    this.#cancel();
    if (!this.#isHealthy) return;
    this.#isHealthy = false;
    this.#onChange("down");
  }

  #config(): Promise<string | null> {
    return readFile(externalIngestConfig(this.#site), "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw error;
    });
  }

  #isAnother(): Failure {
    // Not the config's fault: the next pod may have it.
    return failure("start_failed", diagnostic("TP5025", { path: externalIngestConfig(this.#site) }, null), false);
  }

  async #look(): Promise<void> {
    const health = await askHealth(this.#healthSocket);
    if (this.#isStopped) return;
    this.#setHealthy(health === "healthy");
    if (health === "absent")
      await this.#clear().catch(() => {}); // the next look does it
    else this.#silent = new Map();
    if (!this.#isStopped)
      this.#cancel = this.#site.clock.after(this.#isHealthy ? lookEveryMs : lookOftenMs, () => void this.#look());
  }

  #setHealthy(isHealthy: boolean): void {
    if (isHealthy === this.#isHealthy) return;
    this.#isHealthy = isHealthy;
    const { log } = this.#site;
    if (!isHealthy) {
      const { code, message } = diagnostic("TP5026", { socket: this.#healthSocket }, null);
      log("warn", message, { code, process: "ingest" });
    } else if (this.#wasHealthy) {
      log("info", "ingest is back", { process: "ingest" });
      this.#onChange("restarting");
    }
    this.#wasHealthy = true;
    this.#onChange(isHealthy ? "up" : "down");
  }

  /** A killed process leaves socket files on which bind(2) fails. Twice the same file without a listener: not one just made. */
  async #clear(): Promise<void> {
    const { path } = this.#site.runDir;
    const before = this.#silent;
    const now = new Map<string, number>();
    for (const file of await readdir(path))
      if (file.endsWith(".sock") && ofIngest(file)) now.set(file, (await stat(join(path, file))).ino);
    await removeStaleSockets(path, (file) => now.has(file) && before.get(file) === now.get(file));
    this.#silent = now;
  }
}
