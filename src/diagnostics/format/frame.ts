import { positionOf, type Span } from "../source.ts";
import { printable, widthOf } from "./printable.ts";
import { redactLine } from "./redact.ts";

/** Lines shown before the one that is meant. */
const linesBefore = 2;
/** Longer lines are cut around the marked part. */
const maxWidth = 120;

export type FrameLine = {
  readonly gutter: string;
  readonly text: string;
  readonly kind: "context" | "marked" | "caret";
};

/** The place in its file: up to two lines before, the line itself, and carets under the span's first line. */
export const codeFrame = (text: string, span: Span): readonly FrameLine[] => {
  const { line, column } = positionOf(text, span.start);
  const lines = text.split("\n", line);
  const width = String(line).length;
  const rows: FrameLine[] = [];
  const full = (lines[line - 1] ?? "").replace(/\r$/, "");
  const window = windowOf(full, column - 1);
  for (let number = Math.max(1, line - linesBefore); number <= line; number++) {
    const marked = number === line;
    const raw = (lines[number - 1] ?? "").replace(/\r$/, "");
    const redacted = redactLine(raw, lines[number - 2] ?? "");
    const shown = marked ? cut(redacted, window) : cut(redacted, { from: window.from, to: window.from + maxWidth });
    const gutter = `${marked ? " > " : "   "}${String(number).padStart(width)} |`;
    rows.push({ gutter, text: shown, kind: marked ? "marked" : "context" });
  }
  const length = Math.max(Math.min(span.end, span.start + full.length - (column - 1)) - span.start, 1);
  const before = cut(full, { from: window.from, to: Math.min(column - 1, window.to) }, false);
  const under = cut(full, { from: column - 1, to: Math.min(column - 1 + length, window.to) }, false);
  const lead = (window.from > 0 ? 1 : 0) + columns(before);
  const carets = " ".repeat(lead) + "^".repeat(Math.max(columns(under), 1));
  return [...rows, { gutter: `${" ".repeat(3 + width)} |`, text: carets, kind: "caret" }];
};

type Window = { readonly from: number; readonly to: number };

const windowOf = (line: string, at: number): Window => {
  if (line.length <= maxWidth) return { from: 0, to: line.length };
  const from = at < maxWidth * 0.75 ? 0 : at - Math.floor(maxWidth / 2);
  return { from, to: Math.min(from + maxWidth, line.length) };
};

/** Tabs become single spaces, so that carets stand right whatever a terminal does with tabs. */
const cut = (line: string, { from, to }: Window, ends = true): string => {
  const part = printable(line.slice(from, to).replaceAll("\t", " "));
  if (!ends) return part;
  return `${from > 0 ? "…" : ""}${part}${to < line.length ? "…" : ""}`;
};

const columns = (text: string): number => [...text].reduce((sum, char) => sum + widthOf(char), 0);
