import { type Located, located } from "../../diagnostics/origin.ts";
import { type Field, openBlock, originOf, type Reader, readNumber } from "../reader.ts";
import type { Rate } from "../types.ts";

const maxInt32 = 2 ** 31 - 1;

/** `{percent}` of the draft: an int32 from 0 to 100, exact, never clamped. Null when absent or in error. */
export const readPercent = (reader: Reader, field: Field | null): Located<Rate> | null => {
  const block = field === null ? null : openBlock(reader, field);
  if (block === null) return null;
  const percentField = block.get("percent");
  if (percentField === null) {
    // Other findings of the block say more than this one when a name is merely misspelt.
    if (field?.node.kind === "map" && field.node.entries.length === 0)
      reader.report("TP2105", { field: block.path }, block.span);
    return null;
  }
  const percent = readNumber(reader, percentField);
  if (percent === null) return null;
  const at = percentField.node.span;
  if (percent.value < 0 || percent.value > 100) reader.report("TP2102", { percent: percent.value }, at);
  else if (!Number.isInteger(percent.value)) reader.report("TP2103", { percent: percent.value }, at);
  else return located({ numerator: percent.value, denominator: 100 }, percent.origin);
  return null;
};

/** Gateway API `Fraction`: numerator ≥ 0 required, denominator ≥ 1 with default 100, numerator ≤ denominator. */
export const readFraction = (reader: Reader, field: Field | null): Located<Rate> | null => {
  const block = field === null ? null : openBlock(reader, field);
  if (block === null) return null;
  const numeratorField = block.get("numerator");
  if (numeratorField === null) {
    reader.report(
      "TP2002",
      { field: `${block.path}.numerator`, example: "numerator: 5 (of the denominator, default 100)" },
      block.span,
    );
    return null;
  }
  const numerator = readInt32(reader, numeratorField, 0);
  const denominatorField = block.get("denominator");
  const denominator = denominatorField === null ? 100 : readInt32(reader, denominatorField, 1);
  if (numerator === null || denominator === null) return null;
  if (numerator <= denominator) return located({ numerator, denominator }, originOf(numeratorField));
  reader.report("TP2101", { numerator, denominator }, numeratorField.node.span);
  return null;
};

const readInt32 = (reader: Reader, field: Field, least: number): number | null => {
  const number = readNumber(reader, field);
  if (number === null) return null;
  if (Number.isInteger(number.value) && number.value >= least && number.value <= maxInt32) return number.value;
  reader.report("TP2104", { field: field.path, value: number.value, least }, field.node.span);
  return null;
};
