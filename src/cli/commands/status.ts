import { askAgent } from "../ask-agent.ts";
import type { Command } from "../command.ts";
import { exit, usualExits } from "../exit.ts";
import * as flag from "../flag-table.ts";
import { paint, wantsColor } from "../paint.ts";
import { statusText } from "../status-text.ts";
import { UsageError } from "../usage-error.ts";

export const status: Command = {
  name: "status",
  group: "Run",
  summary: "what a running agent says: policies, generation, last reload",
  about:
    "Asks a running agent for its policies with their state and reason, the live generation and the last reload. Ends with 0 only when the agent is ready.",
  operands: "",
  arity: { least: 0, most: 0 },
  flags: [flag.listen, flag.statusFormat],
  examples: [
    { does: "the agent or dev that runs on this machine", line: "otel-policy status" },
    { does: "one number out of it", line: "otel-policy status -o json | jq .live.number" },
  ],
  exits: { [exit.ok]: "ready", [exit.findings]: "not ready, or no agent answers", ...usualExits },
  run: async ({ flags, terminal }) => {
    const listen = flags.get(flag.listen);
    if (listen === null) throw new UsageError("--listen none: an agent without a server cannot be asked");
    const answer = await askAgent(listen);
    if ("silence" in answer) {
      terminal.err.write(
        `otel-policy: ${answer.silence}\n  start one with  otel-policy agent  or  otel-policy dev,  or name its address with --listen\n`,
      );
      return exit.findings;
    }
    const style = paint(wantsColor(flags.get(flag.color), terminal.out, terminal.env));
    terminal.out.write(
      flags.get(flag.statusFormat) === "json"
        ? `${JSON.stringify(answer.view, null, 2)}\n`
        : statusText(answer.view, style, Date.now()),
    );
    return answer.view.ready ? exit.ok : exit.findings;
  },
};
