import { stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import { inspect } from "./inspect.ts";

/** A Collector that was found, asked, and is new enough. */
export type CollectorBinary = {
  /** Absolute. */
  readonly path: string;
  /** Of the Collector core, `0.158.0`. */
  readonly version: string;
  /** Types of all kinds of components together: otlp, transform, … */
  readonly components: ReadonlySet<string>;
  readonly source: "flag" | "environment" | "PATH" | "built";
};

export type Wanted = {
  /** `--collector` */
  readonly flag: string | null;
  readonly env: NodeJS.ProcessEnv;
  /** Where `npm run otelcol` leaves its binaries, best first. */
  readonly builtIn: readonly string[];
  readonly timeoutMs?: number;
};

const onPath = "otelcol-contrib";

/**
 * `--collector`, else OTELCOL_BIN, else `otelcol-contrib` on PATH, else one that was built here.
 * A binary that was named is taken or refused; one that was only come across is passed over with a warning.
 */
export const findCollector = async (wanted: Wanted): Promise<Outcome<CollectorBinary | null>> => {
  if (wanted.flag !== null) return named(wanted, wanted.flag, "flag", "--collector");
  const variable = wanted.env["OTELCOL_BIN"];
  if (variable !== undefined && variable !== "") return named(wanted, variable, "environment", "OTELCOL_BIN");

  const found: Diagnostic[] = [];
  const candidates = [
    ...searchPath(wanted.env, onPath).map((path) => ({ path, source: "PATH" as const })),
    ...wanted.builtIn.map((path) => ({ path: resolve(path), source: "built" as const })),
  ];
  for (const { path, source } of candidates) {
    if (!(await exists(path))) continue;
    const { value, diagnostics } = await inspect(path, wanted);
    if (value !== null) return outcome({ path, source, ...value }, [...found, ...diagnostics]);
    found.push(...diagnostics.map((d) => ({ ...d, severity: "warning" as const })));
  }
  const looked = ["--collector", "OTELCOL_BIN", `${onPath} on PATH`, ...wanted.builtIn];
  return outcome(null, [...found, diagnostic("TP5001", { looked }, null)]);
};

const named = async (
  wanted: Wanted,
  name: string,
  source: CollectorBinary["source"],
  by: string,
): Promise<Outcome<CollectorBinary | null>> => {
  const candidates = name.includes("/") ? [resolve(name)] : [...searchPath(wanted.env, name), resolve(name)];
  for (const path of candidates) {
    if (!(await exists(path))) continue;
    const { value, diagnostics } = await inspect(path, wanted);
    return outcome(value === null ? null : { path, source, ...value }, diagnostics);
  }
  return outcome(null, [diagnostic("TP5002", { path: name, source: by }, null)]);
};

const searchPath = (env: NodeJS.ProcessEnv, name: string): readonly string[] =>
  (env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(resolve(folder), name));

/** A dangling link is there, for this purpose; it is refused with its own reason. */
const exists = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EACCES";
  }
};

/** The component types in `needed` that the binary does not have. */
export const lackingComponents = (binary: CollectorBinary, needed: readonly string[]): readonly Diagnostic[] => {
  const missing = needed.filter((type) => !binary.components.has(type));
  return missing.length === 0
    ? []
    : [diagnostic("TP5006", { path: binary.path, version: binary.version, missing }, null)];
};
