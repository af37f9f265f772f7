import type { AgentView } from "../../agent/view.ts";
import { formatText } from "../../diagnostics/format/text.ts";

/** The first error of the newest input as a code frame without colours, and how many more there are; null when it has none. */
export const frameOf = (view: AgentView, sources: ReadonlyMap<string, string>): string | null => {
  const errors = view.diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  const [first] = errors;
  if (first === undefined) {
    const failed = view.lastReload !== null && ["rejected", "rolledBack", "stranded"].includes(view.lastReload.outcome);
    return failed ? (view.lastReload.words ?? `the last reload ended as ${view.lastReload.outcome}`) : null;
  }
  const more = errors.length - 1;
  const text = formatText([first], sources, { color: false }).trimEnd();
  return more === 0 ? text : `${text}\n${more} more ${more === 1 ? "error" : "errors"}: otel-policy validate shows all`;
};
