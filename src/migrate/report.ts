import type { Json } from "../base/canonical.ts";
import { positionOf } from "../diagnostics/source.ts";
import { type Entry, outcomes, outcomeTitles } from "./outcome.ts";

type Sources = ReadonlyMap<string, string>;

const lineOf = ({ span }: Entry, sources: Sources): number => positionOf(sources.get(span.file) ?? "", span.start).line;

export type Counts = { readonly [outcome: string]: number };

/** Leaves by fate. A leaf that went to two places counts in both. */
const countOutcomes = (report: readonly Entry[]): Counts =>
  Object.fromEntries(
    outcomes.map((outcome) => [
      outcome,
      report.filter((entry) => entry.outcome === outcome).reduce((sum, { leaves }) => sum + leaves, 0),
    ]),
  );

/** For programs: every entry, in the order of the files. */
export const reportJson = (report: readonly Entry[], sources: Sources): Json => ({
  fields: report.map((entry) => ({
    file: entry.span.file,
    line: lineOf(entry, sources),
    object: entry.object,
    path: entry.path,
    value: entry.value,
    leaves: entry.leaves,
    outcome: entry.outcome,
    to: entry.to,
    why: entry.why,
    snippet: entry.snippet,
  })),
  summary: countOutcomes(report),
});

type Style = (text: string) => string;

export type ReportStyle = { readonly bold: Style; readonly dim: Style; readonly red: Style; readonly yellow: Style };

export const plainStyle: ReportStyle = { bold: (t) => t, dim: (t) => t, red: (t) => t, yellow: (t) => t };

const marks: { readonly [O in Entry["outcome"]]: string } = {
  carried: "=",
  changed: "~",
  extension: "+",
  dataPlane: ">",
  lost: "x",
  unrelated: ".",
};

/** What every object has, and every policy has anew. */
const isHead = /(?:^|\.)(?:apiVersion|kind|metadata\.(?:name|namespace|creationTimestamp))$/;

/** Text without characters that would move the cursor. */
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, "?");

/**
 * For people: by object, one line per field with its fate, why below it, and what to write in the data plane. Blocks
 * without telemetry are one line per object unless `everything` is asked for.
 */
export const reportText = (
  report: readonly Entry[],
  sources: Sources,
  { everything, style }: { readonly everything: boolean; readonly style: ReportStyle },
): string => {
  const groups = Map.groupBy(report, (entry) => `${entry.span.file}\u0000${entry.object}`);
  const parts: string[] = [];
  for (const entries of groups.values()) {
    const [first] = entries;
    if (first === undefined) continue;
    const shown = entries.filter(
      (entry) => everything || (entry.outcome !== "unrelated" && !(entry.to === null && isHead.test(entry.path))),
    );
    const hidden = entries.filter(({ outcome }) => !everything && outcome === "unrelated");
    const title = first.object === "" ? "text that is no manifest" : first.object;
    const lines = [
      `${style.bold(printable(title))}  ${style.dim(printable(`${first.span.file}:${lineOf(first, sources)}`))}`,
    ];
    for (const entry of shown) {
      const paint =
        entry.outcome === "lost" ? style.red : entry.outcome === "dataPlane" ? style.yellow : (text: string) => text;
      const value = entry.value === null || entry.value === "" ? "" : `: ${entry.value.replaceAll("\n", "↵")}`;
      const to = entry.to === null ? "" : ` → ${entry.to}`;
      lines.push(
        printable(`  ${paint(marks[entry.outcome])} ${entry.path === "" ? "(all of it)" : entry.path}${value}${to}`),
      );
      const why = [outcomeTitles[entry.outcome], ...(entry.why === null ? [] : [entry.why])].join(": ");
      if (entry.outcome !== "carried" || entry.why !== null) lines.push(style.dim(printable(`      ${why}`)));
      if (entry.snippet !== null)
        lines.push(...entry.snippet.split("\n").map((line) => style.dim(printable(`        | ${line}`))));
    }
    if (hidden.length > 0) {
      const leaves = hidden.reduce((sum, entry) => sum + entry.leaves, 0);
      const whys = [...new Set(hidden.map(({ why }) => why))]
        .filter((why) => why !== null)
        .slice(0, 2)
        .join("; ");
      lines.push(style.dim(printable(`  . ${leaves} value${leaves === 1 ? "" : "s"} without telemetry (${whys})`)));
    }
    parts.push(`${lines.join("\n")}\n`);
  }
  return parts.join("\n");
};

/** `12 carried, 3 carried with change, 1 lost` */
export const summaryLine = (report: readonly Entry[]): string => {
  const counts = countOutcomes(report);
  const said = outcomes.flatMap((outcome) =>
    counts[outcome] === 0 ? [] : [`${counts[outcome]} ${outcomeTitles[outcome]}`],
  );
  return said.length === 0 ? "no fields" : said.join(", ");
};
