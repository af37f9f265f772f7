import { spawnSync } from "node:child_process";

/** The oldest Go that builds Collector v0.158 (the `go` line of both go.mod files). */
const oldest = { major: 1, minor: 25 };

export type Go = { readonly version: string } | { readonly missing: string };

/** Asks the `go` on PATH for its own version, without letting it fetch another toolchain. */
export const findGo = (): Go => {
  const asked = spawnSync("go", ["version"], { encoding: "utf8", env: { ...process.env, GOTOOLCHAIN: "local" } });
  if (asked.error !== undefined || asked.status !== 0) return { missing: "there is no go on PATH" };
  const [, version, major, minor] = /\bgo((\d+)\.(\d+)\S*)/.exec(asked.stdout) ?? [];
  if (version === undefined) return { missing: `"go version" says ${JSON.stringify(asked.stdout.trim())}` };
  const isOld = Number(major) < oldest.major || (Number(major) === oldest.major && Number(minor) < oldest.minor);
  return isOld ? { missing: `the go on PATH is ${version}` } : { version };
};

/** What a reader can do instead, in the words of the flags and variables that do it. */
export const withoutGo = (reason: string): string =>
  [
    `cannot build the Collector: Go ${oldest.major}.${oldest.minor} or newer is needed, but ${reason}.`,
    "",
    "Either install Go from https://go.dev/dl/ and try again, or use a Collector that is built already",
    "(any otelcol-contrib v0.145.0 or newer):",
    "  otel-policy … --collector FILE     for one command",
    "  OTELCOL_BIN=FILE npm run demo      for everything here, npm test included",
    "  otelcol-contrib on PATH            is found by itself",
  ].join("\n");
