import { type Answer, type Range, seriesName } from "./ask.ts";
import type { Panel, Unit } from "./model.ts";

const colors = [
  "#3b6fd4",
  "#e08a1e",
  "#2c9c69",
  "#b44fc2",
  "#d0453e",
  "#1f9fb5",
  "#8a8f1d",
  "#7d6bd6",
  "#a0643c",
  "#5f7285",
];
const colorOf = (index: number): string => colors[index % colors.length] ?? "#333";

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const digits = (value: number, decimals: number | undefined): string => {
  const size = Math.abs(value);
  if (decimals !== undefined)
    return value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  if (size >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (size >= 10_000) return `${(value / 1e3).toFixed(0)}k`;
  if (size >= 100) return value.toFixed(0);
  return size === 0 ? "0" : String(Number(value.toPrecision(size < 1 ? 2 : 3)));
};

export const valueText = (value: number, unit: Unit, decimals?: number): string => {
  switch (unit) {
    case "USD":
    case "USD/h":
      return `${value < 0 ? "−" : ""}$${digits(Math.abs(value), decimals)}`;
    case "share":
      return `${digits(value * 100, decimals)} %`;
    case "seconds":
      return value !== 0 && value < 1 ? `${digits(value * 1000, decimals)} ms` : `${digits(value, decimals)} s`;
    case "factor":
      return `${digits(value, decimals)}×`;
    default:
      return digits(value, decimals);
  }
};

export type Series = { readonly name: string; readonly points: Answer["points"] };

export const seriesOf = (legend: string, answers: readonly Answer[]): readonly Series[] =>
  answers
    .map(({ metric, points }) => ({ name: seriesName(legend, metric) || "all", points }))
    .filter(({ points }) => points.length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** A tick distance that reads well: 1, 2 or 5 times a power of ten, in about four steps. */
const tickOf = (top: number): number => {
  const power = 10 ** Math.floor(Math.log10(top / 4));
  return ([1, 2, 5, 10].find((factor) => factor * power * 4 >= top * 0.999) ?? 10) * power;
};

const clock = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(11, 16);

const stackedOn = (series: readonly Series[]): readonly Series[] => {
  const sums = new Map<number, number>();
  return series.map(({ name, points }) => ({
    name,
    points: points.map(([at, value]) => {
      const sum = (sums.get(at) ?? 0) + value;
      sums.set(at, sum);
      return [at, sum] as const;
    }),
  }));
};

/** A graph over time as SVG, with the legend below. */
export const graph = (panel: Panel, series: readonly Series[], { from, to, step }: Range, width: number): string => {
  const [height, left, right, top, bottom] = [200, 62, 10, 8, 22];
  const drawn = panel.shape === "areas" ? stackedOn(series) : series;
  const highest = Math.max(...drawn.flatMap(({ points }) => points.map(([, value]) => value)), 0);
  const tick = tickOf(highest > 0 ? highest : 1);
  const ceiling = Math.max(Math.ceil((highest / tick) * 0.999), 1) * tick;
  const x = (at: number): number => left + ((at - from) / (to - from)) * (width - left - right);
  const y = (value: number): number => height - bottom - (value / ceiling) * (height - top - bottom);
  const at = ([seconds, value]: readonly [number, number]): string => `${x(seconds).toFixed(1)},${y(value).toFixed(1)}`;
  const parts: string[] = [];
  for (let value = 0; value <= ceiling * 1.001; value += tick)
    parts.push(
      `<line x1="${left}" x2="${width - right}" y1="${y(value)}" y2="${y(value)}" class="grid"/><text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${valueText(value, panel.unit)}</text>`,
    );
  const every =
    [60, 120, 300, 600, 1800, 3600, 7200, 21_600].find((seconds) => (to - from) / seconds <= width / 90) ?? 86_400;
  for (let seconds = Math.ceil(from / every) * every; seconds <= to; seconds += every)
    if (x(seconds) > left + 14 && x(seconds) < width - right - 14)
      parts.push(`<text x="${x(seconds)}" y="${height - 5}" text-anchor="middle">${clock(seconds)}</text>`);
  // A gap of more than two steps is a gap: no line may tell what nobody measured.
  const runsOf = (points: Series["points"]): readonly Series["points"][] => {
    const runs: (readonly [number, number])[][] = [];
    for (const point of points) {
      const last = runs.at(-1)?.at(-1);
      if (last === undefined || point[0] - last[0] > 2.5 * step) runs.push([point]);
      else runs.at(-1)?.push(point);
    }
    return runs;
  };
  const layers = drawn.map(({ points }, index) => {
    const color = colorOf(index);
    return runsOf(points)
      .map((run) => {
        const line = `<polyline points="${run.map(at).join(" ")}" fill="none" stroke="${color}" stroke-width="${panel.shape === "areas" ? 1 : 1.8}"/>`;
        const [first] = run;
        const last = run.at(-1);
        if (panel.shape !== "areas" || first === undefined || last === undefined) return line;
        const under = index === 0 ? null : drawn[index - 1];
        const lower = new Map(under?.points ?? []);
        const back = run.toReversed().map(([seconds]) => at([seconds, lower.get(seconds) ?? 0]));
        return `<polygon points="${[...run.map(at), ...back].join(" ")}" fill="${color}" fill-opacity="0.35"/>${line}`;
      })
      .join("");
  });
  const legend = series
    .map(({ name }, index) => `<span><i style="background:${colorOf(index)}"></i>${escaped(name)}</span>`)
    .join("");
  return `<svg viewBox="0 0 ${width} ${height}" width="100%">${parts.join("")}${layers.join("")}</svg><div class="legend">${legend}</div>`;
};

/** Horizontal bars, the longest first. */
export const barList = (panel: Panel, series: readonly Series[]): string => {
  const rows = series
    .map(({ name, points }) => ({ name, value: points[0]?.[1] ?? 0 }))
    .sort((a, b) => b.value - a.value);
  const longest = Math.max(...rows.map(({ value }) => value), Number.MIN_VALUE);
  return rows
    .map(
      ({ name, value }) =>
        `<div class="bar"><span title="${escaped(name)}">${escaped(name)}</span><b>${valueText(value, panel.unit, panel.decimals)}</b><i><u style="width:${Math.max(0, (100 * value) / longest).toFixed(1)}%"></u></i></div>`,
    )
    .join("");
};

export const tableOf = (panel: Panel, answers: readonly Answer[]): string => {
  const columns = panel.columns ?? [];
  const rows = [...answers]
    .sort((a, b) => (b.points[0]?.[1] ?? 0) - (a.points[0]?.[1] ?? 0))
    .map(
      ({ metric, points }) =>
        `<tr>${columns.map(([label]) => `<td>${escaped(metric[label] ?? "")}</td>`).join("")}<td class="number">${valueText(points[0]?.[1] ?? 0, panel.unit, panel.decimals)}</td></tr>`,
    );
  return `<table><tr>${columns.map(([, heading]) => `<th>${escaped(heading)}</th>`).join("")}<th class="number">Calls</th></tr>${rows.join("")}</table>`;
};

/** One number, green, amber or red where the panel has limits. */
export const figureOf = (panel: Panel, value: number): string => {
  const { limits } = panel;
  const isPast = (limit: number): boolean => (limits?.good === "low" ? value >= limit : value < limit);
  const kind = limits === undefined ? "plain" : isPast(limits.red) ? "red" : isPast(limits.amber) ? "amber" : "green";
  return `<div class="figure ${kind}">${valueText(value, panel.unit, panel.decimals)}</div>`;
};
