import type { Instant } from "../../base/clock.ts";

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

export const count = (value: number): string => grouped.format(value);

/** One decimal below 100 %, none at it. */
export const percent = (share: number | null): string =>
  share === null ? "–" : share === 1 ? "100 %" : `${(share * 100).toFixed(1)} %`;

/** Time of day in UTC: the same on every machine, and the same as in the logs. */
export const clockTime = (at: Instant): string => new Date(at).toISOString().slice(11, 19);

export const elapsed = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return `${hours > 0 ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};

export const millis = (value: number): string => `${Math.round(value)} ms`;

/** Enough of a digest to tell two apart by eye. */
export const shortOf = (digest: string): string => digest.slice(0, 12);
