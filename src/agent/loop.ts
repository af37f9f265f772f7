import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Engine } from "./engine.ts";
import { type Flow, itemsOf, noFlow } from "./flow.ts";
import { type Held, policyFiles } from "./hold-back.ts";
import { errorWords, firstError, knownOf, nothingKnown } from "./known.ts";
import type { LoopOptions } from "./loop-options.ts";
import { type Effect, type Event, type Input, keyOf, keysIn, liveOf, type State, stateAfter } from "./machine.ts";
import { Notes } from "./notes.ts";
import type { ReloadAnswer } from "./options.ts";
import { proposalOf } from "./proposal.ts";
import { Quarantine } from "./quarantine-run.ts";
import type { Reading } from "./reader.ts";
import { ReloadLog } from "./reload-log.ts";
import { stalledPaths } from "./stalled.ts";
import { transition } from "./transition.ts";
import type { AgentView, ReloadReport } from "./view.ts";
import { atOf, isReady, liveView } from "./view-of.ts";

/** Where everything meets: readings and process events go into the machine, its effects to the runner, the rest into the view. */
export class Loop {
  readonly #options: LoopOptions;
  readonly #engine: Engine;
  readonly #reloads: ReloadLog;
  readonly #listeners = new Set<(view: AgentView) => void>();
  readonly #waiting: ((answer: ReloadAnswer) => void)[] = [];
  readonly #events: Event[] = [];
  readonly #end = Promise.withResolvers<{ readonly reason: string }>();
  #isHandling = false;
  #state: State;
  #liveSince = 0;
  #known = nothingKnown;
  /** The newest input, for the next resync. */
  #input: Input | null = null;
  /** Why the newest input is not what runs, where it was not the input's own text. */
  #runFindings: readonly Diagnostic[] = [];
  #flow: Flow = noFlow;
  /** What each config that matters was made of, by its key. */
  #made: ReadonlyMap<string, Held> = new Map();
  readonly #quarantine: Quarantine;
  /** What was counted when the live generation came into service. */
  #flowAtCommit: Flow = noFlow;
  readonly #notes: Notes;
  #reason = "asked to stop";

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#state = stateAfter(options.history.committed, options.topology);
    const { site, instruments } = options;
    this.#reloads = new ReloadLog(instruments, site.log, site.clock, options.wall);
    this.#notes = new Notes({
      history: options.history,
      engine: () => this.#engine,
      collectorVersion: site.binary.version,
    });
    this.#quarantine = new Quarantine({
      compile: options.compile,
      probe: (proposal, starts) => this.#engine.probe(proposal, starts),
      log: site.log,
    });
    this.#engine = options.startEngine(site, {
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

  /** Resolves when no Collector runs any more and everything is noted. */
  get stopped(): Promise<{ readonly reason: string }> {
    return this.#end.promise.then(async (end) => {
      await this.#notes.written;
      return end;
    });
  }

  /** Before anything else: what an agent before us left running serves on. */
  async takeOver(): Promise<void> {
    const proposal = await this.#engine.takeOver();
    if (proposal === null) return;
    const number = Math.max(1, this.#options.history.committed);
    const live = { number, attempt: 0, proposal };
    this.#state = { ...stateAfter(number, this.#options.topology), phase: { at: "serving", live } };
    this.#liveSince = this.#options.wall.now();
    this.#engine.serves(number);
    const { instruments, site } = this.#options;
    instruments.generation({ digest: proposal.digest, collectorVersion: site.binary.version });
  }

  /** Something new was read, or somebody asked. */
  read(reading: Reading): void {
    const { cause, since, held, compileMs } = reading;
    this.#quarantine.cancel();
    this.#known = knownOf(reading, this.#options.base);
    const { diagnostics, policies } = this.#known;
    this.#runFindings = [];
    const { instruments } = this.#options;
    instruments.compiled(compileMs);
    instruments.policies(policies.map(({ state }) => state));
    instruments.diagnostics(diagnostics);
    this.#tellFindings();
    const proposal = proposalOf(held.compilation.rendered, held.isFlawed);
    if (proposal === null) {
      this.#input = null;
      this.#dispatch({ type: "unusable", cause, since, words: errorWords(this.#known) });
      return;
    }
    this.#made = new Map([...this.#made, [keyOf(proposal), held]]);
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
    this.#options.instruments.items(itemsOf(flow));
    this.#options.instruments.dimensions(this.#options.dimensions());
    this.#checkFlow();
    this.#notify();
  }

  /** Records of a policy that come in have to come out again. */
  #checkFlow(): void {
    const { phase } = this.#state;
    if (phase.at !== "observing" || phase.previous === null) return;
    const held = this.#made.get(keyOf(phase.live.proposal));
    const stalled = stalledPaths(this.#flowAtCommit.flow, this.#flow.flow, held?.compilation.effective ?? []);
    if (stalled.length === 0) return;
    const words = stalled.map((policy) => `policy ${policy}: its spans come in and none leaves`).join("\n");
    this.#dispatch({ type: "breached", number: phase.live.number, at: this.#options.site.clock.now(), words });
  }

  flowPort(): number | null {
    return this.#engine.flowPort;
  }

  dropped(): Promise<number | null> {
    return this.#engine.dropped();
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
      ready: isReady(this.#state, this.#engine.isHealthy),
      live: liveView(this.#state, this.#liveSince),
      lastReload: this.#reloads.reports.at(-1) ?? null,
      pinned: this.#options.pinned(),
      collector: { version: binary.version, path: binary.path },
      policies: this.#known.policies,
      status: this.#known.status,
      diagnostics: [...this.#known.diagnostics, ...this.#runFindings],
      flow: this.#flow.flow,
      tokens: this.#flow.tokens,
      dimensions: this.#options.dimensions(),
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
    this.#quarantine.cancel();
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
    const was = this.#state;
    const before = liveOf(was.phase);
    const { state, effects } = transition(this.#state, event);
    this.#state = state;
    const live = liveOf(state.phase);
    const needed = new Set([
      ...keysIn(was.phase),
      ...keysIn(state.phase),
      ...(this.#input === null ? [] : [keyOf(this.#input.proposal)]),
    ]);
    this.#made = new Map([...this.#made].filter(([key]) => needed.has(key)));
    if (live !== before) {
      this.#flowAtCommit = this.#flow;
      const { site, instruments } = this.#options;
      this.#liveSince = this.#options.wall.now();
      instruments.generation(
        live === null ? null : { digest: live.proposal.digest, collectorVersion: site.binary.version },
      );
    }
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    if (effect.type !== "report") {
      if (effect.type === "try") {
        this.#notes.begins(effect.candidate.attempt);
        this.#reloads.stepBegins(effect.candidate, effect.step, this.#known.compileMs);
      }
      this.#engine.perform(effect);
      return;
    }
    const words = effect.words ?? (effect.reason === "compile_error" ? firstError(this.#known) : null);
    const { report, found, cause } = this.#reloads.report(
      { ...effect, words },
      this.#known.compileMs,
      this.#engine.gapMs,
    );
    if (report.outcome === "committed") this.#runFindings = [];
    else if (found !== null) {
      this.#runFindings = [found];
      this.#tellFindings();
    }
    if (report.outcome !== "unchanged")
      this.#notes.add({ attempt: effect.attempt, report, cause, state: this.#state, made: this.#made });
    if (!this.#searches(effect, report)) this.#conclude(report);
  }

  /** Where policies may be at fault that is found out first; the report that counts is then the one without them. */
  #searches({ reason, digest, since }: Extract<Effect, { type: "report" }>, report: ReloadReport): boolean {
    const { phase, bad } = this.#state;
    const input = this.#input;
    if (input === null || input.proposal.digest !== digest || phase.at === "stopping") return false;
    const key = keyOf(input.proposal);
    const held = this.#made.get(key);
    if (held === undefined || !bad.has(key) || reason === "known_bad" || held.isPinned) return false;
    const live = liveOf(phase);
    const inService = policyFiles(live === null ? undefined : this.#made.get(keyOf(live.proposal)));
    return this.#quarantine.begin({ reason, words: report.words ?? "", held, inService }, (asides) => {
      if (asides === null || asides.length === 0) this.#conclude(report);
      else this.#options.setAside(asides, since);
    });
  }

  #conclude(report: ReloadReport): void {
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
