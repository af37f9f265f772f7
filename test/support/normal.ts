import { canonicalJson, type Json } from "../../src/base/canonical.ts";
import type { KeyValue } from "../../src/traffic/otlp.ts";

/**
 * OTLP JSON in one spelling, so that "unchanged" can be compared as text: attributes by key, 64-bit integers as text,
 * fields that say nothing (empty text, 0, empty list or object, null) left out. Order of records is kept.
 */
export const normalForm = (value: unknown): string => canonicalJson(normal(value) ?? null);

const isEmpty = (value: Json): boolean =>
  value === null ||
  value === "" ||
  value === 0 ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0);

const isAttributes = (items: readonly unknown[]): items is readonly KeyValue[] =>
  items.length > 0 && items.every((item) => typeof item === "object" && item !== null && "key" in item);

const integerFields = new Set([
  "intValue",
  "asInt",
  "count",
  "timeUnixNano",
  "startTimeUnixNano",
  "endTimeUnixNano",
  "observedTimeUnixNano",
]);

const normal = (value: unknown, field = ""): Json | undefined => {
  if (Array.isArray(value)) {
    const items = isAttributes(value) ? [...value].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)) : value;
    return items.map((item) => normal(item) ?? null);
  }
  if (typeof value === "object" && value !== null) {
    // A value union keeps its empty member: "" and absent are different attribute values.
    const isValue = ["stringValue", "intValue", "doubleValue", "boolValue", "arrayValue"].some((name) => name in value);
    const fields = Object.entries(value)
      .map(([name, item]) => [name, normal(item, name)] as const)
      .filter((entry): entry is readonly [string, Json] => entry[1] !== undefined && (isValue || !isEmpty(entry[1])));
    return Object.fromEntries(fields);
  }
  if (integerFields.has(field) && (typeof value === "number" || typeof value === "string"))
    return value === "0" || value === 0 ? 0 : String(value);
  if (value === undefined) return undefined;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null
    ? value
    : String(value);
};
