import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CollectorBinary } from "../../collector/find.ts";
import { formatText } from "../../diagnostics/format/text.ts";
import type { SourceFile } from "../../diagnostics/source.ts";
import { packageRoot, templatePath } from "../package-root.ts";
import { wantsColor } from "../paint.ts";
import { UsageError } from "../usage-error.ts";
import type { DevOptions } from "./options.ts";
import { ownFolder } from "./own-folder.ts";
import type { DevParts } from "./parts.ts";

const ownFolderName = "./otel-policy-dev";

/** The platform config to graft into: the one named, or the one that keeps everything on loopback. */
export const readBase = async (path: string | null): Promise<SourceFile> => {
  const from = path ?? templatePath("dev.yaml");
  try {
    return { path: path ?? "dev.yaml (built in)", text: await readFile(from, "utf8") };
  } catch (error) {
    throw new UsageError(`--base ${from} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** Where the policies are: as named, or our own folder, which is made when it is not there. */
export const policyPath = async ({ path, terminal }: DevOptions): Promise<string> => {
  if (path !== null) {
    if (!existsSync(path))
      throw new UsageError(
        `there is no ${path}: name a policy file or a folder of them, or nothing to start with two samples`,
      );
    return path;
  }
  const { created } = await ownFolder(ownFolderName);
  terminal.err.write(
    created ? `copied two samples to ${ownFolderName}; edit them there\n` : `using the policies in ${ownFolderName}\n`,
  );
  return ownFolderName;
};

/** A Collector to run, or null after saying why there is none. */
export const usableCollector = async (
  { collector, terminal, color }: DevOptions,
  parts: DevParts,
): Promise<CollectorBinary | null> => {
  const builtIn = ["otelcol-lean", "otelcol-full"].map((name) => join(packageRoot(), "build", name));
  const { value, diagnostics } = await parts.findCollector({ flag: collector, env: terminal.env, builtIn });
  const told = diagnostics.filter(({ severity }) => severity !== "info");
  if (told.length > 0)
    terminal.err.write(
      `${formatText(told, new Map(), { color: wantsColor(color, terminal.err, terminal.env) }).trimEnd()}\n`,
    );
  return value;
};
