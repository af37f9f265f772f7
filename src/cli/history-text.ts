import type { LedgerEntry } from "../agent/view.ts";
import type { Paint } from "./paint.ts";

const heads = ["WHEN", "OUTCOME", "DIGEST", "CAUSE", "TOOK", "REFUSED", "GAP", "NOTE"];
const longestNote = 100;

/** The ledger as a table, newest first. Times in UTC. */
export const historyText = (entries: readonly LedgerEntry[], { bold, green, red, yellow, dim }: Paint): string => {
  if (entries.length === 0) return `${dim("nothing was tried yet")}\n`;
  const rows = entries.toReversed().map((entry) => ({ entry, cells: cellsOf(entry) }));
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map(({ cells }) => cells[at]?.length ?? 0)));
  // Padded before it is coloured: escape codes have no width on the screen.
  const line = (cells: readonly string[], style: (cell: string, at: number) => string): string =>
    cells
      .map((cell, at) => style(cell.padEnd(widths[at] ?? 0), at))
      .join("  ")
      .trimEnd();
  const colors: { readonly [outcome: string]: (text: string) => string } = { committed: green, rejected: yellow };
  return `${[
    line(heads, (cell) => bold(cell)),
    ...rows.map(({ entry, cells }) =>
      line(cells, (cell, at) => (at === 1 ? (colors[entry.outcome] ?? red)(cell) : cell)),
    ),
  ].join("\n")}\n`;
};

const cellsOf = (entry: LedgerEntry): readonly string[] => {
  const { at, outcome, reason, digest, generation, cause, totalMs, refused, gapMs, setAside, words } = entry;
  const aside = setAside.length === 0 ? "" : `without ${setAside.join(", ")}`;
  const note = [aside, words?.split("\n")[0] ?? ""].filter((part) => part !== "").join("; ");
  return [
    new Date(at).toISOString().replace(/\.\d+Z$/, "Z"),
    outcome === "committed" ? `committed ${generation ?? ""}`.trimEnd() : `${outcome} (${reason.replaceAll("_", " ")})`,
    digest?.slice(0, 12) ?? "-",
    cause ?? "-",
    `${totalMs} ms`,
    refused === null ? "-" : String(refused),
    gapMs === null ? "-" : `${gapMs} ms`,
    note.length > longestNote ? `${note.slice(0, longestNote - 1)}…` : note,
  ];
};
