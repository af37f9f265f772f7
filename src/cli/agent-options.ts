import type { AgentOptions } from "../agent/options.ts";
import type { CollectorBinary } from "../collector/find.ts";
import { withMemoryShare } from "../collector/memory-share.ts";
import { systemClock } from "../collector/system-clock.ts";
import type { Log } from "../telemetry/log.ts";
import type { Call } from "./command.ts";
import { readBase, readPriceFile } from "./compiled.ts";
import * as flag from "./flag-table.ts";
import { logFindings } from "./log-findings.ts";
import { ownRunDir } from "./own-run-dir.ts";
import { UsageError } from "./usage-error.ts";

/** Flags of `agent` → options of the agent. */
export const agentOptions = async (call: Call, collector: CollectorBinary, log: Log): Promise<AgentOptions> => {
  const { flags, terminal, parts } = call;
  const policyDirs = flags.get(flag.policyDir);
  if (policyDirs.length === 0)
    throw new UsageError("the agent needs to know where the policies are: --policy-dir FOLDER");
  const once = flags.get(flag.once);
  const listen = once ? null : flags.get(flag.listen);
  const [base, prices, compile, serve] = await Promise.all([
    readBase(flags.get(flag.base)),
    readPriceFile(flags.get(flag.prices)),
    parts.compile(),
    listen === null ? null : parts.serve(),
  ]);
  return {
    policyDirs,
    base,
    dataPlanes: flags.get(flag.dataPlane),
    rootNamespace: flags.get(flag.rootNamespace),
    allowEndpoints: flags.get(flag.allowEndpoint),
    redirectSinks: null,
    collector,
    env: withMemoryShare(terminal.env),
    runDir: flags.get(flag.runDir) ?? ownRunDir(terminal.env),
    debounceMs: flags.get(flag.debounce),
    resyncMs: flags.get(flag.resync),
    reloadTimeoutMs: flags.get(flag.reloadTimeout),
    listen,
    serve,
    once,
    log,
    clock: systemClock,
    onFinding: logFindings(log),
    compile: prices === null ? compile : (files, options) => compile(files, { ...options, prices }),
  };
};
