import { collectorArguments } from "./arguments.ts";
import { collectorWords } from "./collector-words.ts";
import type { CollectorBinary } from "./find.ts";
import { run } from "./run.ts";

export type Validation =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** The Collector's own words, one finding a line. */
      readonly words: string;
      /** `refused`: it answered. `unanswered`: it could not be asked, so nothing is known about the config. */
      readonly kind: "refused" | "unanswered";
      /** The lines of `words`, each with the config path it starts with, where it names one. */
      readonly findings: readonly { readonly path: string | null; readonly words: string }[];
    };

export type ValidateOptions = { readonly featureGates?: readonly string[]; readonly timeoutMs?: number };

/**
 * Asks the very binary that would run it whether it accepts a config. `env` is the whole environment, as at the start:
 * `${env:…}` in the config resolve from it. Never rejects.
 */
export const validateConfig = async (
  binary: Pick<CollectorBinary, "path">,
  configPath: string,
  env: NodeJS.ProcessEnv,
  options: ValidateOptions = {},
): Promise<Validation> => {
  const args = ["validate", ...collectorArguments(configPath, options.featureGates ?? [])];
  // The process lives for a moment: collecting garbage would cost more than half of its time. 512 MiB bound it.
  const brief = { ...env, GOGC: "off", GOMEMLIMIT: "512MiB" };
  const end = await run(binary.path, args, { env: brief, timeoutMs: options.timeoutMs ?? 15_000 });
  switch (end.kind) {
    case "ended":
      if (end.code === 0) return { ok: true };
      return refused(
        collectorWords(end.stderr) || `validate exits with code ${end.code} and gives no reason`,
        "refused",
      );
    case "signalled":
      return refused(collectorWords(end.stderr) || `validate was ended by ${end.signal}`, "unanswered");
    case "late":
      return refused(`validate did not end within ${end.ms} ms`, "unanswered");
    case "not-started":
      return refused(`${binary.path} cannot be started: ${end.words}`, "unanswered");
  }
};

const refused = (words: string, kind: "refused" | "unanswered"): Validation => ({
  ok: false,
  words,
  kind,
  findings: words.split("\n").map((line) => {
    const [, path = null, rest = line] = pathPrefix.exec(line) ?? [];
    return { path, words: rest };
  }),
});

/** The config paths that lines of a finding's words begin with; the first may stand behind an introduction. */
export const configPathsIn = (words: string): readonly string[] =>
  words.split("\n").flatMap((line) => {
    const path =
      /(?:^|: )((?:receivers|processors|exporters|connectors|extensions|service)::[^\s:]+(?:::[^\s:]+)*): /.exec(
        line,
      )?.[1];
    return path === undefined ? [] : [path];
  });

const pathPrefix = /^((?:receivers|processors|exporters|connectors|extensions|service)(?:::[^\s:]+)*): (.*)$/;
