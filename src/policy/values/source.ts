import { type Located, located } from "../../diagnostics/origin.ts";
import { type Block, type Reader, readText } from "../reader.ts";
import type { ValueSource } from "../types.ts";

/** Longest literal (GEP-4768), for every dialect. */
export const maxLiteral = 1024;

/** How the ways to give a value are spelled in a block. */
export type SourceNames = { readonly literal: string; readonly header: string; readonly attribute: string };

/** Exactly one of literal, header and attribute. None or two is an error; header names are lower-cased. */
export const readSource = (reader: Reader, block: Block, names: SourceNames): Located<ValueSource> | null => {
  const given = [names.literal, names.header, names.attribute].filter((name) => block.get(name) !== null);
  const [first, second] = given;
  if (first === undefined) {
    const ways = [`${names.header}: x-my-header`, `${names.literal}: text`, `${names.attribute}: some.attribute`];
    reader.report("TP2404", { field: block.path, ways }, block.span);
    return null;
  }
  if (second !== undefined) {
    reader.report("TP2405", { field: block.path, first, second }, block.get(second)?.keySpan ?? block.span);
    return null;
  }
  return readOneSource(reader, block, first, names);
};

export const readOneSource = (
  reader: Reader,
  block: Block,
  name: string,
  names: SourceNames,
): Located<ValueSource> | null => {
  const field = block.get(name);
  if (name === names.literal) {
    const text = readText(reader, field, 0, maxLiteral);
    return text === null ? null : located({ from: "literal", value: text.value }, text.origin);
  }
  const text = readText(reader, field, 1, 256);
  if (text === null) return null;
  if (name === names.header) return located({ from: "header", name: text.value.toLowerCase() }, text.origin);
  return located({ from: "attribute", key: text.value }, text.origin);
};
