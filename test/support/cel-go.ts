import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { findGo } from "../../scripts/otelcol/go.ts";
import type { CelView } from "./cel-records.ts";

const root = join(import.meta.dirname, "../..");
const binary = join(root, "build/cel-go");

/** The program of test/cel-go, built; or why there is none. Go's cache makes all but the first build a second. */
export const buildCelGo = (): { readonly missing: string } | { readonly path: string } => {
  const go = findGo();
  if ("missing" in go) return { missing: go.missing };
  mkdirSync(join(root, "build"), { recursive: true });
  const { status, stderr } = spawnSync(
    "go",
    ["build", "-mod=readonly", "-buildvcs=false", "-trimpath", "-o", binary, "."],
    {
      cwd: join(root, "test/cel-go"),
      env: { GOTOOLCHAIN: "local", ...process.env, CGO_ENABLED: "0" },
      encoding: "utf8",
      timeout: 240_000,
    },
  );
  return status === 0 ? { path: binary } : { missing: `go build in test/cel-go failed: ${stderr.trim()}` };
};

const answerOf = (code: unknown): boolean | null => (code === 1 ? true : code === 0 ? false : null);

/** How cel-go decides each expression for each view, `[expression][view]`: true, false, or null for an error. */
export const celGo = (
  path: string,
  expressions: readonly string[],
  views: readonly CelView[],
): readonly (readonly (boolean | null)[])[] => {
  const { status, stdout, stderr } = spawnSync(path, [], {
    input: JSON.stringify({ expressions, views }),
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`cel-go refused an expression of the generator:\n${stderr}`);
  const rows: unknown = JSON.parse(stdout);
  if (!Array.isArray(rows)) throw new Error("cel-go answered no list");
  return rows.map((row: unknown) => (Array.isArray(row) ? row.map(answerOf) : []));
};
