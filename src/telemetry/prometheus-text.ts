import { type MetricName, metricNames, rowOf } from "./names.ts";
import type { Labels, Registry, Series } from "./registry.ts";

/** All metrics in the Prometheus text format 0.0.4, in the order of the names table. */
export const prometheusText = (registry: Pick<Registry, "series">): string =>
  metricNames.map((name) => metricText(name, registry.series(name))).join("");

const metricText = (name: MetricName, series: readonly Series[]): string => {
  const { type, help, buckets = [] } = rowOf(name);
  const lines = [`# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`, `# TYPE ${name} ${type}`];
  for (const { labels, value, histogram } of series) {
    if (histogram === undefined) {
      lines.push(`${name}${labelText(labels)} ${numberText(value)}`);
      continue;
    }
    for (const [i, bound] of buckets.entries()) {
      lines.push(`${name}_bucket${labelText({ ...labels, le: numberText(bound) })} ${histogram.buckets[i] ?? 0}`);
    }
    lines.push(
      `${name}_bucket${labelText({ ...labels, le: "+Inf" })} ${histogram.count}`,
      `${name}_sum${labelText(labels)} ${numberText(value)}`,
      `${name}_count${labelText(labels)} ${histogram.count}`,
    );
  }
  return `${lines.join("\n")}\n`;
};

const labelText = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(
    ([label, value]) => `${label}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
};

const numberText = (value: number): string =>
  value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value);
