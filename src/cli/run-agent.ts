import type { Agent } from "../agent/agent.ts";
import { StartError } from "../agent/start-error.ts";
import { systemClock } from "../collector/system-clock.ts";
import { hasErrors } from "../diagnostics/diagnostic.ts";
import { agentOptions } from "./agent-options.ts";
import type { Call } from "./command.ts";
import { exit } from "./exit.ts";
import * as flag from "./flag-table.ts";
import { openLog } from "./open-log.ts";
import { packageVersion } from "./package-root.ts";
import { statusWriting } from "./status-writing.ts";
import { holdSignals, untilStopped } from "./until-stopped.ts";
import { wantedCollector } from "./wanted-collector.ts";

const lastExportMs = 2000;

/** Starts the agent, passes signals on, and answers the exit code when it has ended. */
export const runAgent = async (call: Call): Promise<number> => {
  const { flags, terminal, parts } = call;
  const log = await openLog(call);
  const collector = await wantedCollector(call);
  if (collector === "unusable") return exit.noCollector;
  const [options, writeStatus] = await Promise.all([agentOptions(call, collector, log), statusWriting(call)]);
  // Before the agent's floors take their meters and tracers.
  const startSdk = await parts.startSdk();
  const { sdk, problem } = await startSdk({
    env: terminal.env,
    version: packageVersion(),
    log,
    clock: systemClock,
  });
  if (problem !== null) log("warn", problem.message, { code: problem.code, fix: problem.fix });
  const signals = holdSignals();
  try {
    const startAgent = await parts.startAgent();
    const agent = await startAgent(options);
    const stopWriting = writeStatus?.(agent, log);
    const { reason, asked } = await untilStopped(agent, log, signals).finally(() => stopWriting?.());
    log("info", "stopped", { reason });
    return asked || hasApplied(agent, flags.get(flag.once)) ? exit.ok : exit.findings;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    for (const { code, message, why, fix } of error.diagnostics) log("error", message, { code, why, fix });
    return exit.findings;
  } finally {
    signals.release();
    await sdk?.shutdown(lastExportMs);
    log.flush();
  }
};

/** `--once` has done its work when the last try left all policies applied: an init container must not pass without some. */
const hasApplied = (agent: Agent, once: boolean): boolean => {
  const { lastReload, diagnostics } = agent.view();
  const outcome = lastReload?.outcome;
  return once && (outcome === "committed" || outcome === "unchanged") && !hasErrors(diagnostics);
};
