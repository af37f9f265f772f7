import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CollectorBinary } from "../collector/find.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { spanOf } from "../diagnostics/origin.ts";
import type { Span } from "../diagnostics/source.ts";
import { environment, type Rendered, type RenderedPart, type SourceMap } from "../render/types.ts";
import type { Call } from "./command.ts";

/** Asks the Collector itself about each rendered part; what it refuses is pointed at where the policy or base config wrote it. */
export const askCollector = async (
  { terminal, parts }: Call,
  binary: CollectorBinary,
  rendered: Rendered | null,
): Promise<readonly Diagnostic[]> => {
  if (rendered === null) return [];
  const validateConfig = await parts.validateConfig();
  const folder = await mkdtemp(join(tmpdir(), "otel-policy-"));
  try {
    const env = { ...terminal.env, ...standIns(folder, rendered.digest) };
    await mkdir(join(folder, "run"), { mode: 0o700 });
    const found: Diagnostic[] = [];
    for (const part of [rendered.ingest, rendered.core]) {
      if (part === null) continue;
      const path = join(folder, "config.yaml");
      await writeFile(path, part.yaml);
      const answer = await validateConfig(binary, path, env);
      if (!answer.ok) found.push(...answer.findings.map((finding) => refusal(finding, part)));
    }
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** What the agent sets for each process, so that `${env:…}` in the parts of the handover topology resolve. */
const standIns = (folder: string, digest: string): NodeJS.ProcessEnv => ({
  [environment.coreSocket]: join(folder, "run", "core-0.sock"),
  [environment.runDir]: join(folder, "run"),
  [environment.healthSocket]: join(folder, "run", "health-0.sock"),
  [environment.telemetryPort]: "1",
  [environment.flowPort]: "2",
  [environment.digest]: digest,
  [environment.slot]: "a",
});

const refusal = (
  finding: { readonly path: string | null; readonly words: string },
  { sourceMap }: RenderedPart,
): Diagnostic => {
  const words = finding.path === null ? finding.words : `${finding.path}: ${finding.words}`;
  return diagnostic("TP5010", { words }, finding.path === null ? null : spanBelow(finding.path, sourceMap));
};

/** The Collector names a component or a field of it: the first written place at or below it. */
const spanBelow = (path: string, sourceMap: SourceMap): Span | null => {
  for (const [key, origin] of sourceMap) {
    if (key !== path && !key.startsWith(`${path}::`)) continue;
    const span = spanOf(origin);
    if (span !== null) return span;
  }
  return null;
};
