import { sortedUnique } from "../../base/order.ts";
import type { Severity } from "../code-table.ts";
import { type Code, codes } from "../codes.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { positionOf, type Span } from "../source.ts";
import type { Sources } from "./text.ts";

const levels: { readonly [severity in Severity]: string } = { error: "error", warning: "warning", info: "note" };

/** SARIF 2.1.0 (OASIS): one run, the rules that occur, one result per diagnostic. */
export const formatSarif = (diagnostics: readonly Diagnostic[], sources: Sources): string => {
  const ids = sortedUnique(diagnostics.map(({ code }) => code));
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "otel-policy", rules: diagnosticRules(diagnostics, ids) } },
        columnKind: "utf16CodeUnits",
        results: diagnostics.map((finding) => ({
          ruleId: finding.code,
          ruleIndex: ids.indexOf(finding.code),
          level: levels[finding.severity],
          message: { text: `${finding.message}. Why: ${finding.why}. Fix: ${finding.fix}.` },
          locations: finding.at === null ? [] : [location(finding.at, sources)],
          ...(finding.related.length === 0
            ? {}
            : {
                relatedLocations: finding.related.map(({ span, message }) => ({
                  ...location(span, sources),
                  message: { text: message },
                })),
              }),
        })),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
};

const diagnosticRules = (diagnostics: readonly Diagnostic[], ids: readonly string[]) =>
  ids.map((id) => {
    const code: Code | undefined = diagnostics.find((finding) => finding.code === id)?.code;
    if (code === undefined) return { id };
    const { title, why, severity } = codes[code];
    return {
      id,
      shortDescription: { text: title },
      fullDescription: { text: why },
      defaultConfiguration: { level: levels[severity] },
    };
  });

const location = (span: Span, sources: Sources) => {
  const source = sources.get(span.file);
  const artifactLocation = { uri: uriOf(span.file) };
  if (source === undefined) return { physicalLocation: { artifactLocation } };
  const start = positionOf(source, span.start);
  const end = positionOf(source, span.end);
  const region = {
    startLine: start.line,
    startColumn: start.column,
    endLine: end.line,
    endColumn: end.column,
    charOffset: span.start,
    charLength: span.end - span.start,
  };
  return { physicalLocation: { artifactLocation, region } };
};

const uriOf = (path: string): string => {
  const escaped = path
    .toWellFormed()
    .split("/")
    .map((part) => encodeURIComponent(part))
    .join("/");
  return path.startsWith("/") ? `file://${escaped}` : escaped;
};
