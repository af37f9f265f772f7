import { spawn } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { findGo } from "./go.ts";
import { startProgress } from "./progress.ts";
import { digestOf, readStamp, type Stamp } from "./stamp.ts";

/** -mod=readonly on the command line beats any GOFLAGS: a build never edits go.mod. The rest makes equal sources give equal bytes. */
const buildArguments = ["build", "-v", "-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags=-s -w"];

export type Program = {
  /** Folder of a Go module. */
  readonly folder: string;
  /** A package; without it that of the folder. */
  readonly target?: string;
  /** The file to build. What it was made of is kept beside it. */
  readonly output: string;
  readonly name: string;
};

/** Why there is no build: no Go that can do it, or what it said. */
export type Built =
  | { readonly kind: "built"; readonly words: string }
  | { readonly kind: "missing" | "failed"; readonly words: string };

/** Runs the build; answers the words of a failure, or null. */
const goBuild = async ({ folder, target = ".", name }: Program, output: string): Promise<string | null> => {
  const env = { GOTOOLCHAIN: "local", ...process.env, CGO_ENABLED: "0" };
  const child = spawn("go", [...buildArguments, "-o", output, target], {
    cwd: folder,
    env,
    stdio: ["ignore", "inherit", "pipe"],
  });
  const progress = startProgress(name);
  createInterface({ input: child.stderr }).on("line", progress.saw);
  const status = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  progress.stop();
  return status === 0 ? null : `go build of ${name} failed:\n${progress.words()}`;
};

/** Builds a program unless it is up to date. */
export const buildProgram = async (program: Program): Promise<Built> => {
  const { folder, target, output, name } = program;
  const stampPath = `${output}.stamp`;
  const sources = digestOf(folder, target === undefined ? buildArguments : [...buildArguments, target]);
  const go = findGo();
  const stamp = existsSync(output) ? readStamp(stampPath) : null;
  if (stamp?.sources === sources && ("missing" in go || go.version === stamp.go))
    return { kind: "built", words: `build/${name} is up to date` };
  if ("missing" in go) return { kind: "missing", words: go.missing };

  mkdirSync(dirname(output), { recursive: true });
  // Under another name first: a process that runs from the old file keeps running, and half a file never has the name.
  const unfinished = `${output}.${process.pid}`;
  const started = performance.now();
  try {
    const failure = await goBuild(program, unfinished);
    if (failure !== null) return { kind: "failed", words: failure };
    rmSync(stampPath, { force: true });
    renameSync(unfinished, output);
    const fresh: Stamp = { sources, go: go.version };
    writeFileSync(stampPath, `${JSON.stringify(fresh)}\n`);
  } finally {
    rmSync(unfinished, { force: true });
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  return { kind: "built", words: `built build/${name} with go ${go.version} in ${seconds} s` };
};
