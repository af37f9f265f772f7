import type { Json } from "../base/canonical.ts";
import type { TelemetryPolicy } from "./types.ts";

/** A policy without the places it was read from: equal texts anywhere have equal meaning. */
export const meaningOf = (policy: TelemetryPolicy): Json => strip(policy);

const strip = (value: unknown): Json => {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== "object" || value === undefined) return null;
  const kept = Object.entries(value).filter(([key]) => key !== "span" && key !== "origin");
  return Object.fromEntries(kept.map(([key, item]) => [key, strip(item)]));
};
