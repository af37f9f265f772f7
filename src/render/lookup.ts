import type { TargetRow } from "../plan/types.ts";
import { quoted, resourceAttribute } from "./ottl.ts";
import { stamps } from "./stamps.ts";

/** Up to this many rows, one readable statement per row is as fast as a table (measured; see the design's pipelines document). */
export const readableRows = 20;

/** A row with the code that identification stamped on its records. */
export type CodedRow = { readonly code: string; readonly row: TargetRow };

/** Codes are row numbers of equal width, so that a table can be cut by position. */
export const codedRows = (rows: readonly TargetRow[]): readonly CodedRow[] => {
  const width = Math.max(1, String(Math.max(rows.length - 1, 0)).length);
  return rows.map((row, index) => ({ code: String(index).padStart(width, "0"), row }));
};

const byteLength = (text: string): number => new TextEncoder().encode(text).length;

/** The value all rows share, or null when they differ. */
export const shared = (rows: readonly CodedRow[], value: (row: TargetRow) => string): string | null => {
  const [first, ...rest] = rows;
  if (first === undefined) return null;
  const wanted = value(first.row);
  return rest.every(({ row }) => value(row) === wanted) ? wanted : null;
};

/**
 * Statements (resource context) that put a value, which depends on the governed target, under `key`. Three forms that
 * decide equally: a constant, a line per row, or a table cut by position.
 */
export const lookup = (
  key: string,
  rows: readonly CodedRow[],
  value: (row: TargetRow) => string,
  totalRows: number,
): readonly string[] => {
  const target = resourceAttribute(key);
  const code = resourceAttribute(stamps.target);
  const constant = shared(rows, value);
  if (constant !== null) return [`set(${target}, ${quoted(constant)})`];
  if (rows.length <= readableRows)
    return rows.map(({ code: is, row }) => `set(${target}, ${quoted(value(row))}) where ${code} == ${quoted(is)}`);
  return table(target, code, rows, value, totalRows);
};

/** `Int(code) * width` finds the row: O(1) in the number of targets, where a line per row is O(n). */
const table = (
  target: string,
  code: string,
  rows: readonly CodedRow[],
  value: (row: TargetRow) => string,
  totalRows: number,
): readonly string[] => {
  const cells = Array.from({ length: totalRows }, () => "");
  for (const { code: is, row } of rows) cells[Number(is)] = value(row);
  const widths = new Set(rows.map(({ row }) => byteLength(value(row))));
  const [width] = widths;
  if (widths.size === 1 && width !== undefined && width > 0) {
    const text = cells.map((cell) => (cell === "" ? " ".repeat(width) : cell)).join("");
    return [`set(${target}, Substring(${quoted(text)}, Int(${code}) * ${width}, ${width}))`];
  }
  // Values of different length: one table of offset and length, one of the texts. OTTL counts bytes.
  const digits = 7;
  let offset = 0;
  const places = cells.map((cell) => {
    const length = byteLength(cell);
    const place = String(offset).padStart(digits, "0") + String(length).padStart(digits, "0");
    offset += length;
    return place;
  });
  const place = `Substring(${quoted(places.join(""))}, Int(${code}) * ${2 * digits}, ${2 * digits})`;
  return [
    `set(resource.cache["place"], ${place})`,
    `set(${target}, Substring(${quoted(cells.join(""))}, Int(Substring(resource.cache["place"], 0, ${digits})), Int(Substring(resource.cache["place"], ${digits}, ${digits}))))`,
  ];
};
