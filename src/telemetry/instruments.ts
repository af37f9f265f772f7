import { type Meter, metrics, type Tracer, trace } from "@opentelemetry/api";
import {
  type LabelsOf,
  type NamesOf,
  policyStates,
  type reloadOutcomes,
  type reloadReasons,
  reloadStages,
} from "./names.ts";
import { bridgeTo } from "./otel-bridge.ts";
import { prometheusText } from "./prometheus-text.ts";
import { createRegistry } from "./registry.ts";
import { type ReloadStage, type ReloadTrace, traceReload } from "./reload-trace.ts";

/** One finished try; `at` in milliseconds since the epoch, durations in milliseconds. */
export type ReloadResult = {
  readonly outcome: (typeof reloadOutcomes)[number];
  readonly reason: (typeof reloadReasons)[number];
  readonly at: number;
  readonly totalMs: number;
  readonly stages: { readonly [stage: string]: number };
  /** How long nothing accepted records; null when it was not measured. */
  readonly gapMs?: number | null;
  /** False: something of the input was left out or held back because of errors, so it did not succeed as a whole. */
  readonly complete?: boolean;
};

/** What the agent says about itself, in its own words; each call reaches `/metrics` and OpenTelemetry alike. */
export type Instruments = {
  readonly startReload: () => ReloadTrace;
  readonly reloadEnded: (result: ReloadResult) => void;
  /** A stage that ended after its try did. */
  readonly stageTook: (stage: ReloadStage, ms: number) => void;
  readonly compiled: (ms: number) => void;
  readonly policies: (states: readonly (typeof policyStates)[number][]) => void;
  readonly diagnostics: (found: readonly LabelsOf<"otel_policy_diagnostics">[]) => void;
  readonly generation: (live: { readonly digest: string; readonly collectorVersion: string } | null) => void;
  readonly watchError: () => void;
  readonly collectorRestarted: () => void;
  /** Cumulative, as ingest counts them. */
  readonly items: (
    rows: readonly { readonly labels: LabelsOf<"otel_policy_pipeline_items_total">; readonly value: number }[],
  ) => void;
  readonly dimensions: (
    rows: readonly {
      readonly policy: string;
      readonly dimension: string;
      readonly values: number;
      readonly limit: number;
    }[],
  ) => void;
  readonly seriesDropped: (points: number) => void;
  /** For `/metrics`. */
  readonly text: () => string;
};

export type Providers = { readonly meter: Meter; readonly tracer: Tracer };

/** Those of the global SDK if one has started, else ones that do nothing. */
export const globalProviders = (): Providers => ({
  meter: metrics.getMeter("otel-policy-agent"),
  tracer: trace.getTracer("otel-policy-agent"),
});

export const createInstruments = ({ meter, tracer }: Providers): Instruments => {
  const registry = createRegistry();
  const record = bridgeTo(meter, registry);
  const observe = <N extends NamesOf<"histogram">>(name: N, labels: LabelsOf<N>, ms: number): void => {
    registry.observe(name, labels, ms / 1000);
    record(name, labels, ms / 1000);
  };
  const stageTook = (stage: ReloadStage, ms: number): void =>
    observe("otel_policy_reload_duration_seconds", { stage }, ms);

  return {
    startReload: () => traceReload(tracer),
    reloadEnded: ({ outcome, reason, at, totalMs, stages, gapMs = null, complete = true }) => {
      const good = complete && (outcome === "committed" || outcome === "unchanged");
      registry.increment("otel_policy_reloads_total", { outcome, reason });
      registry.set("otel_policy_config_last_reload_successful", {}, good ? 1 : 0);
      if (good) registry.set("otel_policy_config_last_reload_success_timestamp_seconds", {}, at / 1000);
      if (outcome === "rolledBack") registry.increment("otel_policy_rollbacks_total", {});
      if (gapMs !== null) registry.set("otel_policy_reload_gap_seconds", {}, gapMs / 1000);
      observe("otel_policy_reload_duration_seconds", { stage: "total" }, totalMs);
      for (const stage of reloadStages) {
        const ms = stages[stage];
        if (ms !== undefined) stageTook(stage, ms);
      }
    },
    stageTook,
    compiled: (ms) => observe("otel_policy_compile_duration_seconds", {}, ms),
    policies: (states) =>
      registry.replace(
        "otel_policy_policies",
        policyStates.map((state) => ({ labels: { state }, value: states.filter((s) => s === state).length })),
      ),
    diagnostics: (found) =>
      registry.replace(
        "otel_policy_diagnostics",
        found.map(({ code, severity }) => ({ labels: { code, severity }, value: 1 })),
      ),
    generation: (live) =>
      registry.replace(
        "otel_policy_generation_info",
        live === null ? [] : [{ labels: { digest: live.digest, collector_version: live.collectorVersion }, value: 1 }],
      ),
    watchError: () => registry.increment("otel_policy_watch_errors_total", {}),
    collectorRestarted: () => registry.increment("otel_policy_collector_restarts_total", {}),
    items: (rows) => registry.replace("otel_policy_pipeline_items_total", rows),
    dimensions: (rows) => {
      const gauge = (read: (row: (typeof rows)[number]) => number) =>
        rows.map((row) => ({ labels: { policy: row.policy, dimension: row.dimension }, value: read(row) }));
      registry.replace(
        "otel_policy_dimension_values",
        gauge(({ values }) => values),
      );
      registry.replace(
        "otel_policy_dimension_overflow",
        gauge(({ values, limit }) => (values < limit ? 0 : 1)),
      );
    },
    seriesDropped: (points) => registry.increment("otel_policy_series_dropped_points_total", {}, points),
    text: () => prometheusText(registry),
  };
};
