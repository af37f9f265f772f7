import type { Exits } from "./exit.ts";
import type { Flag } from "./flag-kinds.ts";
import type { Flags } from "./flags.ts";
import type { Parts } from "./parts.ts";
import type { Terminal } from "./terminal.ts";

/** Headings of the general help, in this order. */
export const commandGroups = ["Write and check policies", "Run", "Understand"] as const;

/** What a verb gets: its flags and operands, the terminal, and the heavy parts, loaded when asked for. */
export type Call = {
  readonly flags: Flags;
  readonly operands: readonly string[];
  readonly terminal: Terminal;
  readonly parts: Parts;
  /** Every verb, for help. */
  readonly commands: readonly Command[];
};

/** One verb. The file of a verb parses nothing and decides nothing: it fetches, calls, prints and answers an exit code. */
export type Command = {
  readonly name: string;
  readonly group: (typeof commandGroups)[number];
  /** Half a line for the list of verbs; no capital, no full stop. */
  readonly summary: string;
  /** One or two sentences for the verb's own help. */
  readonly about: string;
  /** Names of the operands as help shows them: `[FILE…]`. */
  readonly operands: string;
  /** How many operands it takes. */
  readonly arity: { readonly least: number; readonly most: number };
  readonly flags: readonly Flag<unknown>[];
  /** Two, which work as they are in a clone or beside the installed samples. */
  readonly examples: readonly { readonly does: string; readonly line: string }[];
  readonly exits: Exits;
  readonly run: (call: Call) => Promise<number>;
};
