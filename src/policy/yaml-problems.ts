/** What the parser's error codes mean to an author, and what to do. Codes are those of the `yaml` package. */
export const yamlProblem = (code: string, detail: string): { readonly problem: string; readonly remedy: string } => {
  const known = problems[code];
  if (known !== undefined) return known(detail);
  return { problem: lowerFirst(detail), remedy: "repair the line; text with special characters belongs in quotes" };
};

type Problem = (detail: string) => { readonly problem: string; readonly remedy: string };

const problems: { readonly [code: string]: Problem | undefined } = {
  TAB_AS_INDENT: () => ({ problem: "a tab is used as indentation", remedy: "indent with spaces" }),
  BAD_INDENT: (detail) => {
    const flow = /^Flow (sequence|map)/.exec(detail)?.[1];
    if (flow === undefined) return { problem: lowerFirst(detail), remedy: "align the line with its neighbours" };
    const [open, close] = flow === "map" ? ["{", "}"] : ["[", "]"];
    return {
      problem: `a ${open} is opened here and never closed, or what follows is not indented below its key`,
      remedy: `add the ${close}, and indent every line of it`,
    };
  },
  MISSING_CHAR: (detail) =>
    /^Missing closing .quote/.test(detail)
      ? { problem: "a quoted text starts here and is never closed", remedy: "add the closing quote" }
      : { problem: lowerFirst(detail), remedy: "add it" },
  BLOCK_AS_IMPLICIT_KEY: () => ({
    problem: "a second key on one line",
    remedy: 'start a new line for it, or put text that holds ": " in quotes',
  }),
  MULTILINE_IMPLICIT_KEY: () => ({
    problem: "a key spreads over several lines; most often a colon is missing",
    remedy: "add the colon after the key, or put the text in quotes",
  }),
  BAD_DQ_ESCAPE: (detail) => ({
    problem: lowerFirst(detail),
    remedy: "write \\\\ for a backslash, or use single quotes",
  }),
  BAD_ALIAS: (detail) => ({ problem: lowerFirst(detail), remedy: "put text that starts with * or & in quotes" }),
  UNEXPECTED_TOKEN: (detail) => ({
    problem: lowerFirst(detail).replace(/ in YAML stream/, ""),
    remedy: "remove it, or put the text in quotes",
  }),
  BLOCK_IN_FLOW: () => ({
    problem: "an indented block inside [ ] or { }",
    remedy: "close the bracket, or write the whole value without brackets",
  }),
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
