import type { Clock } from "../base/clock.ts";
import { type LogFormat, lineOf } from "./log-format.ts";
import { redactFields, redactText } from "./redact.ts";
import { createRepeats } from "./repeats.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export type LogFields = { readonly [field: string]: string | number | boolean | null | undefined };

/** Where the agent says what it does: one event, one line. `generation`, `policy` and `trace_id` are the common fields. */
export type Log = ((level: LogLevel, message: string, fields?: LogFields) => void) & {
  /** A log whose lines all have these fields. */
  readonly with: (fields: LogFields) => Log;
  /** Writes the counts of lines that were held back. Call it before the end. */
  readonly flush: () => void;
};

export type LogOptions = {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Colours, for `pretty` on a terminal. */
  readonly color?: boolean;
  readonly clock: Pick<Clock, "now">;
  /** Gets whole lines with their line end. */
  readonly write: (text: string) => void;
};

export const createLog = (options: LogOptions): Log => {
  const { clock, format, color = false } = options;
  const lowest = logLevels.indexOf(options.level);
  const repeats = createRepeats();
  const print = (level: LogLevel, message: string, fields: LogFields): void =>
    options.write(lineOf({ at: clock.now(), level, message, fields }, format, color));

  const flush = (now: number): void => {
    for (const late of repeats.due(now)) print(late.level, late.message, late.fields);
  };
  const logWith = (bound: LogFields): Log => {
    const log = (level: LogLevel, message: string, given: LogFields = {}): void => {
      if (logLevels.indexOf(level) < lowest) return;
      flush(clock.now());
      const line = { level, message: redactText(message), fields: redactFields({ ...bound, ...given }) };
      if (repeats.mayPass(line, clock.now())) print(level, line.message, line.fields);
    };
    return Object.assign(log, {
      with: (fields: LogFields) => logWith({ ...bound, ...fields }),
      flush: () => flush(Infinity),
    });
  };
  return logWith({});
};
