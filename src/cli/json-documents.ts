/** The documents in a text of JSON: the whole of it, or one a line; or why there are none. */
export const jsonDocuments = (text: string): readonly unknown[] | { readonly problem: string } => {
  const whole = parsed(text);
  if (whole !== undefined) return [whole];
  const lines = text.split("\n").map((line) => line.trim());
  const values = lines.map((line) => (line === "" ? null : parsed(line)));
  const bad = values.indexOf(undefined);
  if (bad !== -1) return { problem: `is no JSON, neither as a whole nor line by line (line ${bad + 1})` };
  return values.filter((_, at) => lines[at] !== "");
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told by whoever asked
  }
};
