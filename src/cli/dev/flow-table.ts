import type { FlowRow, PolicyView } from "../../agent/view.ts";
import { type Line, type Segment, type Style, segment } from "./line.ts";
import { type Shares, shareOf, sparkline } from "./shares.ts";
import { padEnd, padStart } from "./text-width.ts";
import { count, percent } from "./words.ts";

const signals = ["traces", "logs", "metrics"] as const;

const look: { readonly [state in PolicyView["state"]]: { readonly mark: string; readonly style: Style } } = {
  active: { mark: "●", style: "good" },
  partial: { mark: "◐", style: "warn" },
  conflicted: { mark: "○", style: "warn" },
  rejected: { mark: "✖", style: "bad" },
};

const numbers = 10;

/** Width of the first column: what the numbers leave, within reason. */
const firstColumn = (columns: number): number => Math.max(24, Math.min(46, columns - 2 - 9 - 3 * numbers - 10 - 26));

/** The first column's text, with a blank before the next one even where it had to be cut. */
const inFirst = (text: string, width: number): string => `${padEnd(text, width - 1)} `;

const rowLine = (first: Segment, row: FlowRow | undefined, shares: Shares): Line => {
  if (row === undefined) return [first];
  const share = shareOf(shares, row);
  return [
    first,
    segment(padEnd(row.signal, 8)),
    segment(padStart(count(row.received), numbers)),
    segment(padStart(count(row.kept), numbers), "bold"),
    segment(padStart(count(Math.max(0, row.received - row.kept)), numbers), "dim"),
    segment(padStart(percent(share.now), 10), "title"),
    segment(`  ${sparkline(share.history)}`, "dim"),
  ];
};

export const flowHeader = (columns: number): Line => [
  segment(padEnd("  POLICY", firstColumn(columns) + 2), "dim"),
  segment(padEnd("SIGNAL", 8), "dim"),
  segment(padStart("RECEIVED", numbers), "dim"),
  segment(padStart("KEPT", numbers), "dim"),
  segment(padStart("DROPPED", numbers), "dim"),
  segment(padStart("LAST 2 s", 10), "dim"),
  segment("  KEPT SHARE, 12 s", "dim"),
];

/** One policy: who it is, how it stands and what it governs on the left; what it let through on the right. */
export const policyBlock = (
  policy: PolicyView,
  flow: readonly FlowRow[],
  shares: Shares,
  columns: number,
): readonly Line[] => {
  const width = firstColumn(columns);
  const { mark, style } = look[policy.state];
  const rows = signals.flatMap((signal) => flow.filter((row) => row.policy === policy.id && row.signal === signal));
  const state =
    policy.reason === "" || policy.reason.toLowerCase() === policy.state
      ? policy.state
      : `${policy.state}: ${policy.reason}`;
  const left: readonly Segment[] = [
    segment(inFirst(policy.id, width), "bold"),
    segment(inFirst(state, width), policy.state === "active" ? "dim" : style),
    ...policy.targets.map((target) => segment(inFirst(target, width), "dim")),
  ];
  return Array.from({ length: Math.max(left.length, rows.length) }, (_, i) => [
    segment(i === 0 ? `${mark} ` : "  ", style),
    ...rowLine(left[i] ?? segment(" ".repeat(width)), rows[i], shares),
  ]);
};
