import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Exit, exitWords } from "./exit.ts";
import type { CollectorProcess } from "./process.ts";
import type { Validation } from "./validate.ts";

/** Why a Collector that was just started ended before it was healthy. */
export const startFailure = (ended: Pick<CollectorProcess, "name" | "words">, exit: Exit): Diagnostic => {
  const words = ended.words();
  const { name } = ended;
  const bound = /listen (?:tcp\d?|udp\d?|unix) (\S+): bind: address already in use/.exec(words);
  if (bound !== null) return diagnostic("TP5011", { address: bound[1] ?? "", by: `the ${name} Collector` }, null);
  const full = /open (\S+): (no space left on device|disk quota exceeded)/.exec(words);
  if (full !== null) return diagnostic("TP5020", { path: full[1] ?? "", reason: full[2] ?? "" }, null);
  return diagnostic("TP5012", { name, words: words === "" ? exitWords(exit) : words }, null);
};

/** Why a Collector that was in service ended without being asked to. */
export const deathOf = (ended: Pick<CollectorProcess, "name" | "words">, exit: Exit): Diagnostic => {
  const words = ended.words();
  return diagnostic("TP5013", { name: ended.name, how: `${exitWords(exit)}${words === "" ? "" : `: ${words}`}` }, null);
};

/** What `validate` had against a config; nothing when it had nothing. */
export const refusalOf = (validation: Validation): readonly Diagnostic[] =>
  validation.ok ? [] : [diagnostic("TP5010", { words: validation.words }, null)];
