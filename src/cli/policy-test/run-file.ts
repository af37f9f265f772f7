import type { CollectorBinary } from "../../collector/find.ts";
import { type Diagnostic, hasErrors } from "../../diagnostics/diagnostic.ts";
import type { SourceFile } from "../../diagnostics/source.ts";
import type { Call } from "../command.ts";
import { judge } from "./judge.ts";
import { preparePolicies, prepareRequests } from "./prepare.ts";
import { readTestFile } from "./read-test-file.ts";
import { runTest } from "./run-test.ts";

export type Result = {
  readonly name: string;
  /** Errors: it failed. */
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
};

/** Every test of a file, one after the other; where the file itself or its policies have errors, that is the one result. */
export async function* runTestFile(call: Call, source: SourceFile, collector: CollectorBinary): AsyncGenerator<Result> {
  const read = readTestFile(source);
  const own = [source.path, source.text] as const;
  if (read.value === null) {
    yield { name: "the test file", diagnostics: read.diagnostics, sources: new Map([own]) };
    return;
  }
  const policies = await preparePolicies(call, read.value, collector);
  const { compile } = policies.value;
  const sources = new Map([...policies.value.sources, own]);
  if (hasErrors(policies.diagnostics)) {
    yield { name: "the policies", diagnostics: policies.diagnostics, sources };
    return;
  }
  for (const test of read.value.tests) {
    const requests = await prepareRequests(read.value, test);
    if (hasErrors(requests.diagnostics)) {
      yield { name: test.name, diagnostics: requests.diagnostics, sources };
      continue;
    }
    const out = await runTest({ compile, collector, requests: requests.value, env: call.terminal.env });
    yield { name: test.name, diagnostics: "spans" in out ? judge(test, out) : out, sources };
  }
}
