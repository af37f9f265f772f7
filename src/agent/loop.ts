import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { positionOf, type SourceFile } from "../diagnostics/source.ts";
import type { Instruments } from "../telemetry/instruments.ts";
import { policyViews } from "./conditions.ts";
import { type Flow, noFlow } from "./flow.ts";
import { type Effect, type Event, type Input, initialState, liveOf, type Proposal, type State } from "./machine.ts";
import type { AgentOptions, ReloadAnswer } from "./options.ts";
import type { Reading } from "./reader.ts";
import { ReloadLog } from "./reload-log.ts";
import { Runner } from "./runner.ts";
import type { Site } from "./site.ts";
import { transition } from "./transition.ts";
import type { AgentView, PolicyView, ReloadReport } from "./view.ts";
import { atOf, isReady, liveView } from "./view-of.ts";

export type LoopOptions = {
  readonly site: Site;
  readonly instruments: Instruments;
  readonly onFinding: AgentOptions["onFinding"];
  readonly base: SourceFile;
  readonly once: boolean;
};

type Known = {
  readonly policies: readonly PolicyView[];
  readonly status: AgentView["status"];
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
  readonly compileMs: number;
};

/** Where everything meets: readings and process events go into the machine, its effects to the runner, the rest into the view. */
export class Loop {
  readonly #options: LoopOptions;
  readonly #runner: Runner;
  readonly #reloads: ReloadLog;
  readonly #listeners = new Set<(view: AgentView) => void>();
  readonly #waiting: ((answer: ReloadAnswer) => void)[] = [];
  readonly #events: Event[] = [];
  readonly #end = Promise.withResolvers<{ readonly reason: string }>();
  #isHandling = false;
  #state: State = initialState;
  #liveSince = 0;
  #known: Known = { policies: [], status: [], diagnostics: [], sources: new Map(), compileMs: 0 };
  /** The newest input, for the next resync. */
  #input: Input | null = null;
  /** Why the newest input is not what runs, where it was not the input's own text. */
  #runFindings: readonly Diagnostic[] = [];
  #flow: Flow = noFlow;
  #reason = "asked to stop";

