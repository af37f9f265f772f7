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

/** Its parts are read back: each statement more costs at every start of a core. */
const metricName = (signal: Signal, stage: FlowStage): string => `otel_policy.${stage}.${signal}`;

/** Connector that counts items by policy at one stage; what governed what is read from these. */
export const flowConnector = (names: ComponentNames, stage: FlowStage): string =>
  `${names.signalToMetrics}/otel_policy_${stage}`;

/** Adds the flow counters that some pipeline feeds and the pipeline that names them; `exporter` leads to their cumulative state. */
export const addFlow = (assembly: Assembly, names: ComponentNames, exporter: string): void => {
  const policy = stamps.row("policy");
  const fed = (["received", "kept"] as const).filter((stage) =>
    [...assembly.pipelines.values()].some(({ exporters }) => exporters.includes(flowConnector(names, stage))),
  );
  if (fed.length === 0) return;
  for (const stage of fed) {
    const definitions = itemKinds.map(([signal, kind]): [string, Tree] => [
      kind,
      [
        {
          name: metricName(signal, stage),
          description: "Items that a policy governs.",
          unit: "{item}",
          include_resource_attributes: [{ key: policy }],
          sum: { value: "1", monotonic: true },
        },
      ],
    ]);
    add(assembly, "connectors", flowConnector(names, stage), {
      error_mode: "ignore",
      ...Object.fromEntries(definitions),
    });
  }
  const part = (index: number): string => `Split(metric.name, ".")[${index}]`;
  add(assembly, "processors", "transform/otel_policy_flow", {
    error_mode: "ignore",
    metric_statements: [
      {
        context: "datapoint",
        statements: [
          `set(datapoint.attributes["policy"], ${resourceAttribute(policy)})`,
          `set(datapoint.attributes["stage"], ${part(1)})`,
          `set(datapoint.attributes["signal"], ${part(2)})`,
        ],
      },
      { context: "metric", statements: ['set(metric.name, "otel_policy.pipeline.items")'] },
      { context: "resource", statements: ["keep_keys(resource.attributes, [])"] },
    ],
  });
  pipe(assembly, "metrics/otel_policy_flow", {
    receivers: fed.map((stage) => flowConnector(names, stage)),
    processors: ["transform/otel_policy_flow"],
    exporters: [exporter],
  });
};
