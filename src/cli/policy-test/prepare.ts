import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { readSnapshot } from "../../agent/snapshot.ts";
import type { CollectorBinary } from "../../collector/find.ts";
import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import { type Outcome, outcome } from "../../diagnostics/outcome.ts";
import type { SourceFile } from "../../diagnostics/source.ts";
import type { Call } from "../command.ts";
import { type Compiled, compiledFrom } from "../compiled.ts";
import { beside } from "./find-tests.ts";
import { exportsIn } from "./otlp-input.ts";
import type { TestRun } from "./run-test.ts";
import type { PolicyTest, TestFile } from "./test-file.ts";

export type Prepared = {
  readonly compile: TestRun["compile"];
  /** Texts that findings may point into. */
  readonly sources: ReadonlyMap<string, string>;
};

/** The policies of a test file, ready to be compiled for a run, and what is wrong with them before a Collector is started. */
export const preparePolicies = async (
  call: Call,
  file: TestFile,
  collector: CollectorBinary,
): Promise<Outcome<Prepared>> => {
  const paths = file.policies?.map((path) => beside(file.path, path)) ?? [dirname(file.path)];
  const read = await readSnapshot(paths);
  const compiledTo = (sink: string, port: number, pull: number): Promise<Compiled> =>
    compiledFrom(call, outcome(read.files, read.diagnostics), {
      ...{ topology: "single", collector, base: baseOf(port, pull, sink), redirectSinks: sink },
      ...(file.dataPlanes === null ? {} : { dataPlanes: file.dataPlanes }),
    });
  const { diagnostics, sources } = await compiledTo("http://127.0.0.1:1", 2, 3);
  const compile: TestRun["compile"] = async (sink, port, pull) => (await compiledTo(sink, port, pull)).compilation;
  return outcome({ compile, sources }, diagnostics);
};

/** Everything that no policy governs, and what has no sink of its own, comes out where the rest does. */
const baseOf = (port: number, pull: number, sink: string): SourceFile => ({
  path: "base of the test",
  text: `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}
exporters:
  otlp_http/default: {endpoint: "${sink}", encoding: json, compression: none, tls: {insecure: true}}
  prometheus: {endpoint: "127.0.0.1:${pull}", without_scope_info: true}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp_http/default]}
    metrics: {receivers: [otlp], exporters: [otlp_http/default, prometheus]}
    logs: {receivers: [otlp], exporters: [otlp_http/default]}
`,
});

/** What a test sends. */
export const prepareRequests = async (file: TestFile, test: PolicyTest): Promise<Outcome<TestRun["requests"]>> => {
  const found: Diagnostic[] = [];
  const requests = await Promise.all(
    test.send.map(async ({ path, span }) => {
      const text = await readFile(beside(file.path, path), "utf8").catch(() => null);
      const exports = text === null ? { problem: "cannot be read" } : exportsIn(text);
      if (!("problem" in exports)) return exports.map((request) => ({ request, path, span }));
      found.push(diagnostic("TP7002", { path, problem: exports.problem }, span));
      return [];
    }),
  );
  return outcome(requests.flat(), found);
};
