import { readFile } from "node:fs/promises";
import type { CollectorBinary } from "../collector/find.ts";
import type { Compilation, CompileOptions } from "../compile.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Outcome } from "../diagnostics/outcome.ts";
import type { SourceFile } from "../diagnostics/source.ts";
import type { Call } from "./command.ts";
import * as flag from "./flag-table.ts";
import { templatePath } from "./package-root.ts";
import { readFiles } from "./read-files.ts";
import { UsageError } from "./usage-error.ts";

/** Policies of the command line, compiled; `diagnostics` are those of reading and compiling together. */
export type Compiled = {
  readonly compilation: Compilation;
  readonly diagnostics: readonly Diagnostic[];
  /** Text of every file that a diagnostic may point into. */
  readonly sources: ReadonlyMap<string, string>;
  /** How many policies were recognised, those with errors included. */
  readonly policies: number;
};

/** Flags that decide what a set of policy files compiles to; every verb that compiles takes them. */
export const compileFlags = [
  flag.file,
  flag.base,
  flag.dataPlane,
  flag.allowEndpoint,
  flag.rootNamespace,
  flag.namespaceBudget,
  flag.prices,
] as const;

export type CompileTo = {
  readonly paths: readonly string[];
  readonly topology: "single" | "handover";
  readonly collector: CollectorBinary | null;
  /** What is asked for does not depend on policies. Default false. */
  readonly withoutPolicies?: boolean;
};

/** Files → Compilation. */
export const compiled = async (call: Call, to: CompileTo): Promise<Compiled> => {
  const paths = [...call.flags.get(flag.file), ...to.paths];
  if (paths.length === 0 && to.withoutPolicies !== true)
    throw new UsageError("name the policies: files, folders, or - for standard input");
  return compiledFrom(call, await readFiles(paths, call.terminal.readStdin), to);
};

/** What a caller decides otherwise than the flags say. */
type Instead = Partial<Pick<CompileOptions, "base" | "dataPlanes" | "redirectSinks" | "counts">>;

/** The same of files that were read already. */
export const compiledFrom = async (
  { flags, parts }: Call,
  read: Outcome<readonly SourceFile[]>,
  to: Omit<CompileTo, "paths"> & Instead,
): Promise<Compiled> => {
  const [base, prices, compile] = await Promise.all([
    to.base ?? readBase(flags.get(flag.base)),
    readPriceFile(flags.get(flag.prices)),
    parts.compile(),
  ]);
  const compilation = compile(read.value, {
    dataPlanes: to.dataPlanes ?? flags.get(flag.dataPlane),
    rootNamespace: flags.get(flag.rootNamespace),
    allowEndpoints: flags.get(flag.allowEndpoint),
    base,
    topology: to.topology,
    collector: to.collector,
    redirectSinks: to.redirectSinks ?? null,
    prices,
    budgets: flags.get(flag.namespaceBudget),
    ...(to.counts === undefined ? {} : { counts: to.counts }),
  });
  return {
    compilation,
    diagnostics: [...read.diagnostics, ...compilation.diagnostics],
    policies: compilation.policies.policies.length + compilation.policies.rejected.length,
    sources: new Map([...read.value, base, ...(prices === null ? [] : [prices])].map(({ path, text }) => [path, text])),
  };
};

/** The platform's Collector config: the one named, or the built-in one. */
export const readBase = async (path: string | null): Promise<SourceFile> => {
  const from = path ?? templatePath("base.yaml");
  try {
    return { path: path ?? "base.yaml (built in)", text: await readFile(from, "utf8") };
  } catch (error) {
    throw new UsageError(`--base ${from} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** The platform's own prices, if it has any. */
export const readPriceFile = async (path: string | null): Promise<SourceFile | null> => {
  if (path === null) return null;
  try {
    return { path, text: await readFile(path, "utf8") };
  } catch (error) {
    throw new UsageError(`--prices ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};
