import { didYouMean } from "../base/suggest.ts";
import { type Details, type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Located, spanOf } from "../diagnostics/origin.ts";
import type { Span } from "../diagnostics/source.ts";
import { spanWithin } from "../diagnostics/within.ts";
import type { Finding } from "./finding.ts";
import { newAllowance } from "./limits.ts";
import { usableNames } from "./vocabulary.ts";

const shorten = (text: string): string => {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
};

/** What to write where the parser's own words do not say it. */
const typeHint = (problem: string): string | null => {
  if (problem.startsWith("has()"))
    return 'has() takes a name, as in has(response.code); for a header write "x-team" in request.headers';
  if (/int (?:==|!=) double|double (?:==|!=) int/.test(problem))
    return "write the whole number without a dot: 200, not 200.0";
  if (/int [=!<>]+ string|string [=!<>]+ int/.test(problem))
    return "write a number without quotes; a header becomes a number with int(…)";
  return null;
};

/** Findings in an expression as diagnostics that point into the file it was written in. */
export const celDiagnostics = (
  findings: readonly Finding[],
  expression: Located<string>,
  sources: ReadonlyMap<string, string>,
  details: Details,
): readonly Diagnostic[] => {
  const scalar = spanOf(expression.origin);
  const text = scalar === null ? undefined : sources.get(scalar.file);
  return findings.map((finding): Diagnostic => {
    const exact =
      scalar === null || text === undefined ? null : spanWithin(text, scalar, expression.value, finding.range);
    const place = { at: exact ?? scalar, column: exact === null ? finding.range.start + 1 : null };
    return told(finding, expression.value, place, details);
  });
};

const told = (
  finding: Finding,
  text: string,
  { at, column }: { readonly at: Span | null; readonly column: number | null },
  details: Details,
): Diagnostic => {
  switch (finding.kind) {
    case "syntax":
      return diagnostic("TP2801", { problem: finding.message, column }, at, details);
    case "type":
      return diagnostic("TP2802", { problem: finding.message, hint: typeHint(finding.message), column }, at, details);
    case "unknownName":
      return diagnostic("TP2803", { name: finding.name, suggestion: nearName(finding.name), column }, at, details);
    case "notBoolean":
      return diagnostic("TP2806", { type: finding.type.replace("google.protobuf.", "").toLowerCase() }, at, details);
    case "refused": {
      const { reason, nearest, range } = finding;
      return diagnostic(
        "TP2804",
        { text: shorten(text.slice(range.start, range.end)), reason, nearest, column },
        at,
        details,
      );
    }
    case "regex":
      return diagnostic("TP2805", { pattern: shorten(finding.pattern), reason: finding.reason, column }, at, details);
    case "regexTooLarge": {
      const { pattern, of, size, limit } = finding;
      return diagnostic("TP2809", { pattern: shorten(pattern), of, size, limit, column }, at, details);
    }
    case "tooManyBranches":
      return diagnostic("TP2810", { limit: finding.limit, column }, at, details);
    case "spent":
      return diagnostic("TP2811", { what: finding.what, limit: newAllowance()[finding.what] }, at, details);
    case "tooLarge":
      return diagnostic("TP2808", { comparisons: finding.size, limit: finding.limit }, at, details);
  }
};

/** A first part by itself (`requets`) is compared with first parts, a path with paths. */
const nearName = (name: string): string => {
  const known = name.includes(".") ? usableNames : [...new Set(usableNames.map((one) => one.split(".")[0] ?? one))];
  return didYouMean(name, known);
};
