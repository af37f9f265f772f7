import { by, byNumber, byText, chain } from "../base/order.ts";
import type { Severity } from "../diagnostics/code-table.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { countsOf } from "../diagnostics/format/summary.ts";

export type FindingsFormat = "text" | "json" | "github" | "sarif";

/** In the order of reading: by file and place; what has no place comes last. */
const inOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  [...diagnostics].sort(
    chain(
      by(({ at }) => (at === null ? 1 : 0), byNumber),
      by(({ at }) => at?.file ?? "", byText),
      by(({ at }) => at?.start ?? 0, byNumber),
    ),
  );

/** `--strict`: what would be a warning is an error. */
export const strictly = (diagnostics: readonly Diagnostic[], strict: boolean): readonly Diagnostic[] =>
  strict ? diagnostics.map((d) => (d.severity === "warning" ? { ...d, severity: "error" } : d)) : diagnostics;

export const formatters = {
  text: async () => (await import("../diagnostics/format/text.ts")).formatText,
  json: async () => (await import("../diagnostics/format/json.ts")).formatJson,
  github: async () => (await import("../diagnostics/format/github.ts")).formatGithub,
  sarif: async () => (await import("../diagnostics/format/sarif.ts")).formatSarif,
} as const;

export type Findings = {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
};

/** How much text shows. Formats for machines always have everything. */
export type Detail = "errors" | "warnings" | "everything";

const shownAt: { readonly [detail in Detail]: readonly Severity[] } = {
  errors: ["error"],
  warnings: ["error", "warning"],
  everything: ["error", "warning", "info"],
};

/** Diagnostics in the wanted format, in the order of their places. */
export const findingsText = async (
  { diagnostics, sources }: Findings,
  { format, detail, color }: { readonly format: FindingsFormat; readonly detail: Detail; readonly color: boolean },
): Promise<string> => {
  const ordered = inOrder(diagnostics);
  if (format !== "text") return (await formatters[format]())(ordered, sources);
  const shown = ordered.filter(({ severity }) => shownAt[detail].includes(severity));
  return shown.length === 0 ? "" : (await formatters.text())(shown, sources, { color });
};

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** `2 policies, 0 errors, 1 warning`, and how to see the notes where they are not shown. */
export const summary = (policies: number, diagnostics: readonly Diagnostic[], detail: Detail): string => {
  const { errors, warnings, infos } = countsOf(diagnostics);
  return [
    counted(policies, "policy", "policies"),
    counted(errors, "error"),
    counted(warnings, "warning"),
    ...(infos === 0 ? [] : [`${counted(infos, "note")}${detail === "everything" ? "" : " (-v shows them)"}`]),
  ].join(", ");
};
