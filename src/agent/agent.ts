import { unwritable } from "../collector/atomic-file.ts";
import { openRunDir } from "../collector/run-dir.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { createInstruments, globalProviders } from "../telemetry/instruments.ts";
import { debounce } from "./debounce.ts";
import { Dimensions } from "./dimensions.ts";
import { FlowWatch } from "./flow-watch.ts";
import { History } from "./history.ts";
import type { CompileFiles } from "./hold-back.ts";
import { Loop } from "./loop.ts";
import { NodeNamespaces } from "./node-namespaces.ts";
import type { AgentOptions, Served } from "./options.ts";
import { removeConfigs } from "./orphans.ts";
import { QueueRoom } from "./queue-room.ts";
import { Reader } from "./reader.ts";
import { Runner } from "./runner.ts";
import { SeriesWatch } from "./series-watch.ts";
import { serveAt } from "./serve-at.ts";
import { SingleRunner } from "./single-runner.ts";
import { pause, type Site } from "./site.ts";
import { StartError } from "./start-error.ts";
import { steadyClock } from "./steady-clock.ts";
import type { AgentView } from "./view.ts";
import { Watch } from "./watch.ts";

/** A running agent. */
export type Agent = {
  view(): AgentView;
  /** Calls `listener` after every change of the view; the answer ends that. */
  subscribe(listener: (view: AgentView) => void): () => void;
  /** Reads everything again, and tries what failed before once more. */
  reload(): void;
  /** Stops in order; a second call stops at once. Resolves when no Collector runs any more. */
  stop(): Promise<void>;
  /** Resolves when the agent has ended, for whatever reason. */
  readonly stopped: Promise<{ readonly reason: string }>;
  /** Where it serves, or null. */
  readonly url: string | null;
};

/** How often folders are looked at although no event came, in milliseconds. */
const lookMs = 1000;

/** How long the first reading waits for the namespaces of this node. */
const namespacesMs = 2000;

/**
 * Watches policies and keeps Collectors running that do what they say. Rejects with a `StartError` when the run
 * directory or the address cannot be used; everything later is told in the view, and never ends the agent by itself.
 */
