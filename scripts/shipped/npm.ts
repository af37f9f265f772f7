import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** One package whose code is in what we ship. */
export type Shipped = {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly licence: string;
  /** Its licence files, word by word; empty when it ships none. */
  readonly text: string;
};

/** The folder of the package a bundled file is from: `node_modules/a/node_modules/@b/c/lib/x.js` → `node_modules/a/node_modules/@b/c`. */
const folderOf = (input: string): string | null =>
  /^(?<folder>(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.groups?.["folder"] ?? null;

/**
 * What the bundler takes code from, sorted by name. Asked of the bundler itself, so that a package that is installed
 * and never imported is not listed, and one that a dependency brings is.
 */
export const shippedPackages = async (root: string): Promise<readonly Shipped[]> => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/main.ts"],
    bundle: true,
    splitting: true,
    outdir: "dist",
    write: false,
    format: "esm",
    platform: "node",
    metafile: true,
    logLevel: "error",
  });
  const folders = new Set(
    Object.keys(metafile.inputs)
      .map(folderOf)
      .filter((folder) => folder !== null),
  );
  const packages = [...folders].map((folder) => readPackage(join(root, folder)));
  const key = ({ name, version }: Shipped): string => `${name}@${version}`;
  return [...new Map(packages.map((found) => [key(found), found])).values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
};

const readPackage = (folder: string): Shipped => {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const field = (name: string): string => {
    const value = typeof manifest === "object" && manifest !== null ? Reflect.get(manifest, name) : undefined;
    if (typeof value !== "string" || value === "") throw new Error(`${folder}/package.json has no ${name}`);
    return value;
  };
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(?:licen[cs]e|notice|copying)/i.test(entry.name))
    .map(({ name }) => name)
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8").trim());
  return { name: field("name"), version: field("version"), licence: field("license"), text: texts.join("\n\n") };
};
