import { readFileSync } from "node:fs";
import { join } from "node:path";

export type GoModule = { readonly path: string; readonly version: string };

/** Every module a go.mod requires, sorted by path. With a pruned module graph that is what can be linked in. */
export const requiredModules = (root: string, set: "lean" | "full"): readonly GoModule[] => {
  const text = readFileSync(join(root, "otelcol", set, "go.mod"), "utf8");
  const lines = text.split("\n").flatMap((line) => {
    const { path, version } = /^(?:require)?\s+(?<path>[^\s()]+)\s+(?<version>v[^\s]+)/.exec(line)?.groups ?? {};
    return path === undefined || version === undefined ? [] : [{ path, version }];
  });
  return lines.sort((a, b) => (a.path < b.path ? -1 : 1));
};
