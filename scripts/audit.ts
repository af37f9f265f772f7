/**
 * Known vulnerabilities of what is shipped and built with, against scripts/audit/allowed.json, whose entries expire.
 *
 *   npm run audit                what cannot be asked is told
 *   npm run audit -- --release   what cannot be asked fails
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { goAdvisories } from "./audit/go.ts";
import { npmAdvisories } from "./audit/npm.ts";
import { type Allowed, verdict } from "./audit/verdict.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({ options: { release: { type: "boolean", default: false } } });
const allowed: { readonly [source in "npm" | "go"]: readonly Allowed[] } = JSON.parse(
  readFileSync(new URL("audit/allowed.json", import.meta.url), "utf8"),
);
const today = new Date().toISOString().slice(0, 10);
const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

for (const [source, ask] of [
  ["npm", npmAdvisories],
  ["go", goAdvisories],
] as const) {
  const found = ask(root);
  if (typeof found === "string") {
    say(`${source}: NOT ASKED: ${found}`);
    if (values.release) process.exitCode = 1;
  }
  // Entries expire although nobody could be asked; whether they are still needed is then not known.
  const { failures, notes } = verdict(typeof found === "string" ? [] : found, allowed[source], today);
  if (typeof found !== "string") for (const note of notes) say(`${source}: ${note}`);
  for (const failure of failures) say(`${source}: FAILS: ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
  if (typeof found !== "string") say(`${source}: ${found.length} advisories, ${failures.length} findings`);
}
