import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFailure } from "../../collector/failures.ts";
import type { CollectorBinary } from "../../collector/find.ts";
import { scrape } from "../../collector/metrics-text.ts";
import { freePorts } from "../../collector/ports.ts";
import { startCollector } from "../../collector/process.ts";
import type { Compilation } from "../../compile.ts";
import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/source.ts";
import { connect, type ExportRequest } from "../../traffic/post.ts";
import { startOtlpServer } from "../otlp-server.ts";
import { type CameOut, cameOut } from "./came-out.ts";

/** After the last record came, how long nothing more may come before all have. */
const quietMs = 500;
const startMs = 15_000;
const drainMs = 10_000;

export type TestRun = {
  /** For a sink, a port that takes OTLP/HTTP and one that Prometheus pulls from. */
  readonly compile: (sink: string, port: number, pull: number) => Promise<Compilation>;
  readonly collector: CollectorBinary;
  readonly requests: readonly { readonly request: ExportRequest; readonly path: string; readonly span: Span }[];
  readonly env: NodeJS.ProcessEnv;
};

/** Sends the requests through a Collector with these policies and answers what came out, or why it could not. */
export const runTest = async (run: TestRun): Promise<CameOut | readonly Diagnostic[]> => {
  const folder = await mkdtemp(join(tmpdir(), "otel-policy-test-"));
  const bodies: object[] = [];
  const receiver = await startOtlpServer((_path, body) => {
    bodies.push(JSON.parse(String(body)));
  });
  const linesPath = join(folder, "lines");
  const lines = openSync(linesPath, "a", 0o600);
  try {
    const [port = 0, pull = 0] = await freePorts(2);
    const compilation = await run.compile(receiver.url, port, pull);
    if (compilation.rendered === null) return compilation.diagnostics;
    const configPath = join(folder, "collector.yaml");
    await writeFile(configPath, compilation.rendered.core.yaml, { mode: 0o600 });
    const collector = startCollector({
      ...{ binary: run.collector, configPath, env: run.env, name: "test", stdout: lines, endWithParent: true },
      onLog: () => {}, // what ends it is in its words
    });
    const refused = await sendAll(`http://127.0.0.1:${port}`, run.requests, collector.exited);
    await untilQuiet(() => bodies.length, quietMs + 1000 * longestWait(compilation));
    const scraped = refused === "ended" ? [] : await scrape(pull).catch(() => []); // no series, no answer
    const exit = await collector.stop(drainMs);
    if (refused === "ended") return [startFailure(collector, exit)];
    if (refused.length > 0) return refused;
    const text = await readFile(linesPath, "utf8");
    return cameOut(
      bodies,
      text.split("\n").filter((line) => line !== ""),
      scraped,
    );
  } finally {
    closeSync(lines);
    await receiver.close();
    await rm(folder, { recursive: true, force: true });
  }
};

/** Parent-based decisions are made when a trace has had the time to be whole. */
const longestWait = ({ plan }: Compilation): number =>
  Math.max(
    0,
    ...plan.classes.flatMap(({ stages }) =>
      stages.flatMap((stage) => ("waitSeconds" in stage ? [stage.waitSeconds + 1] : [])),
    ),
  );

const sendAll = async (
  endpoint: string,
  requests: TestRun["requests"],
  exited: Promise<unknown>,
): Promise<readonly Diagnostic[] | "ended"> => {
  const { post, close } = connect(endpoint, 1);
  let hasEnded = false;
  void exited.then(() => {
    hasEnded = true;
  });
  const refused: Diagnostic[] = [];
  const until = Date.now() + startMs;
  for (const { request, path, span } of requests) {
    for (;;) {
      const { status, rejected, words } = await post(request);
      if (hasEnded) break;
      if (status === null && Date.now() < until) {
        await pause(20); // it does not listen yet
        continue;
      }
      if (rejected > 0) {
        const problem = `is refused by the Collector: ${words ?? "without a reason"}`;
        refused.push(diagnostic("TP7002", { path, problem }, span));
      }
      break;
    }
  }
  close();
  return hasEnded ? "ended" : refused;
};

const untilQuiet = async (count: () => number, forMs: number): Promise<void> => {
  for (let seen = count(), since = Date.now(); Date.now() - since < forMs; ) {
    await pause(50);
    if (count() === seen) continue;
    seen = count();
    since = Date.now();
  }
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
