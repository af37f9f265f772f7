import type { Command } from "../command.ts";
import { exit } from "../exit.ts";
import { packageVersion } from "../package-root.ts";

export const version: Command = {
  name: "version",
  group: "Understand",
  summary: "version of otel-policy and of the Node.js that runs it",
  about: "Prints the version of otel-policy and of the Node.js that runs it.",
  operands: "",
  arity: { least: 0, most: 0 },
  flags: [],
  examples: [
    { does: "both versions, on one line", line: "otel-policy version" },
    { does: "the same, as most tools spell it", line: "otel-policy --version" },
  ],
  exits: { [exit.ok]: "always" },
  run: async ({ terminal }) => {
    terminal.out.write(`otel-policy ${packageVersion()} (Node.js ${process.version})\n`);
    return exit.ok;
  },
};
