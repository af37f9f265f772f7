import type { Signal } from "../dataplane/profile.ts";
import { type Assembly, add, pipe } from "./assembly.ts";
import type { ComponentNames } from "./names.ts";
import { resourceAttribute } from "./ottl.ts";
import { stamps } from "./stamps.ts";
import type { Tree } from "./tree.ts";

type FlowStage = "received" | "kept";

const itemKinds = [
  ["traces", "spans"],
  ["metrics", "datapoints"],
  ["logs", "logs"],
] as const;

/** Its parts are read back by ingest. */
const metricName = (signal: Signal, stage: FlowStage): string => `otel_policy.${stage}.${signal}`;

/** Connector that counts items by policy at one stage; what governed what is read from these. */
export const flowConnector = (names: ComponentNames, stage: FlowStage): string =>
  `${names.signalToMetrics}/otel_policy_${stage}`;

/**
 * Adds the flow counters that some pipeline feeds, for the signals that feed them; `exporter` leads to their cumulative
 * state. Whatever else is to be said of them ingest says, which does not start with every edit.
 */
export const addFlow = (assembly: Assembly, names: ComponentNames, exporter: string): void => {
  const fed = (["received", "kept"] as const).flatMap((stage) => {
    const connector = flowConnector(names, stage);
    const feeding = [...assembly.pipelines].filter(([, { exporters }]) => exporters.includes(connector));
    const definitions = itemKinds.flatMap(([signal, kind]): readonly [string, Tree][] =>
      feeding.some(([id]) => id.startsWith(`${signal}/`)) ? [[kind, [counter(signal, stage)]]] : [],
    );
    return definitions.length === 0 ? [] : [{ connector, definitions }];
  });
  if (fed.length === 0) return;
  for (const { connector, definitions } of fed)
    add(assembly, "connectors", connector, { error_mode: "ignore", ...Object.fromEntries(definitions) });
  pipe(assembly, "metrics/otel_policy_flow", {
    receivers: fed.map(({ connector }) => connector),
    exporters: [exporter],
  });
};

const counter = (signal: Signal, stage: FlowStage): Tree => ({
  name: metricName(signal, stage),
  description: "Items that a policy governs.",
  unit: "{item}",
  include_resource_attributes: [{ key: stamps.row("policy") }],
  sum: { value: "1", monotonic: true },
});

/** For ingest: one counter of items, by policy, stage and signal. */
export const addFlowNames = (assembly: Assembly): string => {
  const part = (index: number): string => `Split(metric.name, ".")[${index}]`;
  return add(assembly, "processors", "transform/otel_policy_flow", {
    error_mode: "ignore",
    metric_statements: [
      {
        context: "datapoint",
        statements: [
          `set(datapoint.attributes["policy"], ${resourceAttribute(stamps.row("policy"))})`,
          `set(datapoint.attributes["stage"], ${part(1)})`,
          `set(datapoint.attributes["signal"], ${part(2)})`,
        ],
      },
      { context: "metric", statements: ['set(metric.name, "otel_policy.pipeline.items")'] },
      { context: "resource", statements: ["keep_keys(resource.attributes, [])"] },
    ],
  });
};
