import type { Diagnostic } from "../diagnostic.ts";
import { type Position, positionOf, type Span } from "../source.ts";
import { countsOf } from "./summary.ts";
import type { Sources } from "./text.ts";

/**
 * For programs: `{"diagnostics": […], "summary": {errors, warnings, infos}}`. Lines and columns are 1-based, columns
 * in UTF-16 units; offsets are 0-based UTF-16 units; all null when the file's text is not at hand.
 */
export const formatJson = (diagnostics: readonly Diagnostic[], sources: Sources): string => {
  const rows = diagnostics.map((finding) => ({
    code: finding.code,
    severity: finding.severity,
    message: finding.message,
    why: finding.why,
    fix: finding.fix,
    policy: finding.policy,
    at: finding.at === null ? null : place(finding.at, sources),
    related: finding.related.map(({ span, message }) => ({ message, at: place(span, sources) })),
  }));
  return `${JSON.stringify({ diagnostics: rows, summary: countsOf(diagnostics) }, null, 2)}\n`;
};

const place = (span: Span, sources: Sources) => {
  const source = sources.get(span.file);
  const position = (offset: number): (Position & { readonly offset: number }) | null =>
    source === undefined ? null : { ...positionOf(source, offset), offset };
  return { file: span.file, start: position(span.start), end: position(span.end) };
};
