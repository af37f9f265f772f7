import type { Command } from "../command.ts";
import { general } from "../flag-table.ts";

/** What can be completed: verbs, and the long flags of each. */
export type CompletionWords = readonly {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly { readonly name: string; readonly text: string; readonly takesValue: boolean }[];
}[];

export const completionWords = (commands: readonly Command[]): CompletionWords =>
  commands.map(({ name, summary, flags }) => ({
    name,
    summary,
    flags: [...flags, ...general].map((flag) => ({
      name: `--${flag.name}`,
      text: flag.text,
      takesValue: flag.value !== null,
    })),
  }));
