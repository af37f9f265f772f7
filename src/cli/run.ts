import { reportBug } from "./bug.ts";
import type { Command } from "./command.ts";
import { exit } from "./exit.ts";
import * as flag from "./flag-table.ts";
import { parseFlags } from "./flags.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { namedCommand } from "./named-command.ts";
import type { Parts } from "./parts.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** What people try first; spelled as verbs. */
const spellings: { readonly [word: string]: string } = { "--help": "help", "-h": "help", "--version": "version" };

/** The whole command line: finds the verb, reads its flags, runs it, answers the exit code. Never throws. */
export const run = async (
  argv: readonly string[],
  commands: readonly Command[],
  terminal: Terminal,
  parts: Parts,
): Promise<number> => {
  const [first, ...rest] = argv;
  let known: Command | null = null;
  try {
    if (first === undefined) {
      terminal.err.write(generalHelp(commands, terminal.err, terminal.env, "auto"));
      return exit.usage;
    }
    const command = namedCommand(spellings[first] ?? first, commands);
    known = command;
    if (asksForHelp(rest)) {
      terminal.out.write(commandHelp(command, terminal.out, terminal.env, wishOf(rest)));
      return exit.ok;
    }
    const { flags, operands } = parseFlags(rest, [...command.flags, ...flag.general], terminal.env);
    checkOperands(command, operands);
    return await command.run({ flags, operands, terminal, parts, commands });
  } catch (error) {
    if (!(error instanceof UsageError)) return reportBug(error, terminal);
    const help = known === null ? "otel-policy --help" : `otel-policy ${known.name} --help`;
    terminal.err.write(`otel-policy: ${error.message}\n  see  ${help}\n`);
    return exit.usage;
  }
};

/** Looked for before anything is checked: whoever asks for help often has a line that is not right yet. */
const asksForHelp = (argv: readonly string[]): boolean => {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? argv.length : end).some((word) => word === "--help" || word === "-h");
};

const wishOf = (argv: readonly string[]) => {
  const [, wish] = /(?:^|\s)--color[= ](always|never)(?:\s|$)/.exec(argv.join(" ")) ?? [];
  return wish === "always" || wish === "never" ? wish : "auto";
};

const checkOperands = ({ name, arity, operands: shown }: Command, operands: readonly string[]): void => {
  const extra = operands[arity.most];
  if (extra !== undefined)
    throw new UsageError(
      arity.most === 0 ? `${name} takes no operand, but got "${extra}"` : `"${extra}" is one operand too many`,
    );
  if (operands.length < arity.least) throw new UsageError(`${name} needs ${shown}`);
};