export const startAgent = async (options: AgentOptions): Promise<Agent> => {
  const { log, policyDirs } = options;
  const clock = steadyClock(options.clock);
  const { value: runDir, diagnostics } = await openRunDir(options.runDir);
  if (runDir === null) throw new StartError(diagnostics);

  const site: Site = {
    binary: options.collector,
    runDir,
    queueRoom: new QueueRoom(runDir.path),
    // Reading a config is mostly garbage: collected half as often, a candidate is there a fifth sooner.
    env: { GOGC: "200", ...options.env },
    stdout: options.collectorStdout ?? "inherit",
    endWithParent: options.endWithParent ?? false,
    externalIngest: options.externalIngest ?? null,
    standby: !options.once && (options.standby ?? true),
    log,
    clock,
    reloadTimeoutMs: options.reloadTimeoutMs,
    drainTimeoutMs: options.drainTimeoutMs ?? 300_000,
    observeMs: options.observeMs ?? 2000,
    hangMs: options.hangMs ?? 30_000,
    stopTimeoutMs: options.stopTimeoutMs ?? 25_000,
  };
  const history = await History.open(runDir.path, log).catch(async (error: unknown) => {
    await runDir.release();
    throw new StartError([unwritable(runDir.path, error)]);
  });
  const instruments = createInstruments(globalProviders());
  const topology = options.topology ?? "handover";
  const mode = options.collectorMode ?? { kind: "child" };
  const dimensions: Dimensions = await Dimensions.open({
    site,
    everyMs: topology === "single" ? null : (options.flowEveryMs ?? 1000),
    onFull: () => reader.again(clock.now()),
  });
  const compile: CompileFiles = (files, counts) =>
    options.compile(files, {
      dataPlanes: options.dataPlanes,
      rootNamespace: options.rootNamespace,
      allowEndpoints: options.allowEndpoints,
      base: options.base,
      topology,
      collector: { version: options.collector.version, components: options.collector.components },
      redirectSinks: options.redirectSinks,
      ingestApart: site.externalIngest !== null,
      namespaces: namespaces?.current ?? null,
      seen: dimensions.seen,
      ...(counts === undefined ? {} : { counts }),
    });
  const { namespaceSource: source = null } = options;
  const namespaces =
    source === null ? null : new NodeNamespaces({ source, clock, log, onChange: () => reader.again(clock.now()) });
  const loop: Loop = new Loop({
    site,
    wall: options.clock,
    instruments,
    onFinding: options.onFinding,
    base: options.base,
    once: options.once,
    compile,
    startEngine: (at, hooks) => (topology === "single" ? new SingleRunner(at, hooks, mode) : new Runner(at, hooks)),
    topology,
    history,
    pinned: () => reader.pinned,
    dimensions: () => dimensions.rows,
    setAside: (asides, since) => reader.setAside(asides, since),
  });
  const reader: Reader = await Reader.create({
    paths: policyDirs,
    runDir: runDir.path,
    clock,
    debounceMs: options.debounceMs,
    compile,
    onReading: (reading) => {
      dimensions.follow(reading.held.compilation.plan);
      loop.read(reading);
    },
    onSame: () => loop.lookedAgain(),
    onBug: (error) => loop.bug(error),
  });
  const reload = (): void => reader.look("request", clock.now());
  const served: Served = {
    view: () => loop.view(),
    config: () => loop.config(),
    history: () => loop.reports(),
    metrics: () => Promise.resolve(instruments.text()),
    reload: () => loop.answerOf(reload),
    ledger: () => history.entries,
    rollback: async (to) => {
      const generation = await history.find(to);
      return "known" in generation
        ? { kind: "unknown", found: diagnostic("TP5019", { digest: to, known: generation.known }, null) }
        : loop.answerOf(() => void reader.pin(generation));
    },
  };

  // The probes first: while the first generation is on its way they say so.
  const server = await serveAt(options, served).catch(async (error: unknown) => {
    await dimensions.stop();
    await runDir.release();
    throw error;
  });
  await loop.takeOver();
  const hints = debounce(
    clock,
    options.debounceMs,
    (since) => reader.look("change", since),
    () => reader.expect(),
  );
  const watch = options.once
    ? null
    : await Watch.start({
        paths: policyDirs,
        clock,
        lookMs: Math.min(lookMs, options.resyncMs),
        onHint: hints.hint,
        onProblem: (words, polling) => {
          instruments.watchError();
          log("warn", polling ? "cannot be told of changes, looks once a second instead" : "trouble watching", {
            words,
          });
        },
      });
  const flow = new FlowWatch(
    site,
    () => loop.flowPort(),
    (rows) => loop.flowed(rows),
    options.flowEveryMs,
  );
  const series = new SeriesWatch(site, () => loop.dropped(), instruments.seriesDropped);
  let cancelResync = (): void => {};
  const resync = (): void => {
    reader.look("resync", clock.now());
    cancelResync = clock.after(options.resyncMs, resync);
  };
  if (watch !== null) cancelResync = clock.after(options.resyncMs, resync);
  // Soon known, all policies of the cluster need not be rendered first; an API server that is down stops nothing.
  if (namespaces !== null) await Promise.race([namespaces.start(), pause(clock, namespacesMs)]);
  reader.look("change", clock.now());

  const stopped = loop.stopped.then(async (end) => {
    cancelResync();
    hints.stop();
    reader.stop();
    flow.stop();
    namespaces?.stop();
    series.stop();
    await watch?.stop();
    await server?.close();
    await dimensions.stop();
    await removeConfigs(runDir.path).catch(() => {}); // the next agent does it
    await runDir.release();
    return end;
  });
  return {
    view: () => loop.view(),
    subscribe: (listener) => loop.subscribe(listener),
    reload,
    stop: async () => {
      reader.stop();
      loop.stop("asked to stop");
      await stopped;
    },
    stopped,
    url: server?.url ?? null,
  };
};
