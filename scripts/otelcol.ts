/**
 * Builds the development Collector from otelcol/<set> into build/otelcol-<set>.
 *
 *   npm run otelcol                 the lean set (what a policy core needs; 2 min cold)
 *   npm run otelcol -- --full       the full set (also what only ingest or special sinks need; 7 min cold)
 *   … --if-missing                  only when neither OTELCOL_BIN nor otelcol-contrib on PATH offers one
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildProgram } from "./otelcol/build.ts";
import { withoutGo } from "./otelcol/go.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** The Collector that would be used without a build, as a reader would name it. */
const alreadyThere = (): string | null => {
  const named = process.env["OTELCOL_BIN"];
  if (named !== undefined && named !== "") return `OTELCOL_BIN=${named}`;
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, "otelcol-contrib")).find((path) => existsSync(path)) ?? null;
};

/** Builds one set unless it is up to date. Answers the words of a failure, or null. */
const buildSet = async (set: "lean" | "full"): Promise<string | null> => {
  const name = `otelcol-${set}`;
  const built = await buildProgram({ name, folder: join(root, "otelcol", set), output: join(root, "build", name) });
  if (built.kind !== "built") return built.kind === "missing" ? withoutGo(built.words) : built.words;
  say(built.words);
  return null;
};

const { values } = parseArgs({ options: { full: { type: "boolean" }, "if-missing": { type: "boolean" } } });
const found = values["if-missing"] === true ? alreadyThere() : null;
if (found !== null) say(`using ${found}`);
else {
  const failure = await buildSet(values.full === true ? "full" : "lean");
  if (failure !== null) {
    say(failure);
    process.exitCode = 1;
  }
}
