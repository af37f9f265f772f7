import { styleText } from "node:util";
import type { Severity } from "../code-table.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { positionOf, type Span } from "../source.ts";
import { codeFrame } from "./frame.ts";
import { printable } from "./printable.ts";

export type Sources = ReadonlyMap<string, string>;

/**
 * For people: what and where, the lines in question, why it matters, what to write instead.
 * Diagnostics are separated by an empty line; the text ends with a newline unless it is empty.
 */
export const formatText = (
  diagnostics: readonly Diagnostic[],
  sources: Sources,
  { color }: { readonly color: boolean },
): string => diagnostics.map((finding) => block(finding, sources, color ? colored : plain)).join("\n");

type Style = "bold" | "dim" | "red" | "yellow" | "cyan" | "green";
type Paint = (style: Style, text: string) => string;

const plain: Paint = (_style, text) => text;
/** Whether colours are wanted was decided by the caller, not by the stream. */
const colored: Paint = (style, text) => styleText(style, text, { validateStream: false });

const severityStyle: { readonly [severity in Severity]: Style } = { error: "red", warning: "yellow", info: "cyan" };

const block = (finding: Diagnostic, sources: Sources, paint: Paint): string => {
  const place = finding.at === null ? "" : `${paint("bold", placeOf(finding.at, sources))}  `;
  const style = severityStyle[finding.severity];
  const lines = [`${place}${paint(style, `${finding.severity} ${finding.code}`)}  ${printable(finding.message)}`];
  const source = finding.at === null ? undefined : sources.get(finding.at.file);
  if (finding.at !== null && source !== undefined)
    for (const { gutter, text, kind } of codeFrame(source, finding.at)) {
      const shown = kind === "caret" ? paint(style, text) : text;
      lines.push(`${paint(kind === "marked" ? style : "dim", gutter)} ${shown}`.trimEnd());
    }
  for (const { span, message } of finding.related)
    lines.push(`  ${paint("dim", "also")}  ${placeOf(span, sources)}  ${printable(message)}`);
  lines.push(`  ${paint("dim", "why")}   ${printable(finding.why)}`);
  lines.push(`  ${paint("green", "fix")}   ${printable(finding.fix)}`);
  return `${lines.join("\n")}\n`;
};

/** `file:line:column`, or the file alone when its text is not at hand. */
export const placeOf = (span: Span, sources: Sources): string => {
  const source = sources.get(span.file);
  if (source === undefined) return printable(span.file);
  const { line, column } = positionOf(source, span.start);
  return `${printable(span.file)}:${line}:${column}`;
};
