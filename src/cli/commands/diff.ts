import { hasErrors } from "../../diagnostics/diagnostic.ts";
import type { Call, Command } from "../command.ts";
import { type Compiled, compiledFrom, compileFlags } from "../compiled.ts";
import { exit } from "../exit.ts";
import { findingsText } from "../findings.ts";
import * as flag from "../flag-table.ts";
import { paint, wantsColor } from "../paint.ts";
import { readFiles } from "../read-files.ts";
import { UsageError } from "../usage-error.ts";

export const diff: Command = {
  name: "diff",
  group: "Write and check policies",
  summary: "what changes between two sets of policies, or from what is in service",
  about:
    "Compares what two sets of policies decide, target by target and setting by setting, whatever files and dialect they are written in: what changes, which line says so, what has to be reloaded for it and which series end. With --running the first side is the generation in service.",
  operands: "A B | --running B",
  arity: { least: 1, most: 2 },
  flags: [
    ...compileFlags.filter((each) => each !== flag.file),
    flag.running,
    flag.listen,
    flag.runDir,
    flag.statusFormat,
  ],
  examples: [
    { does: "two folders", line: "otel-policy diff samples/01-draft-example samples/05-sampling-rates" },
    {
      does: "what an edit would do to the agent of this machine",
      line: "otel-policy diff --running samples/01-draft-example",
    },
  ],
  exits: {
    [exit.ok]: "the same",
    [exit.findings]: "they differ",
    [exit.usage]: "the command line was wrong, a side has errors, or nothing is in service",
    [exit.bug]: "a bug of otel-policy",
  },
  run: async (call) => {
    const { flags, operands, terminal } = call;
    const [first = "", second] = operands;
    const isRunning = flags.get(flag.running);
    if (isRunning === (second !== undefined)) throw new UsageError("diff compares A with B, or --running with B");
    const { differenceJson, differenceOf, differenceText, isSame } = await import("../diff/difference.ts");
    const { inService } = await import("../diff/in-service.ts");
    const before = isRunning ? await inService(call) : await side(call, first);
    if ("silence" in before) {
      terminal.err.write(`otel-policy: ${before.silence}\n`);
      return exit.usage;
    }
    const after = await side(call, second ?? first);
    if ((await tellErrors(call, before)) || (await tellErrors(call, after))) return exit.usage;
    const difference = differenceOf(before, after);
    const style = paint(wantsColor(flags.get(flag.color), terminal.out, terminal.env));
    terminal.out.write(
      flags.get(flag.statusFormat) === "json"
        ? `${JSON.stringify(differenceJson(difference), null, 2)}\n`
        : differenceText(difference, style),
    );
    return isSame(difference) ? exit.ok : exit.findings;
  },
};

const side = async (call: Call, path: string): Promise<Compiled> =>
  compiledFrom(call, await readFiles([path], call.terminal.readStdin), { topology: "handover", collector: null });

/** A policy with errors is left out, which would look like a deletion: so they are told, and nothing is compared. */
const tellErrors = async ({ flags, terminal }: Call, side: Compiled): Promise<boolean> => {
  if (!hasErrors(side.diagnostics)) return false;
  const color = wantsColor(flags.get(flag.color), terminal.err, terminal.env);
  terminal.err.write(await findingsText(side, { format: "text", detail: "errors", color }));
  return true;
};
