import type { Json } from "./canonical.ts";

export type JsonObject = { readonly [key: string]: Json };

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What parsed JSON has under these keys, one inside the other; undefined where it is not, or something else is on the way. */
export const jsonAt = (value: unknown, ...keys: readonly string[]): Json | undefined =>
  // What was parsed from JSON holds JSON.
  keys.reduce<unknown>(
    (inside, key) => (isJsonObject(inside) && Object.hasOwn(inside, key) ? inside[key] : undefined),
    value,
  ) as Json | undefined;
