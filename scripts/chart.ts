/**
 * Copies into the chart what Helm can only read inside it: dashboards and rules, which `npm run dashboards` generates.
 *
 *   node scripts/chart.ts
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chartFiles } from "./chart/files.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "templates/helm/otel-policy-agent/files");

for (const name of ["dashboards", "rules"]) rmSync(join(folder, name), { recursive: true, force: true });
for (const [path, text] of chartFiles(root)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
process.stderr.write(`${readdirSync(folder).sort().join(", ")} are up to date\n`);
