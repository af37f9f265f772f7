/** How one metric of the agent is named, and which series it can have. */
export type MetricRow = {
  readonly type: "counter" | "gauge" | "histogram";
  /** Name of the same thing as an OpenTelemetry instrument; the Prometheus name follows from it by the OTel rules. */
  readonly instrument: string;
  /** UCUM. */
  readonly unit: string;
  readonly help: string;
  /** Label → its values, or what bounds their number. */
  readonly labels: { readonly [label: string]: readonly string[] | string };
  /** Upper bounds of a histogram, without +Inf. */
  readonly buckets?: readonly number[];
};

export const reloadOutcomes = ["committed", "unchanged", "rejected", "rolledBack", "stranded"] as const;

export const reloadReasons = [
  "applied",
  "same_digest",
  "known_bad",
  "compile_error",
  "validate_failed",
  "start_failed",
  "not_healthy",
  "died",
  "commit_failed",
  "breach",
  "no_collector",
] as const;

/** Steps of the reload transaction, also the names of the spans below `reload`. */
export const reloadStages = ["compile", "validate", "start", "prove", "commit", "drain"] as const;

export const policyStates = ["active", "conflicted", "rejected", "partial", "elsewhere"] as const;

const fromTensOfMilliseconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Every metric of the agent by its Prometheus name. Documentation and dashboards are compared with this table. */
const metricTable = {
  otel_policy_config_last_reload_successful: {
    type: "gauge",
    instrument: "otel_policy.config.last_reload_successful",
    unit: "",
    help: "1 when the newest policies are what runs, 0 when the last try to apply them failed.",
    labels: {},
  },
  otel_policy_config_last_reload_success_timestamp_seconds: {
    type: "gauge",
    instrument: "otel_policy.config.last_reload_success_timestamp",
    unit: "s",
    help: "Unix time of the last try that ended with the newest policies running.",
    labels: {},
  },
  otel_policy_reloads_total: {
    type: "counter",
    instrument: "otel_policy.reloads",
    unit: "{reload}",
    help: "Tries to apply a new input, by how they ended and why.",
    labels: { outcome: reloadOutcomes, reason: reloadReasons },
  },
  otel_policy_reload_duration_seconds: {
    type: "histogram",
    instrument: "otel_policy.reload.duration",
    unit: "s",
    help: "Time of each step of a reload; total runs from the first change seen to the end of the try.",
    labels: { stage: [...reloadStages, "total"] as const },
    buckets: fromTensOfMilliseconds,
  },
  otel_policy_reload_gap_seconds: {
    type: "gauge",
    instrument: "otel_policy.reload.gap",
    unit: "s",
    help: "How long nothing accepted records during the last reload; 0 with the handover topology.",
    labels: {},
  },
  otel_policy_policies: {
    type: "gauge",
    instrument: "otel_policy.policies",
    unit: "{policy}",
    help: "Policies of the newest input, by state.",
    labels: { state: policyStates },
  },
  otel_policy_diagnostics: {
    type: "gauge",
    instrument: "otel_policy.diagnostics",
    unit: "{diagnostic}",
    help: "Findings about the newest input, by code.",
    labels: { code: "the code table", severity: ["error", "warning", "info"] as const },
  },
  otel_policy_generation_info: {
    type: "gauge",
    instrument: "otel_policy.generation_info",
    unit: "",
    help: "1 for the generation in service.",
    labels: { digest: "one at a time", collector_version: "one at a time" },
  },
  otel_policy_compile_duration_seconds: {
    type: "histogram",
    instrument: "otel_policy.compile.duration",
    unit: "s",
    help: "Time from policy text to Collector config.",
    labels: {},
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  otel_policy_rollbacks_total: {
    type: "counter",
    instrument: "otel_policy.rollbacks",
    unit: "{rollback}",
    help: "Generations that were taken out of service again because they did worse than the one before.",
    labels: {},
  },
  otel_policy_watch_errors_total: {
    type: "counter",
    instrument: "otel_policy.watch_errors",
    unit: "{error}",
    help: "Failures to watch or read the policy folders.",
    labels: {},
  },
  otel_policy_collector_restarts_total: {
    type: "counter",
    instrument: "otel_policy.collector_restarts",
    unit: "{restart}",
    help: "Starts of a Collector that had ended without being asked to.",
    labels: {},
  },
  otel_policy_pipeline_items_total: {
    type: "counter",
    instrument: "otel_policy.pipeline.items",
    unit: "{item}",
    help: "Spans, data points and log records that a policy governed, by what became of them.",
    labels: {
      signal: ["traces", "metrics", "logs"] as const,
      stage: ["received", "kept", "dropped", "exported"] as const,
      policy: "policies of the newest input",
    },
  },
  otel_policy_dimension_values: {
    type: "gauge",
    instrument: "otel_policy.dimension.values",
    unit: "{value}",
    help: "Values of a dimension of derived metrics that have series of their own by right.",
    labels: { policy: "policies of the newest input", dimension: "dimensions of the policy" },
  },
  otel_policy_dimension_overflow: {
    type: "gauge",
    instrument: "otel_policy.dimension.overflow",
    unit: "",
    help: "1 when a dimension has all the values that its limit allows, so that further ones count under other.",
    labels: { policy: "policies of the newest input", dimension: "dimensions of the policy" },
  },
  otel_policy_series_dropped_points_total: {
    type: "counter",
    instrument: "otel_policy.series.dropped_points",
    unit: "{datapoint}",
    help: "Data points of new series that were lost, because there were as many series as may be (OTEL_POLICY_MAX_SERIES).",
    labels: {},
  },
} as const satisfies { readonly [name: string]: MetricRow };

export type MetricName = keyof typeof metricTable;

export type NamesOf<T extends MetricRow["type"]> = {
  [N in MetricName]: (typeof metricTable)[N]["type"] extends T ? N : never;
}[MetricName];

/** The labels a series of that metric must have, with their values where those are listed. */
export type LabelsOf<N extends MetricName> = {
  readonly [L in keyof (typeof metricTable)[N]["labels"]]: (typeof metricTable)[N]["labels"][L] extends readonly (infer V)[]
    ? V
    : string;
};

export const metricNames = Object.keys(metricTable) as readonly MetricName[];

export const rowOf = (name: MetricName): MetricRow => metricTable[name];
