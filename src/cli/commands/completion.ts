import { didYouMean } from "../../base/suggest.ts";
import type { Command } from "../command.ts";
import { bash } from "../completion/bash.ts";
import { fish } from "../completion/fish.ts";
import { type CompletionWords, completionWords } from "../completion/words.ts";
import { zsh } from "../completion/zsh.ts";
import { exit, usualExits } from "../exit.ts";
import { UsageError } from "../usage-error.ts";

const shells: { readonly [shell: string]: (words: CompletionWords) => string } = { bash, zsh, fish };

export const completion: Command = {
  name: "completion",
  group: "Understand",
  summary: "completion of verbs and flags for bash, zsh or fish",
  about: "Prints a script that completes verbs, flags and paths in a shell.",
  operands: "bash|zsh|fish",
  arity: { least: 1, most: 1 },
  flags: [],
  examples: [
    { does: "in this bash", line: "otel-policy completion bash" },
    { does: "for every zsh to come", line: "otel-policy completion zsh" },
  ],
  exits: { [exit.ok]: "printed", ...usualExits },
  run: async ({ operands: [shell = ""], terminal, commands }) => {
    const print = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
    const known = Object.keys(shells);
    if (print === undefined)
      throw new UsageError(`"${shell}" is none of ${known.join(", ")}${didYouMean(shell, known)}`);
    terminal.out.write(print(completionWords(commands)));
    return exit.ok;
  },
};
