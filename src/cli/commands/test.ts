import { hasErrors } from "../../diagnostics/diagnostic.ts";
import type { Call, Command } from "../command.ts";
import { compileFlags } from "../compiled.ts";
import { collectorExit, exit, usualExits } from "../exit.ts";
import { type Findings, findingsText } from "../findings.ts";
import * as flag from "../flag-table.ts";
import { paint, wantsColor } from "../paint.ts";
import { findTests } from "../policy-test/find-tests.ts";
import { wantedCollector } from "../wanted-collector.ts";

export const test: Command = {
  name: "test",
  group: "Write and check policies",
  summary: "tests of policies: records in, expectations out, through a real Collector",
  about:
    "Runs the *.test.yaml beside policies, of the files and folders that are named: each test sends OTLP/JSON through a real Collector with these policies, and expects spans, logs, access-log lines and metrics to come out. Policies beside a test count unless it names others.",
  operands: "PATH…",
  arity: { least: 1, most: Number.POSITIVE_INFINITY },
  flags: [...compileFlags.filter((each) => each !== flag.file && each !== flag.base), flag.collector, flag.quiet],
  examples: [
    { does: "the tests of one sample", line: "otel-policy test samples/03-tool-audit" },
    { does: "all of them, for a CI job", line: "otel-policy test samples --color never" },
  ],
  exits: {
    [exit.ok]: "all passed",
    [exit.findings]: "some failed, or there are none",
    ...collectorExit,
    ...usualExits,
  },
  run: async (call) => {
    const { flags, terminal, operands } = call;
    const files = await findTests(operands);
    if (files.length === 0) {
      terminal.err.write(`otel-policy: there is no *.test.yaml in ${operands.join(", ")}\n`);
      return exit.findings;
    }
    const collector = await wantedCollector(call);
    if (collector === "unusable") return exit.noCollector;
    const { runTestFile } = await import("../policy-test/run-file.ts");
    const { green, red, dim } = paint(wantsColor(flags.get(flag.color), terminal.out, terminal.env));
    const isQuiet = flags.get(flag.quiet);
    const count = { passed: 0, failed: 0 };
    for (const file of files) {
      if (!isQuiet) terminal.out.write(`${dim(file.path)}\n`);
      for await (const { name, ...found } of runTestFile(call, file, collector)) {
        const hasFailed = hasErrors(found.diagnostics);
        count[hasFailed ? "failed" : "passed"] += 1;
        if (!isQuiet || hasFailed) terminal.out.write(`  ${hasFailed ? red("failed") : green("passed")}  ${name}\n`);
        if (hasFailed) await tell(call, found);
      }
    }
    terminal.out.write(`${count.passed} passed, ${count.failed} failed\n`);
    return count.failed > 0 ? exit.findings : exit.ok;
  },
};

const tell = async ({ flags, terminal }: Call, { diagnostics, sources }: Findings): Promise<void> => {
  const color = wantsColor(flags.get(flag.color), terminal.out, terminal.env);
  terminal.out.write(await findingsText({ diagnostics, sources }, { format: "text", detail: "errors", color }));
};
