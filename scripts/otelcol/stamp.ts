import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** What a binary was made of; kept beside it as `build/otelcol-<set>.stamp`. */
export type Stamp = { readonly sources: string; readonly go: string };

/** One digest over names and contents of a source folder, and over the arguments of the build. */
export const digestOf = (folder: string, buildArguments: readonly string[]): string => {
  const hash = createHash("sha256").update(JSON.stringify(buildArguments));
  for (const name of readdirSync(folder).sort()) hash.update(`\0${name}\0`).update(readFileSync(`${folder}/${name}`));
  return hash.digest("hex");
};

/** The stamp, or null when there is none that can be read: then the binary is built again. */
export const readStamp = (path: string): Stamp | null => {
  if (!existsSync(path)) return null;
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof parsed !== "object" || parsed === null || !("sources" in parsed) || !("go" in parsed)) return null;
    const { sources, go } = parsed;
    return typeof sources === "string" && typeof go === "string" ? { sources, go } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};
