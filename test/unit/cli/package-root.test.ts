import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { InvariantError } from "../../../src/base/assert.ts";
import { packageRoot, packageVersion, templatePath } from "../../../src/cli/package-root.ts";

test("found from the sources and from a bundle", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "package-root-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "templates"));
  writeFileSync(join(folder, "package.json"), "{}");
  assert.equal(packageRoot(join(folder, "src/cli/package-root.ts")), folder);
  assert.equal(packageRoot(join(folder, "dist/otel-policy.js")), folder);
});

test("nothing above is a broken installation, not a guess", () =>
  assert.throws(() => packageRoot("/nowhere/at/all.js"), InvariantError));

test("this package", () => {
  assert.match(packageVersion(), /^\d+\.\d+\.\d+/);
  assert.match(templatePath("base.yaml"), /templates\/collector\/base\.yaml$/);
});
