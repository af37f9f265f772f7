import type { AgentView, ReloadReport } from "../../agent/view.ts";
import { flowHeader, policyBlock } from "./flow-table.ts";
import { type Line, paint, type Segment, type Style, segment } from "./line.ts";
import { type DevModel, tokensOf } from "./model.ts";
import { padEnd } from "./text-width.ts";
import { tokenTable } from "./token-table.ts";
import { clockTime, count, elapsed, millis, shortOf } from "./words.ts";

export type Size = { readonly columns: number; readonly rows: number };

const atStyle: { readonly [at in AgentView["at"]]: Style } = {
  starting: "warn",
  serving: "good",
  trying: "title",
  observing: "title",
  stopping: "warn",
  stranded: "bad",
};

const head = ({ view, now, readySince, policies, progress }: DevModel): readonly Line[] => {
  const live: readonly Segment[] =
    view.live === null
      ? [segment(progress ?? "no generation yet", "warn")]
      : [segment(`generation ${view.live.number}`, "bold"), segment(`  ${shortOf(view.live.digest)}`, "dim")];
  const collector = view.collector === null ? [] : [segment(`  Collector ${view.collector.version}`, "dim")];
  const up = readySince === null ? [] : [segment(`  up ${elapsed(now - readySince)}`, "dim")];
  return [
    [segment("otel-policy dev  ", "title"), segment(`${view.at}  `, atStyle[view.at]), ...live, ...collector, ...up],
    [segment("policies in ", "dim"), segment(policies, "bold"), segment("  edit a file there and watch", "dim")],
  ];
};

const outcomeStyle = (outcome: ReloadReport["outcome"]): Style =>
  outcome === "committed" ? "good" : outcome === "unchanged" ? "dim" : outcome === "stranded" ? "bad" : "warn";

/** What the last try came to, with the time of each stage, so that "how fast is it" needs no second tool. */
const reload = (report: ReloadReport | null): readonly Line[] => {
  if (report === null) return [[segment("  last reload  ", "dim"), segment("none yet", "dim")]];
  const stages = Object.entries(report.stages).map(([stage, time]) => `${stage} ${millis(time)}`);
  return [
    [
      segment("  last reload  ", "dim"),
      segment(report.outcome, outcomeStyle(report.outcome)),
      segment(`  ${report.reason.replaceAll("_", " ")}  `),
      segment(millis(report.totalMs), "bold"),
      segment(`  at ${clockTime(report.at)} UTC`, "dim"),
    ],
    ...(stages.length === 0 ? [] : [[segment(`               ${stages.join(", ")}`, "dim")]]),
  ];
};

const traffic = ({ sent, sink, accessLog, scrape }: DevModel): readonly Line[] => [
  [
    segment("  traffic      ", "dim"),
    segment(`${count(sent.requests)} export requests, ${count(sent.acceptedItems)} records taken, `),
    segment(`${count(sent.refusedRequests)} refused`, sent.refusedRequests === 0 ? "good" : "bad"),
    segment(sent.refusedRequests === 0 || sent.lastRefusal === null ? "" : `  ${sent.lastRefusal}`, "bad"),
  ],
  [
    segment("  providers    ", "dim"),
    segment(
      `stand-in sink got ${count(sink.spans)} spans, ${count(sink.logs)} log records, ${count(sink.points)} data points`,
    ),
    segment(scrape === null ? "" : `  ${scrape}`, "dim"),
  ],
  [
    segment("  access log   ", "dim"),
    segment(`${count(accessLog.lines)} lines`),
    segment(`  ${accessLog.path}`, "dim"),
  ],
  ...(accessLog.newest === null ? [] : [[segment(`               ${accessLog.newest}`, "dim")]]),
];

const frameLines = (frame: string | null): readonly Line[] =>
  frame === null
    ? []
    : [
        [],
        [segment("  NOT APPLIED", "bad"), segment("  what ran before keeps running", "dim")],
        ...frame.split("\n").map((text): Line => [segment(`  ${text}`)]),
      ];

/** Keeps a part within its rows; what does not fit is counted, never silently missing. */
const within = (blocks: readonly (readonly Line[])[], rows: number, one: string, many: string): readonly Line[] => {
  const all = blocks.flat();
  if (all.length <= rows) return all;
  const kept: Line[] = [];
  let shown = 0;
  for (const block of blocks) {
    if (kept.length + block.length > rows - 1) break;
    kept.push(...block);
    shown += 1;
  }
  const left = blocks.length - shown;
  return [...kept, [segment(`  … ${left} more ${left === 1 ? one : many}; enlarge the terminal`, "dim")]];
};

/** The screen as lines, never more than the terminal has rows and never wider than its columns. */
export const screenLines = (model: DevModel, size: Size, color: boolean): readonly string[] => {
  const { columns, rows } = size;
  const top: readonly Line[] = [...head(model), []];
  const foot: readonly Line[] = [[], [segment(padEnd("  q quit", columns), "dim")]];
  const facts: readonly Line[] = [[], ...traffic(model), ...reload(model.view.lastReload)];
  const frame = frameLines(model.frame).slice(0, Math.max(4, Math.floor(rows / 2)));
  const tokens = tokenTable(tokensOf(model));
  const room = rows - top.length - foot.length - facts.length - frame.length - 1;
  const blocks = model.view.policies.map((policy) => policyBlock(policy, model, columns));
  const policies = within(blocks, Math.max(1, room), "policy", "policies");
  const spare = room - policies.length - 1;
  const tokenLines =
    spare >= 2 && tokens.length > 0
      ? [
          [],
          ...within(
            tokens.map((line) => [line]),
            spare,
            "model",
            "models",
          ),
        ]
      : [];
  const body = [...top, flowHeader(columns), ...policies, ...tokenLines, ...facts, ...frame];
  // On a very small terminal the first rows and the way out stay.
  const shown = [...body.slice(0, Math.max(0, rows - foot.length)), ...foot].slice(0, rows);
  return shown.map((line) => paint(line, columns, color));
};
