import type { Clock } from "../base/clock.ts";
import type { PolicyId } from "../policy/types.ts";
import type { AncestorStatus, PolicyStatus } from "../resolve/types.ts";
import type { Log } from "../telemetry/log.ts";
import type { ApiServer } from "./status-writer-api.ts";
import { writtenBefore } from "./status-writer-left.ts";
import { mergedAncestors, readLive } from "./status-writer-merge.ts";
import type { AgentView } from "./view.ts";

export type StatusWriterOptions = {
  readonly api: ApiServer;
  readonly agent: {
    readonly view: () => AgentView;
    readonly subscribe: (listener: (view: AgentView) => void) => () => void;
  };
  readonly clock: Clock;
  readonly log: Log;
};

/** Where a TelemetryPolicy of the API server can be, one place per dialect. */
const places = [
  "gateway.networking.k8s.io/v1alpha2",
  "agentic.networking.x-k8s.io/v1alpha1",
  "gateway.networking.x-k8s.io/v1alpha1",
] as const;

/** One policy after the other, this far apart: an agent on each of many nodes must not be felt by the API server. */
const apartMs = 200;
/** A change is written this long after it was seen, with what came meanwhile. */
const gatherMs = 1000;
/** Pauses after the API server could not be asked, doubling. */
const firstPauseMs = 1000;
const longestPauseMs = 60_000;
/** What was not found, and what others may have overwritten, is looked at again; seldom, since every node does. */
const againMs = 1_800_000;
/** How often a write that met somebody else's is tried before its turn is over. */
const attempts = 3;

/**
 * Writes the status of the agent's policies to the objects of the same name in the API server, where there are any.
 * It follows; nothing waits for it, and nothing ends because of it.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #unsubscribe: () => void;
  #wanted: ReadonlyMap<PolicyId, readonly AncestorStatus[]> = new Map();
  /** Still to be compared with the API server. */
  readonly #due = new Set<PolicyId>();
  /** Objects that carry entries of ours, so that these can be removed with their policy. */
  readonly #written = new Set<PolicyId>();
  #seen: readonly PolicyStatus[] | null = null;
  /** Policies were read and applied: what is not among them is not there. */
  #isSettled = false;
  /** What an agent before us wrote was looked for. */
  #hasLookedBack = false;
  #pauseMs = firstPauseMs;
  #cancel = (): void => {};
  #isAsking = false;
  #isStopped = false;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
    this.#unsubscribe = options.agent.subscribe((view) => this.#look(view));
    this.#look(options.agent.view());
  }

  /** Ends without waiting for a request in flight; what is written stays. */
  stop(): void {
    this.#isStopped = true;
    this.#unsubscribe();
    this.#cancel();
  }

  #look({ status, at, live }: AgentView): void {
    this.#isSettled ||= live !== null;
    // Before the first reading there is nothing to say, and nothing to take back.
    if (status === this.#seen || (at === "starting" && status.length === 0)) return;
    this.#seen = status;
    const wanted = new Map(status.map(({ policy, ancestors }) => [policy, ancestors]));
    for (const [policy, ancestors] of wanted)
      if (JSON.stringify(ancestors) !== JSON.stringify(this.#wanted.get(policy))) this.#due.add(policy);
    for (const policy of this.#written) if (!wanted.has(policy)) this.#due.add(policy);
    this.#wanted = wanted;
    this.#next(gatherMs);
  }

  #next(ms: number): void {
    if (this.#isStopped || this.#isAsking) return;
    this.#cancel();
    this.#cancel = this.#options.clock.after(ms, () => void this.#turn());
  }

  /** One policy; then the next one, or a long rest. */
  async #turn(): Promise<void> {
    if (this.#isSettled && !this.#hasLookedBack) await this.#lookBack();
    const [policy] = this.#due;
    if (policy === undefined) {
      for (const known of this.#wanted.keys()) this.#due.add(known);
      return this.#next(this.#due.size === 0 ? againMs : apartMs);
    }
    this.#isAsking = true;
    // Before it is written: what is wanted of it may change meanwhile.
    this.#due.delete(policy);
    let pauseMs = apartMs;
    try {
      await this.#write(policy);
      this.#pauseMs = firstPauseMs;
    } catch (error) {
      this.#due.add(policy);
      const words = error instanceof Error ? error.message : String(error);
      this.#options.log("warn", "cannot write the status of a policy; tries again", { policy, words });
      pauseMs = this.#pauseMs;
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
    } finally {
      this.#isAsking = false;
    }
    this.#next(this.#due.size === 0 ? againMs : pauseMs);
  }

  /** Entries whose policies went while no agent ran. Where that cannot be asked they stay, which is told once. */
  async #lookBack(): Promise<void> {
    this.#hasLookedBack = true;
    this.#isAsking = true;
    try {
      for (const apiVersion of places) {
        const found = await writtenBefore(this.#options.api, apiVersion);
        if (found === null) throw new Error(`it cannot list the policies of ${apiVersion}`);
        for (const policy of found) if (!this.#wanted.has(policy)) this.#due.add(policy);
      }
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      this.#options.log("warn", "status of policies that went before this start may be left behind", { words });
    } finally {
      this.#isAsking = false;
    }
  }

  async #write(policy: PolicyId): Promise<void> {
    const [namespace = "", name = ""] = policy.split("/");
    let isThere = false;
    for (const apiVersion of places) if (await this.#writeTo(apiVersion, namespace, name)) isThere = true;
    if (isThere && this.#wanted.has(policy)) this.#written.add(policy);
    else this.#written.delete(policy);
  }

  /** Answers whether there is such an object. */
  async #writeTo(apiVersion: (typeof places)[number], namespace: string, name: string): Promise<boolean> {
    const { api, clock, log } = this.#options;
    const policy = `${namespace}/${name}`;
    const path = `/apis/${apiVersion}/namespaces/${namespace}/telemetrypolicies/${name}`;
    for (let attempt = 1; ; attempt++) {
      const { status, body } = await api.get(path);
      if (status === 404) return false;
      const live = status === 200 ? readLive(body) : null;
      if (live === null) throw new Error(refusal("read", path, status));
      const now = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
      const ancestors = mergedAncestors(live.ancestors, this.#wanted.get(policy) ?? [], now);
      if (ancestors === null) return true;
      const answer = await api.apply(`${path}/status`, {
        apiVersion,
        kind: "TelemetryPolicy",
        // The version that was read: whoever wrote in between is not overwritten.
        metadata: { name, namespace, resourceVersion: live.resourceVersion },
        status: { ancestors },
      });
      if (answer.status === 409 && attempt < attempts) continue;
      if (answer.status === 404) return false;
      if (answer.status !== 200) throw new Error(refusal("write", `${path}/status`, answer.status));
      log("debug", "status written", { policy });
      return true;
    }
  }
}

const refusal = (verb: "read" | "write", path: string, status: number): string =>
  status === 401 || status === 403
    ? `the API server answers ${status}: this ServiceAccount may not ${verb} ${path}; the chart's status.write makes the role`
    : `the API server answers ${status} to ${path}`;
