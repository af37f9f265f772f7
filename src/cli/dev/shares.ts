import type { FlowRow } from "../../agent/view.ts";
import type { Instant } from "../../base/clock.ts";

/** Kept share of one policy and signal: over the window, and how it went before that, oldest first. null: nothing received. */
export type Share = { readonly now: number | null; readonly history: readonly (number | null)[] };

type Snapshot = { readonly at: Instant; readonly rows: ReadonlyMap<string, FlowRow> };

/** Counter snapshots of the last seconds; everything shown as "now" is a difference of two of them. */
export type Shares = {
  readonly snapshots: readonly Snapshot[];
  readonly history: ReadonlyMap<string, readonly (number | null)[]>;
  readonly noted: Instant;
};

const windowMs = 2000;
const stepMs = 500;
const historyLength = 24;

export const noShares: Shares = { snapshots: [], history: new Map(), noted: 0 };

const shareKey = (row: { readonly policy: string; readonly signal: string }): string => `${row.signal} ${row.policy}`;

/** The share between two states of a counter pair, or null when nothing came in or a counter went back. */
const shareBetween = (from: FlowRow | undefined, to: FlowRow): number | null => {
  const received = to.received - (from?.received ?? 0);
  const kept = to.kept - (from?.kept ?? 0);
  if (received <= 0 || kept < 0) return null;
  // A tail decision keeps spans that were received before the window: the difference may exceed what came in.
  return Math.min(1, kept / received);
};

/** Takes in the newest counters. Snapshots older than the window are dropped, but for the one that begins it. */
export const observe = (shares: Shares, flow: readonly FlowRow[], at: Instant): Shares => {
  const rows = new Map(flow.map((row) => [shareKey(row), row]));
  const all = [...shares.snapshots, { at, rows }];
  const begin = all.findLastIndex((snapshot) => snapshot.at <= at - windowMs);
  const snapshots = all.slice(Math.max(0, begin));
  if (at - shares.noted < stepMs) return { ...shares, snapshots };
  const first = snapshots[0];
  const history = new Map(
    [...rows].map(([key, row]) => {
      const value = first === undefined || first.at === at ? null : shareBetween(first.rows.get(key), row);
      return [key, [...(shares.history.get(key) ?? []), value].slice(-historyLength)] as const;
    }),
  );
  return { snapshots, history, noted: at };
};

export const shareOf = (shares: Shares, row: { readonly policy: string; readonly signal: string }): Share => {
  const key = shareKey(row);
  const first = shares.snapshots[0];
  const last = shares.snapshots.at(-1)?.rows.get(key);
  const now =
    first === undefined || last === undefined || shares.snapshots.length < 2
      ? null
      : shareBetween(first.rows.get(key), last);
  return { now, history: shares.history.get(key) ?? [] };
};

const blocks = "▁▂▃▄▅▆▇█";

/** One character per step; a blank where nothing was received. */
export const sparkline = (history: readonly (number | null)[]): string =>
  history.map((value) => (value === null ? " " : (blocks[Math.min(7, Math.floor(value * 8))] ?? " "))).join("");
