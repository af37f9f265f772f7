import type { AgentOptions } from "../agent/options.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { placeOf } from "../diagnostics/format/text.ts";
import type { Log } from "../telemetry/log.ts";

const levels = { error: "error", warning: "warn", info: "debug" } as const;

/** Logs the findings of each input, one event each; what was said of the input before is not said again. */
export const logFindings = (log: Log): AgentOptions["onFinding"] => {
  let said: ReadonlySet<string> = new Set();
  return (diagnostics, sources) => {
    const all = diagnostics.map((found) => ({
      ...found,
      place: found.at === null ? null : placeOf(found.at, sources),
    }));
    for (const found of all) {
      if (said.has(keyOf(found))) continue;
      const { code, place, policy, why, fix } = found;
      log(levels[found.severity], found.message, {
        code,
        at: place ?? undefined,
        policy: policy ?? undefined,
        why,
        fix,
      });
    }
    const now = new Set(all.map(keyOf));
    const gone = [...said].filter((key) => !now.has(key)).length;
    if (gone > 0) log("info", gone === 1 ? "a finding is gone" : `${gone} findings are gone`);
    said = now;
  };
};

const keyOf = ({ code, message, place }: Diagnostic & { readonly place: string | null }): string =>
  `${code} ${place ?? ""} ${message}`;
