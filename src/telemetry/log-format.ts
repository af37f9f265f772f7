import { styleText } from "node:util";
import type { Instant } from "../base/clock.ts";
import type { LogEvent } from "./log-event.ts";

export type LogFormat = "logfmt" | "json" | "pretty";

/** One event as one line with its line end. Whatever was in the texts, it stays one line and moves no cursor. */
export const lineOf = (event: LogEvent, now: Instant, format: LogFormat, color: boolean): string => {
  const at = new Date(now).toISOString(); // RFC 3339, UTC
  const fields = Object.entries(event.fields).filter(([, value]) => value !== undefined);
  switch (format) {
    case "json":
      return `${escapeC1(JSON.stringify({ ...Object.fromEntries(fields), ts: at, level: event.level, msg: event.message }))}\n`;
    case "logfmt":
      return `${[
        `ts=${at}`,
        `level=${event.level}`,
        `msg=${quoted(event.message)}`,
        ...fields.map(([name, value]) => `${name.replace(/[\s="\x00-\x1f\x7f-\x9f]+/g, "_")}=${quoted(String(value))}`),
      ].join(" ")}\n`;
    case "pretty":
      return `${[
        paint("dim", at.slice(11, 23), color),
        paint(colors[event.level], event.level.toUpperCase().padEnd(5), color),
        printable(event.message),
        ...fields.map(([name, value]) => paint("dim", `${printable(name)}=${quoted(String(value))}`, color)),
      ].join(" ")}\n`;
  }
};

const colors = { debug: "gray", info: "green", warn: "yellow", error: "red" } as const;

const paint = (style: Parameters<typeof styleText>[0], text: string, color: boolean): string =>
  color ? styleText(style, text, { validateStream: false }) : text;

/** logfmt: bare when it can be, else a JSON string. */
const quoted = (text: string): string =>
  /^[^\s="\\\x00-\x1f\x7f-\x9f]+$/.test(text) ? text : escapeC1(JSON.stringify(text));

const printable = (text: string): string =>
  escapeC1(JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("\\\\", "\\"));

/** JSON leaves DEL and the C1 controls as they are; terminals obey some of them. */
const escapeC1 = (text: string): string =>
  text.replace(/[\x7f-\x9f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
