import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isTestFile } from "../../agent/snapshot.ts";
import { byText } from "../../base/order.ts";
import type { SourceFile } from "../../diagnostics/source.ts";
import { UsageError } from "../usage-error.ts";

/** The test files that were named, and those in folders that were named and one folder below. Throws UsageError. */
export const findTests = async (paths: readonly string[]): Promise<readonly SourceFile[]> => {
  const found: string[] = [];
  for (const path of paths) {
    const about = await stat(path).catch(() => null);
    if (about === null) throw new UsageError(`${path} is not there`);
    if (!about.isDirectory()) found.push(path);
    else
      for (const folder of [path, ...(await foldersIn(path))])
        found.push(...(await readdir(folder)).filter(isTestFile).map((name) => join(folder, name)));
  }
  const unique = [...new Set(found)].sort(byText);
  return Promise.all(unique.map(async (path) => ({ path, text: await readFile(path, "utf8") })));
};

const foldersIn = async (path: string): Promise<readonly string[]> =>
  (await readdir(path, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => join(path, entry.name));

/** A path in a test file is meant from where that file is. */
export const beside = (testFile: string, path: string): string =>
  path.startsWith("/") ? path : join(dirname(testFile), path);
