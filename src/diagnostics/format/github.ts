import type { Severity } from "../code-table.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { positionOf } from "../source.ts";
import type { Sources } from "./text.ts";

const commands: { readonly [severity in Severity]: string } = { error: "error", warning: "warning", info: "notice" };

/** Workflow commands of GitHub Actions: one line each, which the runner turns into annotations on the diff. */
export const formatGithub = (diagnostics: readonly Diagnostic[], sources: Sources): string =>
  diagnostics
    .map((finding) => {
      const properties = [...placeOf(finding, sources), ["title", finding.code] as const];
      const list = properties.map(([name, value]) => `${name}=${escapeProperty(value)}`).join(",");
      const text = `${finding.message}\nwhy: ${finding.why}\nfix: ${finding.fix}`;
      return `::${commands[finding.severity]} ${list}::${escapeData(text)}\n`;
    })
    .join("");

const placeOf = ({ at }: Diagnostic, sources: Sources): readonly (readonly [string, string])[] => {
  if (at === null) return [];
  const source = sources.get(at.file);
  if (source === undefined) return [["file", at.file]];
  const start = positionOf(source, at.start);
  const end = positionOf(source, at.end);
  return [
    ["file", at.file],
    ["line", `${start.line}`],
    ["col", `${start.column}`],
    ["endLine", `${end.line}`],
    // The runner accepts an end column on the same line only.
    ...(end.line === start.line && end.column > start.column ? [["endColumn", `${end.column}`] as const] : []),
  ];
};

/** As actions/toolkit escapes: `%` first, then line ends. */
const escapeData = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
