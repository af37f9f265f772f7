import { type Assembly, add, configTree, newAssembly, pipe } from "./assembly.ts";
import type { BaseConfig } from "./base-config.ts";
import { addValuesEnd } from "./dimension-values.ts";
import { belongsToIngest, entryGroups, pullExporters } from "./entries.ts";
import { addFileEnds } from "./file-ends.ts";
import { addFlowNames } from "./flow.ts";
import { fromBase, hop } from "./hop.ts";
import { type ComponentNames, componentNames } from "./names.ts";
import { quoted, resourceAttribute } from "./ottl.ts";
import { addQueueStorage, diskBytes } from "./queues.ts";
import { stamps } from "./stamps.ts";
import { addStdoutEnd, writesLines } from "./stdout-end.ts";
import { coreTelemetry } from "./telemetry.ts";
import type { Tree } from "./tree.ts";
import { environment, valuesSocket } from "./types.ts";

const variable = (name: string): string => `\${env:${name}}`;
const runDir = variable(environment.runDir);
const signals = ["traces", "metrics", "logs"] as const;
const statementsKey = { traces: "trace_statements", logs: "log_statements", metrics: "metric_statements" } as const;

/**
 * Series that one Prometheus endpoint may have, about 2.7 KiB each. Far more than dimensions with limits come to: it is
 * for the seconds in which somebody sends a flood of new values and no list is in service yet. What is beyond is lost
 * and counted, which costs less than all series with the process.
 */
const usualMaxSeries = 200_000;

/**
 * Processors that turn deltas of several cores into cumulative series without losing one: the batch processor is a
 * single thread, so points get their time in the order in which they are added up. Two deltas of one series that came
 * in the wrong order would otherwise cost the earlier one.
 */
export const addCumulative = (assembly: Assembly, names: ComponentNames): readonly string[] => [
  add(assembly, "processors", "batch/otel_policy", { timeout: "50ms", send_batch_size: 1024 }),
  add(assembly, "processors", "transform/otel_policy_now", {
    error_mode: "ignore",
    metric_statements: [
      {
        context: "datapoint",
        statements: [
          "set(datapoint.time_unix_nano, UnixNano(Now())) where metric.aggregation_temporality == AGGREGATION_TEMPORALITY_DELTA",
        ],
      },
    ],
  }),
  add(assembly, "processors", `${names.deltaToCumulative}/otel_policy`, {
    max_stale: "24h",
    max_streams: `\${env:${environment.maxSeries}:-${usualMaxSeries}}`,
  }),
];

/** Removes what only a core may say from records that come from outside. */
const addClean = (assembly: Assembly, signal: (typeof signals)[number]): string => {
  const forged = [stamps.target, stamps.class, stamps.via, stamps.back, stamps.entry]
    .map((key) => `${resourceAttribute(key)} != nil`)
    .join(" or ");
  return add(assembly, "processors", `transform/otel_policy_clean_${signal}`, {
    error_mode: "ignore",
    [statementsKey[signal]]: [
      {
        context: "resource",
        statements: [`delete_matching_keys(resource.attributes, ${quoted("^otel_policy\\.")}) where ${forged}`],
      },
    ],
  });
};

/** The stamp-free way in of one group of receivers, and its processors that belong to ingest. */
export const addEntries = (
  assembly: Assembly,
  base: BaseConfig,
  exporterOf: (signal: (typeof signals)[number]) => readonly string[],
): void => {
  for (const signal of signals) {
    const groups = entryGroups(base, signal);
    for (const group of groups) {
      const processors: string[] = [];
      for (const id of group.pipelines.flatMap((pipeline) => pipeline.processors)) {
        if (!belongsToIngest(id) || processors.includes(id)) continue;
        processors.push(
          add(assembly, "processors", id, fromBase(base, `processors::${id}`, base.processors[id] ?? null)),
        );
      }
      processors.push(addClean(assembly, signal));
      if (groups.length > 1) {
        processors.push(
          add(assembly, "processors", `transform/otel_policy_entry_${signal}_${group.index}`, {
            error_mode: "ignore",
            [statementsKey[signal]]: [
              {
                context: "resource",
                statements: [`set(${resourceAttribute(stamps.entry)}, ${quoted(String(group.index))})`],
              },
            ],
          }),
        );
      }
      for (const id of group.receivers)
        add(assembly, "receivers", id, fromBase(base, `receivers::${id}`, base.receivers[id] ?? null));
      pipe(assembly, `${signal}/otel_policy_entry_${group.index}`, {
        receivers: group.receivers,
        processors,
        exporters: exporterOf(signal),
      });
    }
  }
};

