import type { Command } from "../command.ts";
import { compileFlags } from "../compiled.ts";
import { exit, usualExits } from "../exit.ts";
import { explainTopic } from "../explain/topics.ts";
import * as flag from "../flag-table.ts";

export const explain: Command = {
  name: "explain",
  group: "Understand",
  summary: "why: a finding's code, a target, or a line of the rendered config",
  about:
    "Explains a diagnostic CODE; a TARGET (Gateway/NAMESPACE/NAME or Namespace/NAME): who governs it, who lost it, where each setting comes from, or with --native what its proxies have to be told; or a CONFIG-PATH (processors::NAME): which line of which policy caused it. Targets and paths need the policies, with -f.",
  operands: "CODE|TARGET|CONFIG-PATH",
  arity: { least: 1, most: 1 },
  flags: [...compileFlags, flag.otlpEndpoint, flag.topology, flag.part, flag.native],
  examples: [
    { does: "what a finding means and how to get rid of it", line: "otel-policy explain TP1006" },
    {
      does: "what governs a Gateway, setting by setting",
      line: "otel-policy explain Gateway/prod-ns/my-gateway -f samples/01-draft-example",
    },
  ],
  exits: { [exit.ok]: "explained", [exit.findings]: "there is no such code, governed target or path", ...usualExits },
  run: async (call) => {
    const { found, words } = await explainTopic(call.operands[0] ?? "", call);
    (found ? call.terminal.out : call.terminal.err).write(words);
    return found ? exit.ok : exit.findings;
  },
};
