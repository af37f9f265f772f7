import { collectorWords } from "./collector-words.ts";
import type { CollectorLine } from "./log-line.ts";

const kept = 6;

/**
 * Keeps what explains an end. The Collector's own last sentence (`Error: cannot start pipelines: …`) says it best, else
 * its last error lines, else the last lines of whatever it was.
 */
export const lastWords = (): { readonly add: (line: CollectorLine) => void; readonly text: () => string } => {
  let sentence: string[] = [];
  let errors: string[] = [];
  let others: string[] = [];
  return {
    add: (line) => {
      if (line.at === null && line.level === "error") {
        sentence = [line.message];
      } else if (line.at === null && sentence.length > 0 && line.level === "info") {
        if (sentence.length < kept) sentence.push(line.message);
      } else if (line.level === "error") {
        const cause = line.fields["error"];
        errors = [...errors, cause === undefined ? line.message : `${line.message}: ${cause}`].slice(-kept);
      } else if (line.at === null) {
        others = [...others, line.message].slice(-kept);
      }
    },
    text: () => {
      if (sentence.length > 0) return collectorWords(sentence.join("\n"));
      return (errors.length > 0 ? errors : others).join("\n");
    },
  };
};
