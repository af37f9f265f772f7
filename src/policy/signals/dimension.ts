import {
  type Block,
  type Field,
  openBlock,
  type Reader,
  readBoolean,
  readItems,
  readNumber,
  readText,
  wrongType,
} from "../reader.ts";
import type { Dimension, DimensionLimit } from "../types.ts";
import { readOneSource, readSource } from "../values/source.ts";

const names = { literal: "value", header: "fromHeader", attribute: "fromAttribute" } as const;
const sources = [names.header, names.attribute, names.literal];

/** Most values that a policy may ask for; each makes a series in every family that has the dimension. */
export const highestLimit = 1000;

export type Dimensions = { readonly dimensions: readonly Dimension[]; readonly limits: readonly DimensionLimit[] };

/** Labels of a metric: a key with one source, with `remove: true`, or with a limit alone, for one that is there anyway. */
export const readDimensions = (reader: Reader, field: Field | null): Dimensions => {
  const read = readItems(reader, field).map((item) => readEntry(reader, item));
  return {
    dimensions: read.flatMap(({ dimension }) => (dimension === null ? [] : [dimension])),
    limits: read.flatMap(({ limit }) => (limit === null ? [] : [limit])),
  };
};

type Entry = { readonly dimension: Dimension | null; readonly limit: DimensionLimit | null };

const nothing: Entry = { dimension: null, limit: null };

const readEntry = (reader: Reader, field: Field): Entry => {
  const block = openBlock(reader, field);
  if (block === null) return nothing;
  const keyField = block.get("key");
  if (keyField === null) reader.report("TP2002", { field: `${block.path}.key`, example: "key: model_id" }, block.span);
  const key = readText(reader, keyField);
  const remove = readBoolean(reader, block.get("remove"));
  if (remove?.value === true) {
    rejectValues(reader, block);
    return key === null ? nothing : { dimension: { key, source: null }, limit: null };
  }
  const number = readLimit(reader, block.get("limit"));
  const limit = key === null || number === null ? null : { key, limit: number };
  if (block.get("limit") !== null && sources.every((name) => block.get(name) === null))
    return { dimension: null, limit };
  const source = readSource(reader, block, names);
  return key === null || source === null ? nothing : { dimension: { key, source }, limit };
};

const readLimit = (reader: Reader, field: Field | null): DimensionLimit["limit"] | null => {
  const limit = readNumber(reader, field);
  if (field === null || limit === null) return null;
  if (Number.isInteger(limit.value) && limit.value >= 1 && limit.value <= highestLimit) return limit;
  wrongType(reader, field, `a whole number from 1 to ${highestLimit}`);
  return null;
};

/** A removed dimension has no value; one that were given would show that something else was meant. */
const rejectValues = (reader: Reader, block: Block): void => {
  const second = [...sources, "limit"].find((name) => block.get(name) !== null);
  if (second === undefined) return;
  reader.report("TP2405", { field: block.path, first: "remove", second }, block.get(second)?.keySpan ?? block.span);
  if (second === "limit") readLimit(reader, block.get(second));
  else readOneSource(reader, block, second, names);
};
