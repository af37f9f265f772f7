/**
 * Bundles src/ into dist/: `dist/otel-policy.js` for every command, and what it imports lazily (the agent's SDK above
 * all) as chunks beside it, so that a command never parses what it does not use. Equal sources give equal bytes.
 * templates/ and samples/ are not bundled: the package ships them beside dist/.
 */
import { chmodSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** CommonJS packages inside an ES module still say `require("fs")`. */
const requireForCommonJs =
  'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);';

rmSync(`${root}/dist`, { recursive: true, force: true });
try {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { "otel-policy": "src/main.ts" },
    outdir: "dist",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    chunkNames: "chunks/[name]-[hash]",
    target: "node22",
    banner: { js: requireForCommonJs },
    // Names stay as they are, so that a stack trace in a bug report can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "linked",
    logLevel: "warning",
    metafile: true,
  });
  chmodSync(`${root}/dist/otel-policy.js`, 0o755);
  for (const [path, { bytes }] of Object.entries(metafile.outputs).sort()) {
    process.stderr.write(`${path}  ${Math.ceil(bytes / 1024)} KiB\n`);
  }
} catch (error) {
  // esbuild has told each error already; anything else is ours.
  if (!(error instanceof Error && "errors" in error)) throw error;
  process.exitCode = 1;
}
