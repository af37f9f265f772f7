import type { AgentOptions } from "../agent/options.ts";
import type { ExternalIngestPorts } from "../agent/site.ts";
import type { CollectorBinary } from "../collector/find.ts";
import { withMemoryShare } from "../collector/memory-share.ts";
import { systemClock } from "../collector/system-clock.ts";
import type { Log } from "../telemetry/log.ts";
import type { Call } from "./command.ts";
import { readBase, readPriceFile } from "./compiled.ts";
import * as flag from "./flag-table.ts";
import { logFindings } from "./log-findings.ts";
import { namespaceSource } from "./node-namespaces.ts";
import { ownRunDir } from "./own-run-dir.ts";
import { UsageError } from "./usage-error.ts";

/** Flags of `agent` → options of the agent. */
export const agentOptions = async (call: Call, collector: CollectorBinary, log: Log): Promise<AgentOptions> => {
  const { flags, terminal, parts } = call;
  const policyDirs = flags.get(flag.policyDir);
  if (policyDirs.length === 0)
    throw new UsageError("the agent needs to know where the policies are: --policy-dir FOLDER");
  const externalIngest = externalIngestOf(call);
  const once = flags.get(flag.once);
  const listen = once ? null : flags.get(flag.listen);
  const budgets = flags.get(flag.namespaceBudget);
  const [base, prices, compile, serve, namespaces] = await Promise.all([
    readBase(flags.get(flag.base)),
    readPriceFile(flags.get(flag.prices)),
    parts.compile(),
    listen === null ? null : parts.serve(),
    namespaceSource(call),
  ]);
  return {
    policyDirs,
    base,
    dataPlanes: flags.get(flag.dataPlane),
    rootNamespace: flags.get(flag.rootNamespace),
    allowEndpoints: flags.get(flag.allowEndpoint),
    redirectSinks: null,
    collector,
    ...topologyOf(call),
    externalIngest,
    namespaceSource: namespaces,
    env: withMemoryShare(terminal.env, externalIngest === null ? 3 : 2),
    runDir: flags.get(flag.runDir) ?? ownRunDir(terminal.env),
    debounceMs: flags.get(flag.debounce),
    resyncMs: flags.get(flag.resync),
    reloadTimeoutMs: flags.get(flag.reloadTimeout),
    standby: !flags.get(flag.noStandby),
    listen,
    serve,
    once,
    log,
    clock: systemClock,
    onFinding: logFindings(log),
    compile: (files, options) => compile(files, { ...options, prices, budgets }),
  };
};

const externalIngestOf = ({ flags }: Call): ExternalIngestPorts | null => {
  if (flags.get(flag.ingest) === "child") return null;
  if (flags.get(flag.agentTopology) === "single" || flags.get(flag.collectorMode) !== "child")
    throw new UsageError("--ingest external goes with --topology handover: a single Collector has no ingest");
  return { telemetryPort: flags.get(flag.telemetryPort), flowPort: flags.get(flag.flowPort) };
};

/** A Collector that others run has one config, so a mode other than `child` means the single topology. */
const topologyOf = ({ flags }: Call): Pick<AgentOptions, "topology" | "collectorMode"> => {
  const kind = flags.get(flag.collectorMode);
  const wanted = flags.get(flag.agentTopology);
  const configOut = flags.get(flag.configOut);
  if (kind === "child") {
    if (configOut !== null) throw new UsageError("--config-out is for --collector-mode signal or none");
    return { topology: wanted, collectorMode: { kind } };
  }
  if (wanted === "handover" && flags.has(flag.agentTopology))
    throw new UsageError(`--collector-mode ${kind} has one Collector: it goes with --topology single`);
  if (configOut === null)
    throw new UsageError(`--collector-mode ${kind} needs to know where to write: --config-out FILE`);
  if (kind === "none") return { topology: "single", collectorMode: { kind, configOut } };
  const [pidFile, processName] = [flags.get(flag.pidFile), flags.get(flag.processName)];
  if ((pidFile === null) === (processName === null))
    throw new UsageError("--collector-mode signal needs to know the process: --pid-file FILE or --process-name NAME");
  const find = pidFile !== null ? { pidFile } : { processName: processName ?? "" };
  return { topology: "single", collectorMode: { kind, configOut, find } };
};
