/** Breaks text at spaces so that no line is wider than `width`, unless a single word is. */
export const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
};

/** Wrapped text, every line after `indent` spaces. */
export const paragraph = (text: string, width: number, indent = 0): string =>
  wrap(text, width - indent)
    .map((line) => " ".repeat(indent) + line)
    .join("\n");

/** A term, and its explanation in a column that starts at `column`; a long term gets a line of its own. */
export const entry = (
  term: string,
  text: string,
  width: number,
  column: number,
  style = (term: string) => term,
): string => {
  const lines = wrap(text, Math.max(width - column, 20));
  const gap = " ".repeat(column);
  const head = `  ${style(term)}`;
  const isLong = term.length + 4 > column;
  const first = isLong
    ? `${head}\n${gap}${lines[0] ?? ""}`
    : `${head}${" ".repeat(column - term.length - 2)}${lines[0] ?? ""}`;
  return [first.trimEnd(), ...lines.slice(1).map((line) => gap + line)].join("\n");
};

/** Rows of text in columns as wide as they need; the last column is not padded. */
export const columns = (rows: readonly (readonly string[])[], indent = 2): string => {
  const widths: number[] = [];
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return rows
    .map((row) => `${" ".repeat(indent)}${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}`.trimEnd())
    .join("\n");
};
