import type { Meter, ObservableCallback } from "@opentelemetry/api";
import { type MetricName, metricNames, rowOf } from "./names.ts";
import type { Registry } from "./registry.ts";

/** Writes an observation to the OpenTelemetry histogram of that name. */
export type RecordHistogram = (name: MetricName, labels: object, value: number) => void;

/**
 * Offers the same metrics as OpenTelemetry instruments. Counters and gauges are observed from the registry when the
 * reader asks, so both sides always say the same; histograms cannot be observed and are written by the answer.
 * Take the meter after the SDK has started: the API has no late binding for meters.
 */
export const bridgeTo = (meter: Meter, registry: Pick<Registry, "series">): RecordHistogram => {
  const histograms = new Map<MetricName, ReturnType<Meter["createHistogram"]>>();
  for (const name of metricNames) {
    const { type, instrument, unit, help, buckets } = rowOf(name);
    const options = { description: help, unit };
    const observe: ObservableCallback = (result) => {
      for (const { labels, value } of registry.series(name)) result.observe(value, { ...labels });
    };
    switch (type) {
      case "counter":
        meter.createObservableCounter(instrument, options).addCallback(observe);
        break;
      case "gauge":
        meter.createObservableGauge(instrument, options).addCallback(observe);
        break;
      case "histogram": {
        const advice = { explicitBucketBoundaries: [...(buckets ?? [])] };
        histograms.set(name, meter.createHistogram(instrument, { ...options, advice }));
      }
    }
  }
  return (name, labels, value) => histograms.get(name)?.record(value, { ...labels });
};
