import { nonPortable } from "../../policy/portable.ts";
import { askCollector } from "../ask-collector.ts";
import type { Command } from "../command.ts";
import { compiled, compileFlags } from "../compiled.ts";
import { collectorExit, exit, usualExits } from "../exit.ts";
import * as flag from "../flag-table.ts";
import { report, reportFlags } from "../report.ts";
import { wantedCollector } from "../wanted-collector.ts";

export const validate: Command = {
  name: "validate",
  group: "Write and check policies",
  summary: "check policies, and with --with-collector what they render to",
  about:
    "Checks policies and prints what is wrong, why it matters and what to write instead. Findings go to standard output in the format you choose, a summary to standard error.",
  operands: "[PATH…]",
  arity: { least: 0, most: Number.POSITIVE_INFINITY },
  flags: [
    ...compileFlags,
    flag.strict,
    flag.portable,
    flag.topology,
    flag.withCollector,
    flag.collector,
    flag.findingsFormat,
    ...reportFlags,
  ],
  examples: [
    {
      does: "all samples, as the real Collector sees them",
      line: "otel-policy validate --with-collector samples/*",
    },
    {
      does: "in a CI job that annotates pull requests",
      line: "otel-policy validate --strict -o github -f samples/03-tool-audit",
    },
  ],
  exits: { [exit.ok]: "no errors", [exit.findings]: "errors", ...collectorExit, ...usualExits },
  run: async (call) => {
    const { flags, operands, terminal } = call;
    const collector = flags.get(flag.withCollector) || flags.has(flag.collector) ? await wantedCollector(call) : null;
    if (collector === "unusable") return exit.noCollector;
    const { compilation, policies, sources, ...found } = await compiled(call, {
      paths: operands,
      topology: flags.get(flag.topology),
      collector,
    });
    const asked =
      collector === null || !flags.get(flag.withCollector)
        ? []
        : await askCollector(call, collector, compilation.rendered);
    const extensions = flags.get(flag.portable) ? nonPortable(compilation.policies) : [];
    const diagnostics = [...found.diagnostics, ...extensions, ...asked];
    const format = flags.get(flag.findingsFormat);
    return report(call, { diagnostics, sources, policies }, { format, stream: terminal.out });
  },
};