const socketReceiver = (assembly: Assembly, name: string): string =>
  add(assembly, "receivers", `otlp/otel_policy_${name.replace("-", "_")}`, {
    protocols: { grpc: { endpoint: `${runDir}/${name}.sock`, transport: "unix", max_recv_msg_size_mib: 64 } },
  });

/** Takes the routing stamp off metrics on their last way. */
export const addPullClean = (assembly: Assembly): string =>
  add(assembly, "processors", "transform/otel_policy_pull", {
    error_mode: "ignore",
    metric_statements: [
      {
        context: "resource",
        statements: [
          `delete_key(resource.attributes, ${quoted(stamps.back)}) where ${resourceAttribute(stamps.back)} != nil`,
        ],
      },
    ],
  });

/** Exporter of the platform's Prometheus endpoint where its base config has none. */
export const ownPull: Tree = { endpoint: "0.0.0.0:8889" };

/** The stable process of the handover topology: ports, buffer and counters. Depends on the base config alone. */
export const renderIngest = (base: BaseConfig, components: ReadonlySet<string> | null): Tree => {
  const assembly = newAssembly();
  const names = componentNames(components);
  const store = addQueueStorage(assembly, components, "ingest");
  const core = add(assembly, "exporters", `${names.otlpGrpc}/otel_policy_core`, {
    ...hop(`${runDir}/core.sock`),
    // A core takes a request when there is room in its queues, and would count it once more if it came again meanwhile. One that
    // does not answer at all is ended by the agent.
    timeout: "600s",
    // What arrives while no core listens waits here; a full queue refuses, which clients see and retry.
    sending_queue: {
      ...(store === null ? { queue_size: 10000 } : { sizer: "bytes", queue_size: diskBytes, storage: store }),
      num_consumers: 10,
    },
  });
  addEntries(assembly, base, () => [core]);
  const cumulative = addCumulative(assembly, names);
  const prometheus = pullExporters(base);
  const pulls = prometheus.length === 0 ? ["prometheus/otel_policy"] : prometheus;
  for (const [index, id] of pulls.entries()) {
    add(
      assembly,
      "exporters",
      id,
      prometheus.length === 0 ? ownPull : fromBase(base, `exporters::${id}`, base.exporters[id] ?? null),
    );
    pipe(assembly, `metrics/otel_policy_pull_${index}`, {
      receivers: [socketReceiver(assembly, `pull-${index}`)],
      processors: [...cumulative, addPullClean(assembly)],
      exporters: [id],
    });
  }
  pipe(assembly, "metrics/otel_policy_back", {
    receivers: [socketReceiver(assembly, "back")],
    processors: cumulative,
    exporters: [core],
  });
  addFileEnds(assembly, base, (name) => socketReceiver(assembly, name));
  if (writesLines(components)) addStdoutEnd(assembly, (name) => socketReceiver(assembly, name));
  const flow = add(assembly, "exporters", "prometheus/otel_policy_flow", {
    endpoint: `127.0.0.1:${variable(environment.flowPort)}`,
    metric_expiration: "24h",
  });
  pipe(assembly, "metrics/otel_policy_flow", {
    receivers: [socketReceiver(assembly, "flow")],
    processors: [addFlowNames(assembly), ...cumulative],
    exporters: [flow],
  });
  addValuesEnd(assembly, socketReceiver(assembly, "values"), `${runDir}/${valuesSocket}`);
  for (const id of base.serviceExtensions) {
    const body = base.extensions[id];
    if (body === undefined) continue;
    add(assembly, "extensions", id, fromBase(base, `extensions::${id}`, body));
    assembly.serviceExtensions.add(id);
  }
  const health = add(assembly, "extensions", "health_check/otel_policy", {
    endpoint: variable(environment.healthSocket),
    transport: "unix",
  });
  assembly.serviceExtensions.add(health);
  return configTree(assembly, coreTelemetry(base, "ingest"));
};
