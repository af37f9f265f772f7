import { createHash } from "node:crypto";
import { byText } from "./order.ts";

/** A value that JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** JSON with sorted keys and without white space: equal values give equal text. */
export const canonicalJson = (value: Json): string => {
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const fields = Object.entries(value)
      .filter((entry): entry is [string, Json] => entry[1] !== undefined)
      .sort((a, b) => byText(a[0], b[0]))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
    return `{${fields.join(",")}}`;
  }
  return JSON.stringify(value);
};

/** Lower-case hex SHA-256 of UTF-8 text. */
export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** A short, stable name for a value: the first `length` hex digits of the digest of its canonical JSON. */
export const shortDigest = (value: Json, length = 8): string => sha256(canonicalJson(value)).slice(0, length);
