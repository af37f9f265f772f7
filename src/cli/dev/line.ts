import { clip, harmless, widthOf } from "./text-width.ts";

export type Style = "plain" | "bold" | "dim" | "good" | "warn" | "bad" | "title";

/** A run of text in one style. Lines are laid out as segments and painted last, so that colour never changes the layout. */
export type Segment = { readonly text: string; readonly style: Style };
export type Line = readonly Segment[];

/** Codes of the 16 colours every terminal theme defines; `plain` is the terminal's own. */
const codes: { readonly [style in Style]: string } = {
  plain: "",
  bold: "1",
  dim: "2",
  good: "32",
  warn: "33",
  bad: "31",
  title: "1;36",
};

export const segment = (text: string, style: Style = "plain"): Segment => ({ text: harmless(text), style });

/** One line of at most `columns` cells, with or without colour. */
export const paint = (line: Line, columns: number, color: boolean): string => {
  let left = columns;
  let painted = "";
  for (const { text, style } of line) {
    if (left <= 0) break;
    const cut = clip(text, left);
    left -= widthOf(cut);
    painted += color && codes[style] !== "" ? `\u001b[${codes[style]}m${cut}\u001b[0m` : cut;
  }
  return color ? painted : painted.trimEnd();
};
