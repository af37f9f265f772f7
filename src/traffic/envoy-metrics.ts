import { type KeyValue, type Metric, type MetricsBody, nanos, text } from "./otlp.ts";
import type { Request } from "./request.ts";

/** Requests by status code since the proxy started. */
export type StatusCounts = ReadonlyMap<number, number>;

export const countStatus = (counts: StatusCounts, request: Request): StatusCounts =>
  new Map(counts).set(request.status, (counts.get(request.status) ?? 0) + 1);

/**
 * What Envoy's OTLP stats sink (1.40) sends on each flush: dotted names, cumulative sums, tags as attributes, no unit,
 * and a resource that does not say whose they are. Recorded: corpus `telemetry/envoy-1.40/metrics-last.jsonl`.
 */
export const envoyMetrics = (counts: StatusCounts, cluster: string, startUs: number, nowUs: number): MetricsBody => {
  const sum = (name: string, points: readonly (readonly [readonly KeyValue[], number])[]): Metric => ({
    name,
    sum: {
      dataPoints: points.map(([attributes, value]) => ({
        attributes,
        startTimeUnixNano: nanos(startUs),
        timeUnixNano: nanos(nowUs),
        asInt: String(value),
      })),
      aggregationTemporality: 2,
      isMonotonic: true,
    },
  });
  const manager = text("envoy.http_conn_manager_prefix", "http-10080");
  const upstream = text("envoy.cluster_name", cluster);
  const codes = [...counts].sort(([a], [b]) => a - b);
  const total = codes.reduce((all, [, count]) => all + count, 0);
  const classes = new Map<string, number>();
  for (const [code, count] of codes) {
    const name = String(Math.floor(code / 100));
    classes.set(name, (classes.get(name) ?? 0) + count);
  }
  const routed = codes.filter(([code]) => code !== 404);
  return {
    resourceMetrics: [
      {
        resource: { attributes: [text("telemetry.sdk.name", "envoy"), text("telemetry.sdk.language", "cpp")] },
        scopeMetrics: [
          {
            scope: {},
            metrics: [
              sum("http.downstream_rq_total", [[[manager], total]]),
              sum(
                "http.downstream_rq_xx",
                [...classes].map(([name, count]) => [[manager, text("envoy.response_code_class", name)], count]),
              ),
              sum(
                "cluster.upstream_rq",
                routed.map(([code, count]) => [[upstream, text("envoy.response_code", String(code))], count]),
              ),
              sum("cluster.upstream_rq_total", [[[upstream], routed.reduce((all, [, count]) => all + count, 0)]]),
            ],
          },
        ],
      },
    ],
  };
};
