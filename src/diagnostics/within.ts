import type { Span } from "./source.ts";

/**
 * The place of a part of a YAML scalar's value. Plain scalars, quoted ones without escapes and literal blocks (`|`)
 * are spelled as they read; null for what was folded or escaped, where only the whole scalar can be pointed at.
 */
export const spanWithin = (
  text: string,
  scalar: Span,
  value: string,
  part: { readonly start: number; readonly end: number },
): Span | null => {
  const written = text.slice(scalar.start, scalar.end);
  const from = written.startsWith("|")
    ? literalOffset(written, value, part.start)
    : plainOffset(written, value, part.start);
  const last = Math.max(part.end - 1, part.start);
  const to = written.startsWith("|") ? literalOffset(written, value, last) : plainOffset(written, value, last);
  if (from === null || to === null) return null;
  return { file: scalar.file, start: scalar.start + from, end: scalar.start + to + (part.end > part.start ? 1 : 0) };
};

const plainOffset = (written: string, value: string, at: number): number | null => {
  if (written === value) return at;
  const quote = written[0];
  return (quote === '"' || quote === "'") && written === quote + value + quote ? at + 1 : null;
};

/** A literal block: a header line, then one line per line of the value, indented. */
const literalOffset = (written: string, value: string, at: number): number | null => {
  const lines = written.split("\n");
  const line = value.slice(0, at).split("\n").length;
  const wanted = value.split("\n")[line - 1] ?? "";
  const found = (lines[line] ?? "").replace(/\r$/, "");
  if (!found.endsWith(wanted) || found.slice(0, found.length - wanted.length).trim() !== "") return null;
  const start = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0);
  return start + found.length - wanted.length + at - (value.lastIndexOf("\n", at - 1) + 1);
};
