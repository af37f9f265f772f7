import type { Command } from "../../../src/cli/command.ts";
import { commands } from "../../../src/cli/commands.ts";
import { type Parts, parts } from "../../../src/cli/parts.ts";
import { run } from "../../../src/cli/run.ts";
import { fakeTerminal } from "./fake-terminal.ts";

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

/** One command line, run in this process against a terminal that remembers. `line` is split at spaces. */
export const runCli = async (
  line: string,
  given: Parameters<typeof fakeTerminal>[0] & {
    readonly parts?: Partial<Parts>;
    readonly commands?: readonly Command[];
  } = {},
): Promise<Ran> => {
  const { terminal, stdout, stderr } = fakeTerminal(given);
  const argv = line.split(" ").filter((word) => word !== "");
  const code = await run(argv, given.commands ?? commands, terminal, { ...parts, ...given.parts });
  return { code, out: stdout(), err: stderr() };
};
