import type { CompletionWords } from "./words.ts";

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** For fish. */
export const fish = (words: CompletionWords): string =>
  [
    "# fish completion of otel-policy:  otel-policy completion fish > ~/.config/fish/completions/otel-policy.fish",
    ...words.map(
      ({ name, summary }) => `complete -c otel-policy -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
    ),
    ...words.flatMap(({ name, flags }) =>
      flags.map(
        ({ name: flag, text, takesValue }) =>
          `complete -c otel-policy -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}${takesValue ? " -r" : ""} -d ${quoted(text)}`,
      ),
    ),
  ]
    .join("\n")
    .concat("\n");
