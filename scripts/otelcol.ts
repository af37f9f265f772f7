/**
 * Builds the development Collector from otelcol/<set> into build/otelcol-<set>.
 *
 *   npm run otelcol                 the lean set (what a policy core needs; 2 min cold)
 *   npm run otelcol -- --full       the full set (also what only ingest or special sinks need; 7 min cold)
 *   … --if-missing                  only when neither OTELCOL_BIN nor otelcol-contrib on PATH offers one
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findGo, withoutGo } from "./otelcol/go.ts";
import { startProgress } from "./otelcol/progress.ts";
import { digestOf, readStamp, type Stamp } from "./otelcol/stamp.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** -mod=readonly on the command line beats any GOFLAGS: a build never edits go.mod. The rest makes equal sources give equal bytes. */
const buildArguments = ["build", "-v", "-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags=-s -w"];

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

/** Runs the build; answers the words of a failure, or null. */
const goBuild = async (folder: string, output: string, name: string): Promise<string | null> => {
  const env = { GOTOOLCHAIN: "local", ...process.env, CGO_ENABLED: "0" };
  const child = spawn("go", [...buildArguments, "-o", output, "."], {
    cwd: folder,
    env,
    stdio: ["ignore", "inherit", "pipe"],
  });
  const progress = startProgress(name);
  createInterface({ input: child.stderr }).on("line", progress.saw);
  const status = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  progress.stop();
  return status === 0 ? null : `go build of otelcol/${name.replace("otelcol-", "")} failed:\n${progress.words()}`;
};

/** Builds one set unless it is up to date. Answers the words of a failure, or null. */
const buildSet = async (set: "lean" | "full"): Promise<string | null> => {
  const name = `otelcol-${set}`;
  const binary = join(root, "build", name);
  const stampPath = `${binary}.stamp`;
  const sources = digestOf(join(root, "otelcol", set), buildArguments);
  const go = findGo();
  const stamp = existsSync(binary) ? readStamp(stampPath) : null;
  if (stamp?.sources === sources && ("missing" in go || go.version === stamp.go)) {
    say(`build/${name} is up to date`);
    return null;
  }
  if ("missing" in go) return withoutGo(go.missing);

  mkdirSync(join(root, "build"), { recursive: true });
  // Under another name first: a Collector that runs from the old file keeps running, and half a file never has the name.
  const unfinished = `${binary}.${process.pid}`;
  const started = performance.now();
  try {
    const failure = await goBuild(join(root, "otelcol", set), unfinished, name);
    if (failure !== null) return failure;
    rmSync(stampPath, { force: true });
    renameSync(unfinished, binary);
    const fresh: Stamp = { sources, go: go.version };
    writeFileSync(stampPath, `${JSON.stringify(fresh)}\n`);
  } finally {
    rmSync(unfinished, { force: true });
  }
  say(`built build/${name} with go ${go.version} in ${Math.round((performance.now() - started) / 1000)} s`);
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
