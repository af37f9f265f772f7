import { callAgent } from "../agent-api.ts";
import type { Command } from "../command.ts";
import { exit, usualExits } from "../exit.ts";
import * as flag from "../flag-table.ts";
import { historyText } from "../history-text.ts";
import { ledgerOf, storedLedger } from "../ledger-source.ts";
import { ownRunDir } from "../own-run-dir.ts";
import { paint, wantsColor } from "../paint.ts";

export const history: Command = {
  name: "history",
  group: "Understand",
  summary: "what was tried, applied, refused and taken back, and what it cost",
  about:
    "Prints the ledger of generations: outcome, cause, checks, time, items refused and gap of every try. Asks the running agent; without one it reads the ledger that the last agent left in the run folder.",
  operands: "",
  arity: { least: 0, most: 0 },
  flags: [flag.listen, flag.runDir, flag.statusFormat],
  examples: [
    { does: "the agent or dev that runs on this machine", line: "otel-policy history" },
    { does: "how the last try ended", line: "otel-policy history -o json | jq .[-1].outcome" },
  ],
  exits: { [exit.ok]: "printed", [exit.findings]: "no agent answers, and none left a ledger", ...usualExits },
  run: async ({ flags, terminal }) => {
    const listen = flags.get(flag.listen);
    const runDir = flags.get(flag.runDir) ?? ownRunDir(terminal.env);
    const answer =
      listen === null ? { silence: "there is no agent to ask" } : await callAgent(listen, "GET", "/api/v1/generations");
    const entries = ("body" in answer ? ledgerOf(answer.body) : null) ?? (await storedLedger(runDir));
    if (entries === null) {
      const silence = "silence" in answer ? answer.silence : "the agent that answers keeps no ledger";
      terminal.err.write(`otel-policy: ${silence}, and ${runDir} holds no ledger\n`);
      return exit.findings;
    }
    const style = paint(wantsColor(flags.get(flag.color), terminal.out, terminal.env));
    terminal.out.write(
      flags.get(flag.statusFormat) === "json" ? `${JSON.stringify(entries, null, 2)}\n` : historyText(entries, style),
    );
    return exit.ok;
  },
};
