import type { Command } from "../command.ts";
import { compiled, compileFlags } from "../compiled.ts";
import { collectorExit, exit, usualExits } from "../exit.ts";
import * as flag from "../flag-table.ts";
import { makeRunDir } from "../make-run-dir.ts";
import { chosenPart } from "../rendered-part.ts";
import { report, reportFlags } from "../report.ts";
import { UsageError } from "../usage-error.ts";
import { wantedCollector } from "../wanted-collector.ts";
import { writeOut } from "../write-out.ts";

export const render: Command = {
  name: "render",
  group: "Write and check policies",
  summary: "policies to a Collector config, on standard output or into a file",
  about:
    "Renders policies to the Collector config that applies them. With --topology single, the default, it is one complete config that an unmodified otelcol-contrib runs as it is. Same input, same bytes.",
  operands: "[PATH…]",
  arity: { least: 0, most: Number.POSITIVE_INFINITY },
  flags: [
    ...compileFlags,
    flag.strict,
    flag.topology,
    flag.part,
    flag.rules,
    flag.collector,
    flag.outputFile,
    flag.runDir,
    ...reportFlags,
  ],
  examples: [
    { does: "one policy, one complete config", line: "otel-policy render samples/01-draft-example" },
    {
      does: "grafted into another Collector config, into a file",
      line: "otel-policy render samples/05-sampling-rates --base templates/collector/dev.yaml -o collector.yaml",
    },
  ],
  exits: {
    [exit.ok]: "no errors",
    [exit.findings]: "errors; what has none is rendered",
    ...collectorExit,
    ...usualExits,
  },
  run: async (call) => {
    const { flags, operands, terminal } = call;
    if (flags.get(flag.rules) && (flags.get(flag.part) !== null || flags.has(flag.collector)))
      throw new UsageError("--rules prints no Collector config: leave --part and --collector out");
    const { topology, pick } = chosenPart(flags);
    const collector = flags.has(flag.collector) ? await wantedCollector(call) : null;
    if (collector === "unusable") return exit.noCollector;
    const { compilation, ...found } = await compiled(call, {
      paths: operands,
      topology,
      collector,
      withoutPolicies: flags.get(flag.part) === "ingest",
    });
    const code = await report(call, found, { format: "text", stream: terminal.err });
    const { rendered } = compilation;
    if (flags.get(flag.rules)) {
      const { budgetsOf, budgetRules } = await call.parts.budgets();
      const budgets = budgetsOf(compilation.effective);
      if (budgets.length === 0) terminal.err.write("no policy has metrics.genAI.budgets: the file of rules is empty\n");
      return Math.max(code, await writeOut(call, budgetRules(budgets)));
    }
    await makeRunDir(call);
    const written = rendered === null ? exit.ok : await writeOut(call, pick(rendered).yaml);
    return Math.max(code, written);
  },
};
