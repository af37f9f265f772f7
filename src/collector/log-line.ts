import type { Json } from "../base/canonical.ts";

/** One line that a Collector wrote to stderr. */
export type CollectorLine = {
  readonly level: "debug" | "info" | "warn" | "error";
  /** The Collector's own time stamp; null where the line is not one of its log lines (panics, `Error: …`). */
  readonly at: string | null;
  readonly message: string;
  /** Structured fields, without those that repeat in every line; names without their `otelcol.` prefix. */
  readonly fields: { readonly [key: string]: string };
};

const levels: { readonly [word: string]: CollectorLine["level"] } = {
  debug: "debug",
  info: "info",
  warn: "warn",
  error: "error",
  dpanic: "error",
  panic: "error",
  fatal: "error",
};

/**
 * Reads the two encodings of `service.telemetry.logs.encoding`. Console (the default) is tab-separated:
 * time, level, [logger,] caller, message, [JSON fields]. Anything else is passed on as it is.
 */
export const parseLogLine = (line: string): CollectorLine => consoleLine(line) ?? jsonLine(line) ?? plainLine(line);

const consoleLine = (line: string): CollectorLine | null => {
  const [at = "", word = "", ...rest] = line.split("\t");
  const level = levels[word];
  if (level === undefined || !/^\d{4}-\d\d-\d\dT/.test(at)) return null;
  const last = rest.at(-1) ?? "";
  const fields = last.startsWith("{") ? jsonObject(last) : null;
  const words = fields === null ? rest : rest.slice(0, -1);
  // The caller is a place in the Collector's sources, before which a logger's name may stand.
  const caller = words.findIndex((part) => /\.go:\d+$/.test(part));
  return { level, at, message: words.slice(caller + 1).join(" "), fields: flat(fields ?? {}) };
};

const jsonLine = (line: string): CollectorLine | null => {
  if (!line.startsWith("{")) return null;
  const object = jsonObject(line);
  if (object === null) return null;
  const { level: word, ts, msg, caller: _caller, logger: _logger, ...fields } = object;
  const level = typeof word === "string" ? levels[word] : undefined;
  if (level === undefined || typeof msg !== "string") return null;
  return { level, at: ts === undefined || ts === null ? null : text(ts), message: msg, fields: flat(fields) };
};

/** cobra's `Error: …` and the first line of a Go panic are why a Collector ends; stack traces only follow them. */
const plainLine = (line: string): CollectorLine => {
  const ending = /^(?:Error|panic|fatal error): /.test(line) || line.startsWith("SIGSEGV");
  const trace = /^(?:\s|goroutine \d|created by |[\w./-]+\(.*\)$)/.test(line);
  return { level: ending ? "error" : trace ? "debug" : "info", at: null, message: line.trim(), fields: {} };
};

/** `resource` and `kind` are the same in every line of a process or component. */
const noise: ReadonlySet<string> = new Set(["resource", "otelcol.component.kind"]);

const flat = (fields: { readonly [key: string]: Json | undefined }): { readonly [key: string]: string } =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([key]) => !noise.has(key))
      .map(([key, value]) => [
        key.replace(/^otelcol\.(component\.)?/, (_, part) => (part ? "component." : "")),
        text(value),
      ]),
  );

const text = (value: Json | undefined): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

const jsonObject = (line: string): { readonly [key: string]: Json } | null => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as { readonly [key: string]: Json })
      : null;
  } catch {
    return null; // cut off, or not JSON after all: the line is shown as text
  }
};

/** A line that says that lines are missing. */
export const skipped = (bytes: number): CollectorLine => ({
  level: "warn",
  at: null,
  message: `${bytes} bytes of log were skipped: more was written than is read`,
  fields: {},
});
