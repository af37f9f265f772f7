import type { Command } from "../command.ts";
import { collectorExit, exit, usualExits } from "../exit.ts";
import * as flag from "../flag-table.ts";
import { runAgent } from "../run-agent.ts";

export const agent: Command = {
  name: "agent",
  group: "Run",
  summary: "watch policies and keep a Collector running what they say",
  about:
    "Watches policy folders, proves every change on a Collector beside the running one and hands over without refusing a request. A policy with errors never disturbs what runs. HUP looks again, TERM stops in order.",
  operands: "",
  arity: { least: 0, most: 0 },
  flags: [
    flag.policyDir,
    flag.base,
    flag.dataPlane,
    flag.allowEndpoint,
    flag.rootNamespace,
    flag.namespaceBudget,
    flag.prices,
    flag.collector,
    flag.agentTopology,
    flag.ingest,
    flag.telemetryPort,
    flag.flowPort,
    flag.collectorMode,
    flag.configOut,
    flag.pidFile,
    flag.processName,
    flag.runDir,
    flag.debounce,
    flag.resync,
    flag.reloadTimeout,
    flag.noStandby,
    flag.listen,
    flag.once,
    flag.writeStatus,
    flag.serviceAccount,
    flag.nodeNamespaces,
    flag.nodeName,
    flag.logLevel,
    flag.logFormat,
  ],
  examples: [
    { does: "one folder, everything else by default", line: "otel-policy agent --policy-dir samples/02-model-metrics" },
    {
      does: "the log for machines",
      line: "otel-policy agent --policy-dir samples/01-draft-example --log-format json",
    },
  ],
  exits: {
    [exit.ok]: "stopped when asked, or with --once: all applied",
    [exit.findings]: "could not start or go on, or with --once: not all applied",
    ...collectorExit,
    ...usualExits,
  },
  run: runAgent,
};
