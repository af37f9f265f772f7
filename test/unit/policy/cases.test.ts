import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { formatText } from "../../../src/diagnostics/format/text.ts";
import { readPolicies } from "../../../src/policy/read.ts";

const root = join(import.meta.dirname, "../../cases");
/** `UPDATE=1` writes the expected texts anew; look at the difference before keeping it. */
const update = process.env["UPDATE"] === "1";

/** A folder with `in/*.yaml` and `diagnostics.txt`: what an author who wrote the former is told. */
describe("cases", () => {
  const names = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, "in")))
    .map(({ name }) => name)
    .sort();
  assert.ok(names.length > 0, "there are cases");
  for (const name of names)
    test(name, () => {
      const expected = join(root, name, "diagnostics.txt");
      const actual = told(join(root, name, "in"));
      if (update) writeFileSync(expected, actual);
      assert.equal(actual, readFileSync(expected, "utf8"));
    });
});

const told = (folder: string): string => {
  const files = readdirSync(folder)
    .sort()
    .map((name) => ({ path: name, text: readFileSync(join(folder, name), "utf8") }));
  const { value, diagnostics } = readPolicies(files, { allowEndpoints: ["*.example.com:443"], rootNamespace: null });
  const sources = new Map(files.map(({ path, text }) => [path, text]));
  const applied = value.policies.map(({ id }) => id).join(", ") || "none";
  return `${formatText(diagnostics, sources, { color: false })}${diagnostics.length === 0 ? "" : "\n"}applied: ${applied}\n`;
};
