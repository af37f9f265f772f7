import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Answer, ask, type Range } from "./ask.ts";
import { barList, escaped, figureOf, graph, seriesOf, tableOf } from "./chart.ts";
import { genAI } from "./gen-ai.ts";
import type { Panel } from "./model.ts";

// The dashboard's queries, asked of a Prometheus and drawn on one page, for whoever has no Grafana at hand:
// node scripts/dashboards/preview.ts --prometheus http://127.0.0.1:9090 --minutes 15 -o page.html [--group team]

const style = `
body{margin:0;padding:16px;background:#f3f4f7;font:13px/1.4 system-ui,"DejaVu Sans",sans-serif;color:#1d2430;width:1568px}
h1{font-size:20px;margin:0 0 2px}header p{margin:0 0 10px;color:#5a6475}h2{font-size:14px;margin:16px 0 6px;color:#434c5e}
.row{display:grid;grid-template-columns:repeat(24,1fr);gap:8px}
.panel{background:#fff;border:1px solid #dfe3ea;border-radius:6px;padding:8px 12px;min-width:0;overflow:hidden}
.panel h3{font-size:13px;font-weight:600;margin:0 0 6px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}.panel h3 small{color:#7a8495;font-weight:400}
svg text{font-size:11px;fill:#6b7586}.grid{stroke:#e8ebf0}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:12px}.legend i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:5px}
.figure{font-size:30px;font-weight:600;padding:8px 0}.green{color:#1e8a55}.amber{color:#c97708}.red{color:#c93a34}
.bar{display:grid;grid-template-columns:1fr auto;gap:0 8px;margin-bottom:8px}.bar span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.bar i{grid-column:1/3;background:#eef1f5;border-radius:3px;height:8px}.bar u{display:block;background:#3b6fd4;height:8px;border-radius:3px}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:3px 6px;border-bottom:1px solid #edf0f4}th{color:#6b7586;font-weight:500}.number{text-align:right}
.none{color:#8a93a3;padding:24px 0;text-align:center}`;

/** Inner width of a panel, px: a page of 1600 in 24 columns with gaps of 8. */
const innerWidth = (columns: number): number => Math.round((1568 / 24) * columns - 34);

const bodyOf = (panel: Panel, answers: readonly (readonly Answer[])[], range: Range): string => {
  const series = panel.queries.flatMap(({ legend }, index) => seriesOf(legend, answers[index] ?? []));
  const all = answers.flat();
  if (all.every(({ points }) => points.length === 0)) return `<div class="none">no data</div>`;
  switch (panel.shape) {
    case "figure":
      return figureOf(panel, all[0]?.points[0]?.[1] ?? Number.NaN);
    case "bars":
      return barList(panel, series);
    case "table":
      return tableOf(panel, all);
    default:
      return graph(panel, series, range, innerWidth(panel.width));
  }
};

const { values } = parseArgs({
  options: {
    prometheus: { type: "string", default: "http://127.0.0.1:9090" },
    minutes: { type: "string", default: "15" },
    group: { type: "string", default: "team" },
    output: { type: "string", short: "o", default: "gen-ai.html" },
  },
});
const to = Math.floor(Date.now() / 1000);
const seconds = Number(values.minutes) * 60;
const range: Range = { from: to - seconds, to, step: Math.max(1, Math.ceil(seconds / 300)) };
const rows: string[] = [];
for (const row of genAI.rows) {
  const panels: string[] = [];
  for (const panel of row.panels) {
    const chosen = { group: values.group };
    const answers = await Promise.all(
      panel.queries.map((query) => ask(values.prometheus, panel, query, range, chosen)),
    );
    const unit = ["USD", "share", "seconds", "factor", "calls"].includes(panel.unit)
      ? ""
      : ` <small>${panel.unit}</small>`;
    panels.push(
      `<div class="panel" style="grid-column:span ${panel.width}" title="${escaped(panel.about)}"><h3>${escaped(panel.title.replace("$group", values.group))}${unit}</h3>${bodyOf(panel, answers, range)}</div>`,
    );
  }
  rows.push(`<h2>${escaped(row.title)}</h2><div class="row">${panels.join("")}</div>`);
}
const moment = (at: number): string => new Date(at * 1000).toISOString().slice(0, 16).replace("T", " ");
writeFileSync(
  values.output,
  `<!doctype html><meta charset="utf-8"><title>${genAI.title}</title><style>${style}</style><header><h1>${genAI.title}</h1><p>${moment(range.from)} to ${moment(to)} UTC · ${escaped(genAI.about)}</p></header>${rows.join("")}`,
);
