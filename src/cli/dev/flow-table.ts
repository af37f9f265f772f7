import type { FlowRow, PolicyView } from "../../agent/view.ts";
import type { Derived } from "./derived.ts";
import { type Line, type Segment, type Style, segment } from "./line.ts";
import type { DevModel } from "./model.ts";
import { type Shares, shareOf, sparkline } from "./shares.ts";
import { padEnd, padStart } from "./text-width.ts";
import { count, percent } from "./words.ts";

const signals = ["traces", "logs", "metrics"] as const;

const look: { readonly [state in PolicyView["state"]]: { readonly mark: string; readonly style: Style } } = {
  active: { mark: "●", style: "good" },
  partial: { mark: "◐", style: "warn" },
  conflicted: { mark: "○", style: "warn" },
  rejected: { mark: "✖", style: "bad" },
  elsewhere: { mark: "◌", style: "dim" },
};

const numbers = 10;
const signalColumn = 9;

/** Width of the first column: what the numbers leave, within reason. */
const firstColumn = (columns: number): number =>
  Math.max(24, Math.min(46, columns - 2 - signalColumn - 3 * numbers - 10 - 26));

/** The first column's text, with a blank before the next one even where it had to be cut. */
const inFirst = (text: string, width: number): string => `${padEnd(text, width - 1)} `;

const rowCells = (row: FlowRow, shares: Shares): Line => {
  const share = shareOf(shares, row);
  return [
    segment(padEnd(row.signal, signalColumn)),
    segment(padStart(count(row.received), numbers)),
    segment(padStart(count(row.kept), numbers), "bold"),
    segment(padStart(count(Math.max(0, row.received - row.kept)), numbers), "dim"),
    segment(padStart(percent(share.now), 10), "title"),
    segment(`  ${sparkline(share.history)}`, "dim"),
  ];
};

/** Requests that became metrics: counted once each, before anything is sampled or filtered. */
const countedCells = (policy: PolicyView, { requests }: Derived): readonly Line[] => {
  const counts = policy.targets.flatMap((target) => requests.get(target) ?? []);
  if (counts.length === 0) return [];
  const sum = counts.reduce((all, one) => all + one, 0);
  return [
    [
      segment(padEnd("requests", signalColumn)),
      segment(padStart(count(sum), numbers)),
      segment("   counted in metrics", "dim"),
    ],
  ];
};

export const flowHeader = (columns: number): Line => [
  segment(padEnd("  POLICY", firstColumn(columns) + 2), "dim"),
  segment(padEnd("SIGNAL", signalColumn), "dim"),
  segment(padStart("RECEIVED", numbers), "dim"),
  segment(padStart("KEPT", numbers), "dim"),
  segment(padStart("DROPPED", numbers), "dim"),
  segment(padStart("LAST 2 s", 10), "dim"),
  segment("  KEPT SHARE, 12 s", "dim"),
];

/** One policy: who it is, how it stands and what it governs on the left; what it let through on the right. */
export const policyBlock = (
  policy: PolicyView,
  { view: { flow }, shares, derived }: Pick<DevModel, "view" | "shares" | "derived">,
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
  const right: readonly Line[] = [...rows.map((row) => rowCells(row, shares)), ...countedCells(policy, derived)];
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => [
    segment(i === 0 ? `${mark} ` : "  ", style),
    left[i] ?? segment(" ".repeat(width)),
    ...(right[i] ?? []),
  ]);
};
