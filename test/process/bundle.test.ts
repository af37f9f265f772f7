import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { sha256 } from "../../src/base/canonical.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Bundles a copy of the sources in a folder of its own; answers the digest of each file. */
const bundleIn = (folder: string): ReadonlyMap<string, string> => {
  mkdirSync(folder);
  for (const name of ["src", "scripts"]) cpSync(join(root, name), join(folder, name), { recursive: true });
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const { status, stderr } = spawnSync(process.execPath, [join(folder, "scripts/bundle.ts")], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const files = readdirSync(join(folder, "dist"), { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.\w+$/.test(name),
  );
  return new Map(files.sort().map((name) => [name, sha256(readFileSync(join(folder, "dist", name), "latin1"))]));
};

test("the same sources make the same bundle, byte for byte, wherever they lie", () => {
  const folder = mkdtempSync(join(tmpdir(), "bundle-"));
  try {
    const first = bundleIn(join(folder, "here"));
    const second = bundleIn(join(folder, "there-with-another-length"));
    assert.ok(first.size > 5, [...first.keys()].join(" "));
    assert.deepEqual(second, first);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
