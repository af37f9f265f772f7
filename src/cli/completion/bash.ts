import type { CompletionWords } from "./words.ts";

/** For bash 4 and newer. Where neither a verb nor a flag fits, bash completes files. */
export const bash = (
  words: CompletionWords,
): string => `# bash completion of otel-policy:  source <(otel-policy completion bash)
_otel_policy() {
  local word="\${COMP_WORDS[COMP_CWORD]}" flags=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${words.map(({ name }) => name).join(" ")} --help --version" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${words.map(({ name, flags }) => `    ${name}) flags="${flags.map((flag) => flag.name).join(" ")} --help" ;;`).join("\n")}
  esac
  case "$word" in -*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;; esac
}
complete -o default -F _otel_policy otel-policy
`;
