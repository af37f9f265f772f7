import { access, constants, open, stat } from "node:fs/promises";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import { parseComponents } from "./components.ts";
import { type CommandEnd, run } from "./run.ts";
import { compareVersions, oldestSupported, renderingTarget } from "./version.ts";

/** What a Collector says of itself. */
export type Inspection = { readonly version: string; readonly components: ReadonlySet<string> };

export type InspectOptions = { readonly env: NodeJS.ProcessEnv; readonly timeoutMs?: number };

/** Answers of binaries that have not changed since: by path, modification time and size. */
const answers = new Map<string, Outcome<Inspection | null>>();

/**
 * Asks a binary for its version and components. The version is that of the Collector core it was built from, whatever
 * the distribution calls itself. `path` is absolute.
 */
export const inspect = async (path: string, options: InspectOptions): Promise<Outcome<Inspection | null>> => {
  const problem = await cannotExecute(path);
  if (problem !== null) return refused(problem);
  const { mtimeMs, size } = await stat(path);
  const key = `${path}\0${mtimeMs}\0${size}`;
  const known = answers.get(key);
  if (known !== undefined) return known;
  const answer = await ask(path, { env: options.env, timeoutMs: options.timeoutMs ?? 10_000 });
  // A refusal is asked again: what was missing, a library or a mount, may be there next time.
  if (answer.value !== null) answers.set(key, answer);
  return answer;
};

const ask = async (
  path: string,
  options: { env: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<Outcome<Inspection | null>> => {
  // --version first: any program may be named here, and hardly one does harm when asked for its version.
  const hello = await run(path, ["--version"], options);
  const version = hello.kind === "ended" && hello.code === 0 ? versionIn(hello.stdout) : null;
  if (version === null) return refused((await foreignProgram(path, hello)) ?? unexpected(path, "--version", hello));
  const end = await run(path, ["components"], options);
  if (end.kind !== "ended" || end.code !== 0) return refused(unexpected(path, "components", end));
  const inventory = parseComponents(end.stdout);
  if (inventory.kinds.size === 0) return refused(unexpected(path, "components", end));
  const core = inventory.version ?? version;
  if (compareVersions(core, oldestSupported) < 0) {
    return refused(diagnostic("TP5005", { path, version: core, oldest: oldestSupported }, null));
  }
  const components = new Set([...inventory.kinds.values()].flatMap((types) => [...types]));
  const minor = (text: string): string => text.replace(/\.\d+$/, ".0");
  const newer = compareVersions(minor(core), renderingTarget) > 0;
  return outcome(
    { version: core, components },
    newer ? [diagnostic("TP5008", { version: core, tested: renderingTarget }, null)] : [],
  );
};

/** A file the kernel cannot run is handed to /bin/sh by execvp(3), which then gives up with 126 or 127. */
const foreignProgram = async (path: string, end: CommandEnd): Promise<Diagnostic | null> => {
  if (end.kind !== "ended" || (end.code !== 126 && end.code !== 127)) return null;
  const file = await open(path, "r");
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    if (buffer.toString("latin1") === "#!") return null;
    return diagnostic("TP5003", { path, reason: reasons["ENOEXEC"] ?? "" }, null);
  } finally {
    await file.close();
  }
};

const refused = (found: Diagnostic): Outcome<null> => outcome(null, [found]);

/** `otelcol-contrib version 0.158.0`, `otelcol version v0.158.0`. */
const versionIn = (text: string): string | null => /\bversion v?(\d+\.\d+\.\d+)/.exec(text)?.[1] ?? null;

const unexpected = (path: string, args: string, end: CommandEnd): Diagnostic => {
  switch (end.kind) {
    case "late":
      return diagnostic("TP5007", { path, args, ms: end.ms }, null);
    case "not-started":
      return diagnostic("TP5003", { path, reason: reasons[end.errno] ?? end.words }, null);
    case "signalled":
      return diagnostic("TP5004", { path, said: `${args} ended by ${end.signal}` }, null);
    case "ended": {
      const words = firstLine(end.stdout) || firstLine(end.stderr) || "nothing";
      return diagnostic(
        "TP5004",
        { path, said: `${args} exits with ${end.code} and says ${JSON.stringify(words)}` },
        null,
      );
    }
  }
};

const reasons: { readonly [errno: string]: string } = {
  EACCES: "permission denied",
  ENOEXEC: "it is neither a program for this machine nor a script with a #! line",
  ENOENT: "the interpreter or loader it names does not exist",
  ETXTBSY: "it is still being written",
};

const firstLine = (text: string): string => (text.trim().split("\n")[0] ?? "").slice(0, 120);

const cannotExecute = async (path: string): Promise<Diagnostic | null> => {
  try {
    if (!(await stat(path)).isFile()) return diagnostic("TP5003", { path, reason: "it is not a file" }, null);
    await access(path, constants.X_OK);
    return null;
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return diagnostic("TP5003", { path, reason: reasons[reason] ?? reason }, null);
  }
};
