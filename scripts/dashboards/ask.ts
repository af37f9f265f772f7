import { genAI } from "./gen-ai.ts";
import { isInstant, type Panel, type Query } from "./model.ts";

/** A series of an answer: its labels, and pairs of Unix seconds and value. */
export type Answer = {
  readonly metric: { readonly [label: string]: string };
  readonly points: readonly (readonly [seconds: number, value: number])[];
};

export type Range = { readonly from: number; readonly to: number; readonly step: number };

/** What Grafana puts in for its own variables and those of the dashboard. */
export const filledIn = (
  expr: string,
  range: string,
  rateInterval: string,
  chosen: { readonly [variable: string]: string },
): string => {
  const values: { readonly [variable: string]: string } = {
    ...Object.fromEntries(
      genAI.variables.map(({ name, from }) => [name, "list" in from ? (from.list[0] ?? "") : ".*"]),
    ),
    __range: range,
    __rate_interval: rateInterval,
    ...chosen,
  };
  return expr.replace(/\$(?:\{(\w+)\}|([a-z_]\w*))/g, (whole, braced?: string, plain?: string) => {
    const name = braced ?? plain ?? "";
    const value = values[name];
    if (value === undefined) throw new Error(`${whole} in "${expr}" is no variable of the dashboard`);
    return value;
  });
};

type ApiSeries = {
  readonly metric: Answer["metric"];
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
};

/** Asks a Prometheus as Grafana does: figures, bars and tables for the end of the range, graphs along it. */
export const ask = async (
  prometheus: string,
  panel: Panel,
  query: Query,
  { from, to, step }: Range,
  chosen: { readonly [variable: string]: string } = {},
): Promise<readonly Answer[]> => {
  // Grafana's own lower limit is four scrapes; the step when that is longer.
  const rateInterval = `${Math.max(step, 60)}s`;
  const expr = filledIn(query.expr, `${Math.round(to - from)}s`, chosen["__rate_interval"] ?? rateInterval, chosen);
  const parameters = isInstant(panel)
    ? new URLSearchParams({ query: expr, time: String(to) })
    : new URLSearchParams({ query: expr, start: String(from), end: String(to), step: String(step) });
  const url = `${prometheus}/api/v1/${isInstant(panel) ? "query" : "query_range"}?${parameters}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  const body = (await response.json()) as { status: string; error?: string; data?: { result: readonly ApiSeries[] } };
  if (body.status !== "success" || body.data === undefined)
    throw new Error(`${panel.title}: ${body.error ?? response.status}\n${expr}`);
  return body.data.result.map(({ metric, value, values }) => ({
    metric,
    points: (values ?? (value === undefined ? [] : [value]))
      .map(([at, text]) => [at, Number(text)] as const)
      .filter(([, number]) => Number.isFinite(number)),
  }));
};

/** The name of a series under a legend with `{{label}}`. */
export const seriesName = (legend: string, metric: Answer["metric"]): string =>
  legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? "").trim();
