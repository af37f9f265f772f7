import { readFile } from "node:fs/promises";

/**
 * Variables of a core whose values are known only after its start, as for one that waits: the variable leads to a file,
 * and the Collector puts in what that says (confmap expands what it has put in).
 */
export const late = (path: string): string => `\${file:${path}}`;

type Late = "digest" | "telemetryPort" | "queueBytes";

/** The files of a core, beside its config. */
export const lateFiles = (configPath: string): { readonly [name in Late]: string } => ({
  digest: `${configPath}.digest`,
  telemetryPort: `${configPath}.port`,
  queueBytes: `${configPath}.queue`,
});

/** A path with these would be read as more than a path. */
export const canBeLate = (path: string): boolean => !/[${}]/.test(path);

/** What a variable of a running core says; empty where it leads nowhere. */
export const lateValue = (variable: string): Promise<string> => {
  const path = /^\$\{file:(.+)\}$/.exec(variable)?.[1];
  return path === undefined ? Promise.resolve(variable) : readFile(path, "utf8").catch(() => "");
};
