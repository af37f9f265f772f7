import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { formatText } from "../../../src/diagnostics/format/text.ts";
import { migrate } from "../../../src/migrate/migrate.ts";
import { plainStyle, reportText, summaryLine } from "../../../src/migrate/report.ts";
import { assertAccounted, assertResolves, assertValid } from "./account.ts";

const root = join(import.meta.dirname, "../../cases/migrate");
/** `UPDATE=1` writes the expected texts anew; look at the difference before keeping it. */
const update = process.env["UPDATE"] === "1";

/** A folder with `in/*.yaml`, what becomes of it, and what is said about it. */
describe("cases", () => {
  const names = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  assert.ok(names.length > 0, "there are cases");
  for (const name of names)
    test(name, () => {
      const folder = join(root, name);
      const files = readdirSync(join(folder, "in"))
        .sort()
        .map((path) => ({ path, text: readFileSync(join(folder, "in", path), "utf8") }));
      const result = migrate(files, { targets: [], namespace: "default", dialect: null });
      assertAccounted(files, result);
      assertValid(result);
      assertResolves(result);
      const sources = new Map(files.map(({ path, text }) => [path, text]));
      const report = [
        reportText(result.report, sources, { everything: false, style: plainStyle }),
        formatText(result.diagnostics, sources, { color: false }),
        `${result.count} policies; fields: ${summaryLine(result.report)}\n`,
      ]
        .filter((part) => part !== "")
        .join("\n");
      for (const [file, actual] of [
        ["policies.yaml", result.policies],
        ["report.txt", report],
      ] as const) {
        const path = join(folder, file);
        if (update) writeFileSync(path, actual);
        assert.equal(actual, existsSync(path) ? readFileSync(path, "utf8") : "");
      }
    });
});
