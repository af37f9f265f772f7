import type { CompletionWords } from "./words.ts";

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
/** `_arguments` and `_describe` take a colon and brackets for their own. */
const plain = (text: string): string => text.replaceAll(/[:[\]\\]/g, (sign) => `\\${sign}`);

/** For zsh with compinit. */
export const zsh = (words: CompletionWords): string => `#compdef otel-policy
# zsh completion of otel-policy:  otel-policy completion zsh > "\${fpath[1]}/_otel-policy"
_otel_policy() {
  local -a verbs=(
${words.map(({ name, summary }) => `    ${quoted(`${name}:${plain(summary)}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  case "$words[2]" in
${words.map(verb).join("\n")}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _otel_policy "$@"; else compdef _otel_policy otel-policy; fi
`;

const verb = ({ name, flags }: CompletionWords[number]): string => {
  const specs = flags.map(({ name: flag, text, takesValue }) =>
    quoted(`*${flag}[${plain(text)}]${takesValue ? ":value:_files" : ""}`),
  );
  return `    ${name}) shift words; (( CURRENT-- )); _arguments ${[...specs, "'*:path:_files'"].join(" ")} ;;`;
};
