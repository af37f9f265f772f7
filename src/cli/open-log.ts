import { systemClock } from "../collector/system-clock.ts";
import type { Log } from "../telemetry/log.ts";
import type { Call } from "./command.ts";
import * as flag from "./flag-table.ts";
import { wantsColor } from "./paint.ts";

/** The log on stderr as the flags want it. */
export const openLog = async ({ flags, terminal, parts }: Call): Promise<Log> => {
  const createLog = await parts.createLog();
  return createLog({
    level: flags.get(flag.logLevel),
    format: flags.get(flag.logFormat) ?? (terminal.err.isTerminal ? "pretty" : "logfmt"),
    color: wantsColor(flags.get(flag.color), terminal.err, terminal.env),
    clock: systemClock,
    write: terminal.err.write,
  });
};
