import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { positionOf, type SourceFile } from "../diagnostics/source.ts";
import { policyViews, statusBeside } from "./conditions.ts";
import type { Reading } from "./reader.ts";
import type { AgentView, PolicyView } from "./view.ts";

/** What the newest reading says, whatever runs. */
export type Known = {
  readonly policies: readonly PolicyView[];
  readonly status: AgentView["status"];
  readonly diagnostics: readonly Diagnostic[];
  /** Text of every file that a diagnostic may point into. */
  readonly sources: ReadonlyMap<string, string>;
  readonly compileMs: number;
};

export const nothingKnown: Known = { policies: [], status: [], diagnostics: [], sources: new Map(), compileMs: 0 };

export const knownOf = (
  { snapshot, held, compileMs }: Pick<Reading, "snapshot" | "held" | "compileMs">,
  base: SourceFile,
): Known => {
  const { newest, asides, heldFiles, sources } = held;
  return {
    policies: policyViews(newest, heldFiles, asides),
    status: statusBeside(newest.status, asides),
    diagnostics: [...snapshot.diagnostics, ...newest.diagnostics, ...asides.map(({ found }) => found)],
    sources: new Map([...sources, [base.path, base.text] as const]),
    compileMs,
  };
};

/** `policies/edge.yaml:3:5 TP2102 sampling percent 120 is outside 0–100 (and 2 more)` */
export const firstError = ({ diagnostics, sources }: Known): string | null => {
  const [first, ...more] = diagnostics.filter(({ severity }) => severity === "error");
  if (first === undefined) return null;
  const { at, code, message } = first;
  const text = at === null ? undefined : sources.get(at.file);
  const { line, column } = at === null || text === undefined ? { line: 1, column: 1 } : positionOf(text, at.start);
  const place = at === null ? "" : `${at.file}:${line}:${column} `;
  return `${place}${code} ${message}${more.length === 0 ? "" : ` (and ${more.length} more)`}`;
};

/** Why nothing could be rendered. */
export const errorWords = ({ diagnostics }: Known): string => {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return errors.map(({ code, message }) => `${code} ${message}`).join("; ") || "nothing could be rendered";
};
