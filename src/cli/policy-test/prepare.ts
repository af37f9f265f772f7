import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { readSnapshot } from "../../agent/snapshot.ts";
import type { CollectorBinary } from "../../collector/find.ts";
import type { Compilation } from "../../compile.ts";
import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import { type Outcome, outcome } from "../../diagnostics/outcome.ts";
import type { SourceFile } from "../../diagnostics/source.ts";
import type { Call } from "../command.ts";
import { readPriceFile } from "../compiled.ts";
import * as flag from "../flag-table.ts";
import { beside } from "./find-tests.ts";
import { exportsIn } from "./otlp-input.ts";
import type { TestRun } from "./run-test.ts";
import type { PolicyTest, TestFile } from "./test-file.ts";

export type Prepared = {
  readonly compile: TestRun["compile"];
  /** Texts that findings may point into. */
  readonly sources: readonly SourceFile[];
};

/** The policies of a test file, ready to be compiled for a run. */
export const preparePolicies = async (
  { flags, parts }: Call,
  file: TestFile,
  collector: CollectorBinary,
): Promise<Outcome<Prepared>> => {
  const paths = file.policies?.map((path) => beside(file.path, path)) ?? [dirname(file.path)];
  const [read, prices, compile] = await Promise.all([
    readSnapshot(paths),
    readPriceFile(flags.get(flag.prices)),
    parts.compile(),
  ]);
  const compileWith = (base: SourceFile, redirectSinks: string | null): Compilation =>
    compile(read.files, {
      dataPlanes: file.dataPlanes ?? flags.get(flag.dataPlane),
      rootNamespace: flags.get(flag.rootNamespace),
      allowEndpoints: flags.get(flag.allowEndpoint),
      ...{ base, topology: "single", collector, redirectSinks, prices },
    });
  const nothing: SourceFile = { path: "nothing", text: emptyBase };
  const found = [...read.diagnostics, ...compileWith(nothing, null).diagnostics];
  return outcome({ compile: compileWith, sources: read.files }, found);
};

/** Policies are checked before a Collector is started for them. */
const emptyBase = `receivers: {otlp: {protocols: {http: {}}}}
exporters: {debug: {}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [debug]}
    metrics: {receivers: [otlp], exporters: [debug]}
    logs: {receivers: [otlp], exporters: [debug]}
`;

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
