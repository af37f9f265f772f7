import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { invariant } from "../base/assert.ts";

/** The folder of our package.json: two up from `src/cli/`, one up from a bundle in `dist/`. Templates and samples are beside it. */
export const packageRoot = (from: string = fileURLToPath(import.meta.url)): string => {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json")) && existsSync(join(folder, "templates"))) return folder;
    invariant(folder !== dirname(folder), `no package root above ${from}`);
  }
};

export const templatePath = (name: string): string => join(packageRoot(), "templates/collector", name);

export const packageVersion = (): string => {
  const content: unknown = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
  invariant(typeof content === "object" && content !== null && "version" in content, "package.json has no version");
  return String(content.version);
};
