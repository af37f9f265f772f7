import type { AgentView, ReloadReport } from "../agent/view.ts";
import type { Paint } from "./paint.ts";
import { columns } from "./wrap.ts";

/** The agent's view as a table for people. Times in UTC; `now` in milliseconds since the epoch. */
export const statusText = (view: AgentView, { bold, red, green, yellow, dim }: Paint, now: number): string => {
  const ready = view.ready ? green("ready") : red("not ready");
  const facts = columns(
    [
      ["agent", `${view.at}, ${ready}`],
      ["generation", view.live === null ? "none yet" : liveText(view.live, now)],
      ["last reload", view.lastReload === null ? "none yet" : reloadText(view.lastReload, now)],
      ["Collector", view.collector === null ? "none" : `${view.collector.version}  ${view.collector.path}`],
    ],
    0,
  );
  const words = view.lastReload?.words ?? null;
  const said =
    words === null
      ? ""
      : `\n${words
          .trimEnd()
          .split("\n")
          .map((line) => `  ${line}`)
          .join("\n")}`;
  const colors: { readonly [state: string]: (text: string) => string } = {
    active: green,
    partial: yellow,
    conflicted: yellow,
    rejected: red,
  };
  const rows = view.policies.map(({ id, state, targets, reason }) => ({
    state,
    cells: [id, state, targets.join(", ")],
    reason,
  }));
  const heads = ["POLICY", "STATE", "TARGETS"];
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map(({ cells }) => cells[at]?.length ?? 0)));
  // Padded before it is coloured: escape codes have no width on the screen.
  const [idWidth = 0, stateWidth = 0, targetWidth = 0] = widths;
  const line = (cells: readonly string[], last: string, style: (text: string) => string): string => {
    const [id = "", state = "", targets = ""] = cells;
    return `${id.padEnd(idWidth)}  ${style(state.padEnd(stateWidth))}  ${targets.padEnd(targetWidth)}  ${last}`.trimEnd();
  };
  const table =
    rows.length === 0
      ? dim("no policies")
      : [
          bold(line(heads, "REASON", String)),
          ...rows.map(({ state, cells, reason }) => line(cells, reason, colors[state] ?? String)),
        ].join("\n");
  const full = (view.dimensions ?? [])
    .filter(({ values, limit }) => values >= limit)
    .map(({ policy, dimension, values, limit }) => [
      policy,
      `${dimension}: ${values} of ${limit} values, others count under other`,
    ]);
  const overflow = full.length === 0 ? "" : `\n${bold("FULL DIMENSIONS")}\n${columns(full, 0)}\n`;
  const kept = view.diagnostics.flatMap(({ code, message, policy }) =>
    code === "TP4030" ? [[policy ?? "", message.slice(message.indexOf("keeps"))]] : [],
  );
  const content = kept.length === 0 ? "" : `\n${bold("MESSAGE CONTENT")}\n${columns(kept, 0)}\n`;
  return `${facts}${said}\n\n${table}\n${overflow}${content}`;
};

const liveText = ({ number, digest, since }: NonNullable<AgentView["live"]>, now: number): string =>
  `${number}  ${digest.slice(0, 12)}  live for ${ago(now - since)}`;

const reloadText = ({ outcome, reason, at, totalMs }: ReloadReport, now: number): string =>
  `${outcome} (${reason.replaceAll("_", " ")}) in ${Math.round(totalMs)} ms, ${ago(now - at)} ago`;

const units: readonly (readonly [string, number])[] = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
];

/** One unit is enough to know whether it is news. */
const ago = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [unit, size] = units.find(([, limit]) => seconds >= limit) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${unit}`;
};
