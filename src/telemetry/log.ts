import type { Clock } from "../base/clock.ts";
import { type LogEvent, type LogFields, type LogLevel, logLevels } from "./log-event.ts";
import { type LogFormat, lineOf } from "./log-format.ts";
import { redactFields, redactText } from "./redact.ts";
import { createRepeats } from "./repeats.ts";

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
  const print = (event: LogEvent): void => options.write(lineOf(event, clock.now(), format, color));

  const flush = (now: number): void => {
    for (const late of repeats.due(now)) print(late);
  };
  const logWith = (bound: LogFields): Log => {
    const log = (level: LogLevel, message: string, given: LogFields = {}): void => {
      if (logLevels.indexOf(level) < lowest) return;
      flush(clock.now());
      const event = { level, message: redactText(message), fields: redactFields({ ...bound, ...given }) };
      if (repeats.mayPass(event, clock.now())) print(event);
    };
    return Object.assign(log, {
      with: (fields: LogFields) => logWith({ ...bound, ...fields }),
      flush: () => flush(Infinity),
    });
  };
  return logWith({});
};
