import { RE2JS } from "re2js";

/** Why a pattern is no RE2, in the words of RE2 itself; null when it is one. */
export const regexProblem = (pattern: string): string | null => {
  try {
    RE2JS.compile(pattern);
    return null;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^error parsing regexp: /, "");
  }
};

/** Does an RE2 match somewhere in the text? The pattern must be one. */
export const regexMatches = (pattern: string, text: string): boolean => RE2JS.compile(pattern).test(text);

/** Regular expression that matches exactly this text. */
const literalPattern = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");

/** The same, whatever the case of its ASCII letters. */
export const anyCasePattern = (text: string): string =>
  [...text]
    .map((letter) =>
      /^[A-Za-z]$/.test(letter) ? `[${letter.toLowerCase()}${letter.toUpperCase()}]` : literalPattern(letter),
    )
    .join("");
