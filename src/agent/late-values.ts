import { readFile } from "node:fs/promises";
import { environment } from "../render/types.ts";

/** What a core is told of only after it was placed: for one that waits, long after its start. */
export type LateValues = { readonly digest: string; readonly telemetryPort: string; readonly queueBytes: string };

export const lateEnvironment = ({ digest, telemetryPort, queueBytes }: LateValues): NodeJS.ProcessEnv => ({
  [environment.digest]: digest,
  [environment.telemetryPort]: telemetryPort,
  [environment.queueBytes]: queueBytes,
});

/** The files that say them to one that waits, beside its config. */
export const lateFiles = (configPath: string): LateValues => ({
  digest: `${configPath}.digest`,
  telemetryPort: `${configPath}.port`,
  queueBytes: `${configPath}.queue`,
});

/** In place of each value where it will be: a Collector puts in what that file says (confmap expands what it has put in). */
export const lateReferences = (configPath: string): LateValues => {
  const { digest, telemetryPort, queueBytes } = lateFiles(configPath);
  return { digest: reference(digest), telemetryPort: reference(telemetryPort), queueBytes: reference(queueBytes) };
};

const reference = (path: string): string => `\${file:${path}}`;

/** A path with these would be read as more than a path. */
export const canBeLate = (path: string): boolean => !/[${}]/.test(path);

/** What a variable of a running core says; empty where it leads nowhere. */
export const lateValue = (variable: string): Promise<string> => {
  const path = /^\$\{file:(.+)\}$/.exec(variable)?.[1];
  return path === undefined ? Promise.resolve(variable) : readFile(path, "utf8").catch(() => "");
};
