import { parseArgs } from "node:util";
import { invariant } from "../base/assert.ts";
import { didYouMean } from "../base/suggest.ts";
import type { Flag } from "./flag-kinds.ts";
import { UsageError } from "./usage-error.ts";

/** The values of a verb's flags: flag over environment over default. */
export type Flags = {
  get<T>(flag: Flag<T>): T;
  /** Was it written on the command line or in the environment? */
  has(flag: Flag<unknown>): boolean;
};

export type Parsed = { readonly flags: Flags; readonly operands: readonly string[] };

type Written = { readonly values: readonly string[]; readonly by: string };

/** Reads a command line. Every value is read once here, so that a wrong one shows before anything is done. Throws UsageError. */
export const parseFlags = (
  argv: readonly string[],
  known: readonly Flag<unknown>[],
  env: NodeJS.ProcessEnv,
): Parsed => {
  const { written, operands } = fromArguments(argv, known);
  for (const flag of known) {
    const given = written.get(flag.name) ?? fromEnvironment(flag, env);
    if (given === null) continue;
    flag.read(given.values, given.by);
    written.set(flag.name, given);
  }
  const declared = (flag: Flag<unknown>): void =>
    invariant(known.includes(flag), `--${flag.name} is read but not declared`);
  return {
    operands,
    flags: {
      get: (flag) => {
        declared(flag);
        const given = written.get(flag.name);
        return given === undefined ? flag.fallback : flag.read(given.values, given.by);
      },
      has: (flag) => {
        declared(flag);
        return written.has(flag.name);
      },
    },
  };
};

const fromEnvironment = (flag: Flag<unknown>, env: NodeJS.ProcessEnv): Written | null => {
  const value = flag.env === null ? undefined : env[flag.env];
  if (value === undefined || value === "") return null;
  const values = flag.repeatable ? value.split(",").map((part) => part.trim()) : [value];
  return { values, by: flag.env ?? "" };
};

const fromArguments = (argv: readonly string[], known: readonly Flag<unknown>[]) => {
  const options = Object.fromEntries(
    known.map((flag) => [
      flag.name,
      {
        type: flag.value === null ? ("boolean" as const) : ("string" as const),
        ...(flag.short === null ? {} : { short: flag.short }),
      },
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const written = new Map<string, Written>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const flag = known.find(({ name }) => name === token.name);
    if (flag === undefined) throw unknownFlag(token.rawName, known);
    const value = flag.value === null ? (token.value ?? "true") : token.value;
    // `--base --strict` is a forgotten value more often than a file of that name; `--base=--strict` says it is one.
    if (value === undefined || (value.startsWith("-") && value !== "-" && token.inlineValue === false))
      throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${flag.value}`);
    const earlier = flag.repeatable ? (written.get(flag.name)?.values ?? []) : [];
    written.set(flag.name, { values: [...earlier, value], by: token.rawName });
  }
  return { written, operands };
};

const unknownFlag = (rawName: string, known: readonly Flag<unknown>[]): UsageError => {
  const names = known.flatMap(({ name, short }) => (short === null ? [`--${name}`] : [`--${name}`, `-${short}`]));
  const near = rawName.startsWith("--")
    ? didYouMean(
        rawName,
        names.filter((name) => name.startsWith("--")),
      )
    : "";
  return new UsageError(`there is no flag ${rawName}${near}`);
};
