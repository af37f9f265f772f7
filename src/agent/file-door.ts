import { readdir, readFile } from "node:fs/promises";
import { get } from "node:http";
import { basename } from "node:path";
import { unwritable, writeAtomically } from "../collector/atomic-file.ts";
import { startTimeOf } from "../collector/running.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import type { Door, DoorHooks } from "./door.ts";
import { type Failure, failure } from "./failure.ts";
import type { Proposal } from "./machine.ts";
import type { CollectorMode } from "./options.ts";
import { pause, type Site } from "./site.ts";

/** How long a Collector must live with a new config before it counts as one that took it. */
const settleMs = 1000;
const lookEveryMs = 50;

/** A Collector that others run: its config is written, and where it is known it is told with SIGHUP and watched. */
export class FileDoor implements Door {
  readonly #site: Site;
  readonly #hooks: DoorHooks;
  readonly #mode: Exclude<CollectorMode, { kind: "child" }>;
  #cancel = (): void => {};
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
    const unwritten = await writeAtomically(this.#mode.configOut, proposal.core, 0o644);
    if (unwritten !== null) return failure("commit_failed", unwritten, false);
    const failed = this.#mode.kind === "none" ? null : await this.#tell(this.#mode, proposal);
    this.isHealthy = failed === null;
    this.#hooks.changed();
    return failed;
  }

  /** Somebody else's Collector goes on with what it has. */
  takeOver(): Promise<null> {
    return Promise.resolve(null);
  }

  stop(): Promise<void> {
    this.kill();
    return Promise.resolve();
  }

  kill(): void {
    this.#cancel();
    this.isHealthy = false;
  }

  async #tell(mode: Extract<CollectorMode, { kind: "signal" }>, proposal: Proposal): Promise<Failure | null> {
    const { clock, reloadTimeoutMs } = this.#site;
    const wanted = "pidFile" in mode.find ? mode.find.pidFile : mode.find.processName;
    const pid = await pidOf(mode.find);
    const startTime = pid === null ? null : await startTimeOf(pid);
    if (pid === null || startTime === null) {
      const words = `no process is known by ${wanted}`;
      return failure("no_collector", diagnostic("TP5012", { name: "other", words }, null), false);
    }
    const began = clock.now();
    try {
      process.kill(pid, "SIGHUP");
    } catch (error) {
      return failure("commit_failed", unwritable(`/proc/${pid}`, error), false);
    }
    const health = healthOf(proposal);
    let healthySince: number | null = null;
    while (clock.now() < began + reloadTimeoutMs) {
      await pause(clock, lookEveryMs);
      // On SIGHUP a Collector that cannot run its new config ends.
      if ((await startTimeOf(pid)) !== startTime) return this.#ended("it ended on reading its new config");
      const isWell = health === null || (await answersWell(health));
      if (!isWell) healthySince = null;
      else healthySince ??= clock.now();
      if (healthySince !== null && clock.now() - began >= settleMs) {
        this.gapMs = healthySince - began;
        this.#watch(pid, startTime);
        return null;
      }
    }
    const ms = clock.now() - began;
    return failure("commit_failed", diagnostic("TP5014", { name: "other", ms, last: "unhealthy" }, null));
  }

  #ended(how: string): Failure {
    return failure("commit_failed", diagnostic("TP5013", { name: "other", how }, null));
  }

  /** It is not our child, so its end is only seen by looking. Whoever runs it starts it again, with what is written. */
  #watch(pid: number, startTime: string): void {
    this.#cancel = this.#site.clock.after(1000, () => {
      void startTimeOf(pid).then((now) => {
        if (!this.isHealthy) return;
        if (now === startTime) this.#watch(pid, startTime);
        else {
          this.isHealthy = false;
          this.#hooks.changed();
          this.#hooks.died(diagnostic("TP5013", { name: "other", how: "it is gone" }, null));
        }
      });
    });
  }
}

const pidOf = async (find: { readonly pidFile: string } | { readonly processName: string }): Promise<number | null> => {
  if ("pidFile" in find) {
    const text = await readFile(find.pidFile, "utf8").catch(() => ""); // none runs
    return /^\s*\d+\s*$/.test(text) ? Number(text) : null;
  }
  for (const name of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const line = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => ""); // it ended
    if (basename(line.split("\0")[0] ?? "") === find.processName) return Number(name);
  }
  return null;
};

/** The health check of the platform's own config, where it has one at a fixed address. */
const healthOf = ({ config }: Proposal): { readonly host: string; readonly port: number } | null => {
  const extensions = config?.["extensions"];
  if (typeof extensions !== "object" || extensions === null || Array.isArray(extensions)) return null;
  for (const [id, body] of Object.entries(extensions)) {
    if (id.split("/")[0] !== "health_check") continue;
    const endpoint =
      typeof body === "object" && body !== null && "endpoint" in body ? String(body.endpoint) : "localhost:13133";
    const [, host = "", port] = /^(.*):(\d+)$/.exec(endpoint) ?? [];
    if (port !== undefined) return { host: host === "0.0.0.0" || host === "" ? "127.0.0.1" : host, port: Number(port) };
  }
  return null;
};

const answersWell = ({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> =>
  new Promise((resolve) => {
    const asked = get({ host, port, path: "/", agent: false, timeout: 1000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => resolve(false));
  });
