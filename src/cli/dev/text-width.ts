const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u;
const zero = /\p{M}|[\u200b-\u200d]/u;

/** Terminal cells of one code point. An approximation of East Asian Width that is right for text people put in YAML. */
const cellsOf = (character: string): number => (zero.test(character) ? 0 : wide.test(character) ? 2 : 1);

export const widthOf = (text: string): number => {
  let cells = 0;
  for (const character of text) cells += cellsOf(character);
  return cells;
};

/** Text from files must not drive the terminal: control characters become a visible stand-in, tabs two spaces. */
export const harmless = (text: string): string => text.replaceAll("\t", "  ").replace(/\p{Cc}/gu, "\ufffd");

/** The text in at most `cells` cells; `…` marks what was cut. */
export const clip = (text: string, cells: number): string => {
  if (widthOf(text) <= cells) return text;
  let used = 0;
  let kept = "";
  for (const character of text) {
    used += cellsOf(character);
    if (used > cells - 1) break;
    kept += character;
  }
  return cells > 0 ? `${kept}…` : "";
};

export const padEnd = (text: string, cells: number): string => {
  const cut = clip(text, cells);
  return cut + " ".repeat(Math.max(0, cells - widthOf(cut)));
};

export const padStart = (text: string, cells: number): string => {
  const cut = clip(text, cells);
  return " ".repeat(Math.max(0, cells - widthOf(cut))) + cut;
};
