import type { Agent } from "../../agent/agent.ts";
import { StartError } from "../../agent/start-error.ts";
import type { CollectorBinary } from "../../collector/find.ts";
import { systemClock } from "../../collector/system-clock.ts";
import { formatText } from "../../diagnostics/format/text.ts";
import type { SourceFile } from "../../diagnostics/source.ts";
import { budgetsOf } from "../../plan/budgets.ts";
import { budgetRules } from "../../render/budget-rules.ts";
import type { Sender } from "../../traffic/sender.ts";
import { exit } from "../exit.ts";
import { wantsColor } from "../paint.ts";
import { openDisplay } from "./display.ts";
import { firstEnding } from "./ending.ts";
import { endpointsOf } from "./endpoints.ts";
import type { DevOptions } from "./options.ts";
import { type DevParts, realParts } from "./parts.ts";
import { policyPath, readBase, usableCollector } from "./prepare.ts";
import { dashboardPath, getPrometheus } from "./prometheus.ts";
import { keepShowing } from "./show.ts";
import { openStage, type Stage } from "./stage.ts";
import { startTraffic } from "./traffic.ts";
import { count, elapsed } from "./words.ts";

/** Runs the agent on this machine, feeds it, and shows what it does until it is told to end. Answers the exit code. */
export const runDev = async (options: DevOptions, parts: DevParts = realParts): Promise<number> => {
  const { terminal } = options;
  const base = await readBase(options.base);
  const policies = await policyPath(options);
  const collector = await usableCollector(options, parts);
  if (collector === null) return exit.noCollector;
  terminal.err.write(`starting Collector… ${collector.version}, ${collector.path}\n`);
  const stage = await openStage();
  let keep = true;
  try {
    const code = await play(options, parts, { base, policies, collector, stage });
    keep = code !== exit.ok;
    return code;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    keep = false;
    terminal.err.write(
      `${formatText(error.diagnostics, new Map(), { color: wantsColor(options.color, terminal.err, terminal.env) }).trimEnd()}\n`,
    );
    return exit.findings;
  } finally {
    await stage.close(keep);
    if (keep) terminal.err.write(`the logs are in ${stage.folder}\n`);
  }
};

type Scenery = {
  readonly base: SourceFile;
  readonly policies: string;
  readonly collector: CollectorBinary;
  readonly stage: Stage;
};

const play = async (
  options: DevOptions,
  parts: DevParts,
  { base, policies, collector, stage }: Scenery,
): Promise<number> => {
  const { terminal } = options;
  const clock = systemClock;
  const began = clock.now();
  let sources: ReadonlyMap<string, string> = new Map();
  const { otlpHttp, scrape } = endpointsOf(base);
  const prometheus =
    scrape === null ? null : await parts.startPrometheus({ env: terminal.env, folder: stage.folder, scrape });
  stage.alsoStop(async () => prometheus?.stop());
  if (prometheus !== null)
    terminal.err.write(`Prometheus at ${prometheus.url}; import ${dashboardPath()} into a Grafana that asks it\n`);
  else if (scrape !== null) terminal.err.write(`${getPrometheus}\n`);
  const agent: Agent = await parts.startAgent({
    policyDirs: [policies],
    base,
    dataPlanes: options.dataPlanes,
    rootNamespace: options.rootNamespace,
    allowEndpoints: options.allowEndpoints,
    redirectSinks: stage.standIn.url,
    collector,
    env: terminal.env,
    collectorStdout: stage.accessLogFd,
    endWithParent: true,
    runDir: stage.folder,
    debounceMs: 100,
    resyncMs: 5_000,
    reloadTimeoutMs: 10_000,
    drainTimeoutMs: 5_000,
    flowEveryMs: 250,
    listen: options.listen,
    serve: options.listen === null ? null : parts.serve,
    once: false,
    log: stage.log,
    clock,
    compile: (files, how) => {
      const compilation = parts.compile(files, how);
      prometheus?.tellBudgets(budgetRules(budgetsOf(compilation.effective)));
      return compilation;
    },
    onFinding: (_, texts) => {
      sources = texts;
    },
  });
  let sender: Sender | null = null;
  const feed = (): void => {
    if (sender !== null || otlpHttp === null || options.requestsPerSecond === 0 || !agent.view().ready) return;
    display.say(
      `ready after ${clock.now() - began} ms; sending ${options.requestsPerSecond} requests a second to ${otlpHttp}`,
    );
    const targets = (): readonly string[] => agent.view().policies.flatMap((policy) => policy.targets);
    sender = startTraffic({ endpoint: otlpHttp, perSecond: options.requestsPerSecond, clock, targets });
  };
  const ending = firstEnding(options.durationMs, agent.stopped);
  const display = openDisplay(options, ending.quit);
  const unsubscribe = agent.subscribe(feed);
  feed();
  const shown = { agent, stage, sender: () => sender, sources: () => sources, policies, scrape, clock };
  const stopShowing = keepShowing(shown, display);

  const end = await ending.ended;
  unsubscribe();
  const sent = await (sender as Sender | null)?.stop();
  const last = await stopShowing();
  display.close();
  if (end.because !== "agent") {
    terminal.err.write("stopping…\n");
    // Asked again meanwhile: the agent then ends at once.
    ending.again(() => void agent.stop());
    await agent.stop();
  }
  ending.release();
  const tried = last.readySince === null ? "never ready" : `up ${elapsed(last.now - last.readySince)}`;
  terminal.err.write(
    `${tried}: ${count(sent?.acceptedItems ?? 0)} records taken, ${count(sent?.refusedRequests ?? 0)} requests refused, ${last.view.live?.number ?? 0} generations\n`,
  );
  if (end.because !== "agent") return exit.ok;
  terminal.err.write(`the agent ended by itself: ${end.reason}\n`);
  return exit.findings;
};
