import type { Command } from "../command.ts";
import { exit } from "../exit.ts";
import * as flag from "../flag-table.ts";
import { commandHelp, generalHelp } from "../help.ts";
import { namedCommand } from "../named-command.ts";

export const help: Command = {
  name: "help",
  group: "Understand",
  summary: "this list, or the help of one verb",
  about: "Shows all verbs, or one verb's flags, examples and exit codes.",
  operands: "[VERB]",
  arity: { least: 0, most: 1 },
  flags: [],
  examples: [
    { does: "all verbs", line: "otel-policy help" },
    { does: "one verb; otel-policy render --help says the same", line: "otel-policy help render" },
  ],
  exits: { [exit.ok]: "shown", [exit.usage]: "there is no such verb" },
  run: async ({ operands, commands, flags, terminal }) => {
    const [name] = operands;
    const wish = flags.get(flag.color);
    terminal.out.write(
      name === undefined
        ? generalHelp(commands, terminal.out, terminal.env, wish)
        : commandHelp(namedCommand(name, commands), terminal.out, terminal.env, wish),
    );
    return exit.ok;
  },
};
