import { didYouMean } from "../base/suggest.ts";
import { UsageError } from "./usage-error.ts";

/** Headings under which help lists flags, in this order. */
export const flagGroups = ["Policies", "Platform", "Collector", "Agent", "Output", "General"] as const;
export type FlagGroup = (typeof flagGroups)[number];

/** One flag: how it is written, what it means, and how its value is read. */
export type Flag<T> = {
  readonly name: string;
  readonly short: string | null;
  /** Environment variable that stands in when the flag is absent; null for what only makes sense on a command line. */
  readonly env: string | null;
  /** Name of the value in help; null for a switch. */
  readonly value: string | null;
  readonly repeatable: boolean;
  readonly group: FlagGroup;
  readonly text: string;
  /** The default as a user would write it; null: there is none worth saying. */
  readonly shown: string | null;
  readonly fallback: T;
  /** `written` has at least one value; `by` is the flag or variable it came from. Throws UsageError. */
  readonly read: (written: readonly string[], by: string) => T;
};

type About = {
  readonly name: string;
  readonly short?: string;
  readonly env?: string | null;
  readonly group: FlagGroup;
  readonly text: string;
  /** Help's words for the default, where the value itself says little. */
  readonly shown?: string;
};

const common = (about: About) => ({
  name: about.name,
  short: about.short ?? null,
  env: about.env === undefined ? `OTEL_POLICY_${about.name.replaceAll("-", "_").toUpperCase()}` : about.env,
  group: about.group,
  text: about.text,
});

const last = (written: readonly string[]): string => written.at(-1) ?? "";

export const switchFlag = (about: About): Flag<boolean> => ({
  ...common(about),
  value: null,
  repeatable: false,
  shown: null,
  fallback: false,
  read: (written, by) => {
    const value = last(written).toLowerCase();
    if (value === "true" || value === "1") return true;
    if (value === "false" || value === "0") return false;
    throw new UsageError(`${by} is a switch: true or false, not "${last(written)}"`);
  },
});

export const textFlag = <F extends string | null>(
  about: About & { readonly value: string; readonly fallback: F },
): Flag<string | F> => ({
  ...common(about),
  value: about.value,
  repeatable: false,
  shown: about.shown ?? about.fallback,
  fallback: about.fallback,
  read: (written, by) => {
    if (last(written) === "") throw new UsageError(`${by} is empty`);
    return last(written);
  },
});

export const listFlag = (
  about: About & { readonly value: string; readonly fallback?: readonly string[]; readonly oneOf?: readonly string[] },
): Flag<readonly string[]> => ({
  ...common(about),
  value: about.value,
  repeatable: true,
  shown: about.shown ?? (about.fallback === undefined ? null : about.fallback.join(", ")),
  fallback: about.fallback ?? [],
  read: (written, by) => {
    for (const value of written) {
      if (value === "") throw new UsageError(`${by} is empty`);
      if (about.oneOf !== undefined && !about.oneOf.includes(value)) throw notOneOf(by, value, about.oneOf);
    }
    return written;
  },
});

const notOneOf = (by: string, value: string, allowed: readonly string[]): UsageError =>
  new UsageError(`${by} "${value}" is none of ${allowed.join(", ")}${didYouMean(value, allowed)}`);

export const choiceFlag = <C extends string, F extends C | null>(
  about: About & { readonly value: string; readonly oneOf: readonly C[]; readonly fallback: F },
): Flag<C | F> => ({
  ...common(about),
  value: about.value,
  repeatable: false,
  shown: about.shown ?? about.fallback,
  fallback: about.fallback,
  read: (written, by) => {
    const found = about.oneOf.find((choice) => choice === last(written));
    if (found === undefined) throw notOneOf(by, last(written), about.oneOf);
    return found;
  },
});

const unitMs: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000 };

const readDuration = (text: string, by: string): number => {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const milliseconds = Math.round(Number(amount) * (unitMs[unit ?? ""] ?? Number.NaN));
  if (Number.isNaN(milliseconds)) throw new UsageError(`${by} is a duration such as 150ms, 30s or 2m, not "${text}"`);
  if (milliseconds > 86_400_000) throw new UsageError(`${by} is at most a day (1440m), not ${text}`);
  return milliseconds;
};

/** Milliseconds, written with a unit: 150ms, 1.5s, 2m. At most a day. */
export const durationFlag = (about: About & { readonly fallback: string }): Flag<number> => ({
  ...optionalDurationFlag({ ...about, shown: about.shown ?? about.fallback }),
  fallback: readDuration(about.fallback, `--${about.name}`),
  read: (written, by) => readDuration(last(written), by),
});

/** The same, null when absent. */
export const optionalDurationFlag = (about: About): Flag<number | null> => ({
  ...common(about),
  value: "TIME",
  repeatable: false,
  shown: about.shown ?? null,
  fallback: null,
  read: (written, by) => readDuration(last(written), by),
});

/** A whole number from 0 to `most`. */
export const countFlag = (about: About & { readonly fallback: number; readonly most: number }): Flag<number> => ({
  ...common(about),
  value: "N",
  repeatable: false,
  shown: about.shown ?? String(about.fallback),
  fallback: about.fallback,
  read: (written, by) => {
    const text = last(written);
    if (!/^\d{1,9}$/.test(text) || Number(text) > about.most)
      throw new UsageError(`${by} is a whole number from 0 to ${about.most}, not "${text}"`);
    return Number(text);
  },
});

/** `host:port`, `[v6]:port` or `:port`; "none" is null. */
export const addressFlag = (about: About & { readonly fallback: string }): Flag<string | null> => ({
  ...common(about),
  value: "HOST:PORT",
  repeatable: false,
  shown: about.fallback,
  fallback: about.fallback,
  read: (written, by) => {
    const text = last(written);
    if (text === "none") return null;
    const [, host, port] = /^(\[[0-9a-fA-F:.]+\]|[^:[\]/\s]*):(\d{1,5})$/.exec(text) ?? [];
    if (port === undefined || Number(port) > 65_535)
      throw new UsageError(`${by} is an address such as ${about.fallback}, or none, not "${text}"`);
    return host === "" ? `127.0.0.1:${port}` : text;
  },
});