  constructor(options: LoopOptions) {
    this.#options = options;
    const { site, instruments } = options;
    this.#reloads = new ReloadLog(instruments, site.log, site.clock);
    this.#runner = new Runner(site, {
      event: (event) => this.#dispatch(event),
      restarted: () => instruments.collectorRestarted(),
      changed: () => this.#notify(),
      step: (attempt, step, ms, found) => this.#reloads.stepEnded(attempt, step, ms, found),
      stopped: () => {
        this.#notify();
        this.#end.resolve({ reason: this.#reason });
      },
    });
  }

  get stopped(): Promise<{ readonly reason: string }> {
    return this.#end.promise;
  }

  /** Something new was read, or somebody asked. */
  read({ cause, since, snapshot, held, compileMs }: Reading): void {
    const { newest, compilation } = held;
    const diagnostics = [...snapshot.diagnostics, ...newest.diagnostics];
    const policies = policyViews(newest, held.heldFiles);
    const sources = new Map([...held.sources, [this.#options.base.path, this.#options.base.text] as const]);
    this.#known = { policies, status: newest.status, diagnostics, sources, compileMs };
    this.#runFindings = [];
    const { instruments } = this.#options;
    instruments.compiled(compileMs);
    instruments.policies(policies.map(({ state }) => state));
    instruments.diagnostics(diagnostics);
    this.#tellFindings();
    const { rendered } = compilation;
    if (rendered === null || rendered.ingest === null) {
      this.#input = null;
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      const words = errors.map(({ code, message }) => `${code} ${message}`).join("; ") || "nothing could be rendered";
      this.#dispatch({ type: "unusable", cause, since, words });
      return;
    }
    const proposal: Proposal = {
      digest: rendered.digest,
      ingestDigest: rendered.ingestDigest ?? "",
      core: rendered.core.yaml,
      ingest: rendered.ingest.yaml,
      flawed: held.isFlawed,
    };
    this.#input = { proposal, cause, since };
    this.#dispatch({ type: "input", input: this.#input });
  }

  /** A look that found what was found before: what failed for reasons outside the config gets its next chance. */
  lookedAgain(): void {
    if (this.#input === null) return;
    this.#dispatch({
      type: "input",
      input: { ...this.#input, cause: "resync", since: this.#options.site.clock.now() },
    });
  }

  bug(error: unknown): void {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#runFindings = [diagnostic("TP9001", { detail }, null)];
    this.#tellFindings();
    const since = this.#options.site.clock.now();
    this.#dispatch({ type: "unusable", cause: "change", since, words: `TP9001 ${detail.split("\n")[0]}` });
  }

  flowed(flow: Flow): void {
    this.#flow = flow;
    this.#options.instruments.items(
      flow.flow.flatMap(({ signal, policy, received, kept }) => [
        { labels: { signal, policy, stage: "received" }, value: received },
        { labels: { signal, policy, stage: "kept" }, value: kept },
        { labels: { signal, policy, stage: "dropped" }, value: Math.max(0, received - kept) },
      ]),
    );
    this.#notify();
  }

  flowPort(): number | null {
    return this.#runner.ingest.flowPort;
  }

  config(): { readonly ingest: string; readonly core: string } | null {
    const live = liveOf(this.#state.phase);
    return live === null ? null : { ingest: live.proposal.ingest, core: live.proposal.core };
  }

  reports(): readonly ReloadReport[] {
    return this.#reloads.reports;
  }

  view(): AgentView {
    const { binary } = this.#options.site;
    return {
      at: atOf(this.#state.phase),
      ready: isReady(this.#state, this.#runner.ingest.isHealthy),
      live: liveView(this.#state, this.#liveSince),
      lastReload: this.#reloads.reports.at(-1) ?? null,
      collector: { version: binary.version, path: binary.path },
      policies: this.#known.policies,
      status: this.#known.status,
      diagnostics: [...this.#known.diagnostics, ...this.#runFindings],
      flow: this.#flow.flow,
      tokens: this.#flow.tokens,
    };
  }

  subscribe(listener: (view: AgentView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks for a reload by `ask` and waits for what comes of it. */
  answerOf(ask: () => void): Promise<ReloadAnswer> {
    const { at } = this.#state.phase;
    if (at === "trying" || at === "handingBack" || at === "stopping" || this.#waiting.length > 0) {
      return Promise.resolve({ kind: "in flight" });
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      ask();
    });
  }

  stop(reason: string): void {
    if (this.#state.phase.at !== "stopping") this.#reason = reason;
    for (const answer of this.#waiting.splice(0)) answer({ kind: "in flight" });
    this.#dispatch({ type: "stop" });
  }

  /** One event after the other: an effect that answers at once must not overtake the effects beside it. */
  #dispatch(event: Event): void {
    this.#events.push(event);
    if (this.#isHandling) return;
    this.#isHandling = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) this.#handle(next);
    this.#isHandling = false;
    this.#notify();
  }

  #handle(event: Event): void {
    const before = liveOf(this.#state.phase);
    const { state, effects } = transition(this.#state, event);
    this.#state = state;
    const live = liveOf(state.phase);
    if (live !== before) {
      const { site, instruments } = this.#options;
      this.#liveSince = site.clock.now();
      instruments.generation(
        live === null ? null : { digest: live.proposal.digest, collectorVersion: site.binary.version },
      );
    }
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    if (effect.type !== "report") {
      if (effect.type === "try") this.#reloads.stepBegins(effect.candidate, effect.step, this.#known.compileMs);
      this.#runner.perform(effect);
      return;
    }
    const words = effect.words ?? (effect.reason === "compile_error" ? firstError(this.#known) : null);
    const { report, found } = this.#reloads.report({ ...effect, words }, this.#known.compileMs);
    if (report.outcome === "committed") this.#runFindings = [];
    else if (found !== null) {
      this.#runFindings = [found];
      this.#tellFindings();
    }
    const { diagnostics } = this.view();
    for (const answer of this.#waiting.splice(0)) answer({ kind: "ended", report, diagnostics });
    if (this.#options.once) this.stop(report.outcome === "committed" ? "applied once" : "could not be applied");
  }

  #tellFindings(): void {
    this.#options.onFinding([...this.#known.diagnostics, ...this.#runFindings], this.#known.sources);
  }

  #notify(): void {
    if (this.#listeners.size === 0) return;
    const view = this.view();
    for (const listener of this.#listeners) listener(view);
  }
}

/** `policies/edge.yaml:3:5 TP2102 sampling percent 120 is outside 0–100 (and 2 more)` */
const firstError = ({ diagnostics, sources }: Known): string | null => {
  const [first, ...more] = diagnostics.filter(({ severity }) => severity === "error");
  if (first === undefined) return null;
  const { at, code, message } = first;
  const text = at === null ? undefined : sources.get(at.file);
  const { line, column } = at === null || text === undefined ? { line: 1, column: 1 } : positionOf(text, at.start);
  const place = at === null ? "" : `${at.file}:${line}:${column} `;
  return `${place}${code} ${message}${more.length === 0 ? "" : ` (and ${more.length} more)`}`;
};
