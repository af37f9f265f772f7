import type { LogEvent } from "./log-event.ts";

/** Holds back lines that repeat, and says later how many there were. */
export type Repeats = {
  readonly mayPass: (line: LogEvent, now: number) => boolean;
  /** The last of each kind of line that was held back and whose time is up, with the field `repeated`. */
  readonly due: (now: number) => readonly LogEvent[];
};

/** Lines of the same level, message and process that pass within a window; the rest are counted. */
const burst = 5;
const windowMs = 10_000;
/** Kinds of lines remembered at a time; with more, the oldest is forgotten after its count is told. */
const maxKinds = 500;

export const createRepeats = (): Repeats => {
  const kinds = new Map<string, { readonly since: number; passed: number; held: number; last: LogEvent }>();
  let overdue: LogEvent[] = [];
  const told = (kind: { readonly held: number; readonly last: LogEvent }): readonly LogEvent[] =>
    kind.held === 0 ? [] : [{ ...kind.last, fields: { ...kind.last.fields, repeated: kind.held } }];

  return {
    mayPass: (line, now) => {
      const key = `${line.level}\0${line.message}\0${line.fields["process"] ?? ""}`;
      const kind = kinds.get(key);
      if (kind === undefined) {
        const [oldest] = kinds;
        if (kinds.size >= maxKinds && oldest !== undefined) {
          overdue.push(...told(oldest[1]));
          kinds.delete(oldest[0]);
        }
        kinds.set(key, { since: now, passed: 1, held: 0, last: line });
        return true;
      }
      kind.last = line;
      if (kind.passed < burst) {
        kind.passed += 1;
        return true;
      }
      kind.held += 1;
      return false;
    },
    due: (now) => {
      const lines = overdue;
      overdue = [];
      // In the order of their first line, so the first one still in its window ends the search.
      for (const [key, kind] of kinds) {
        if (now - kind.since < windowMs) break;
        kinds.delete(key);
        lines.push(...told(kind));
      }
      return lines;
    },
  };
};
