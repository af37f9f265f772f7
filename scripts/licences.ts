/**
 * The licences of every package whose code is in the bundle: texts into FILE (they have to travel with the code), a
 * table on stderr. Fails when a licence is not one that Apache-2.0 code may be shipped with.
 *
 *   node scripts/licences.ts [FILE]
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { shippedPackages } from "./shipped/npm.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Permissive, and compatible with Apache-2.0 (the ASF's category A). */
const allowed: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
]);

const packages = await shippedPackages(root);
const [file] = process.argv.slice(2);
if (file !== undefined) {
  const texts = packages.map(
    ({ name, version, licence, text }) => `==== ${name} ${version} (${licence})\n\n${text || "(no licence file)"}\n`,
  );
  writeFileSync(file, texts.join("\n"));
}
for (const { name, version, licence, text } of packages)
  process.stderr.write(`${licence.padEnd(14)} ${name} ${version}${text === "" ? "  (no licence file)" : ""}\n`);
const refused = packages.filter(({ licence }) => !allowed.has(licence));
for (const { name, licence } of refused) process.stderr.write(`not allowed: ${name} is under ${licence}\n`);
process.stderr.write(`${packages.length} packages\n`);
process.exitCode = refused.length > 0 ? 1 : 0;
