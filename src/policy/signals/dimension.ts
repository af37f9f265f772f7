import { type Block, type Field, openBlock, type Reader, readBoolean, readText } from "../reader.ts";
import type { Dimension } from "../types.ts";
import { readOneSource, readSource } from "../values/source.ts";

const names = { literal: "value", header: "fromHeader", attribute: "fromAttribute" } as const;
const sources = [names.header, names.attribute, names.literal];

/** A label of a metric: a key and one source, or `remove: true`. */
export const readDimension = (reader: Reader, field: Field): Dimension | null => {
  const block = openBlock(reader, field);
  if (block === null) return null;
  const keyField = block.get("key");
  if (keyField === null) reader.report("TP2002", { field: `${block.path}.key`, example: "key: model_id" }, block.span);
  const key = readText(reader, keyField);
  const remove = readBoolean(reader, block.get("remove"));
  if (remove?.value === true) {
    rejectSources(reader, block);
    return key === null ? null : { key, source: null };
  }
  const source = readSource(reader, block, names);
  return key === null || source === null ? null : { key, source };
};

/** A removed dimension has no value; one that were given would show that something else was meant. */
const rejectSources = (reader: Reader, block: Block): void => {
  const second = sources.find((name) => block.get(name) !== null);
  if (second === undefined) return;
  reader.report("TP2405", { field: block.path, first: "remove", second }, block.get(second)?.keySpan ?? block.span);
  readOneSource(reader, block, second, names);
};
