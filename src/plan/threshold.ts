import type { Rate } from "../policy/types.ts";

const space = 2n ** 56n;

/**
 * Rejection threshold of OpenTelemetry's consistent probability sampling: 14 hex digits; a record is dropped when its
 * 56 bits of randomness, as text, are below it. "" would keep all, so 100 % is all zeros; 0 % is "g", above every digit.
 */
export const thresholdOf = (rate: Rate): string => {
  if (rate.numerator === 0) return "g".repeat(14);
  const rejected = (space * BigInt(rate.denominator - rate.numerator)) / BigInt(rate.denominator);
  return rejected.toString(16).padStart(14, "0");
};

/** The `th` value of tracestate for a threshold: without its trailing zeros, "0" for 100 %. */
export const tracestateThreshold = (threshold: string): string => threshold.replace(/0+$/, "") || "0";
