import type { Json } from "../base/canonical.ts";
import type { Signal } from "../dataplane/profile.ts";
import type { Plan } from "../plan/types.ts";
import { type Assembly, add, configTree, newAssembly, pipe } from "./assembly.ts";
import { type BaseConfig, typeOf } from "./base-config.ts";
import { defaultEnds, receiversBehind } from "./default-way.ts";
import { belongsToIngest, isConnector, pullExporters } from "./entries.ts";
import { fileWays } from "./file-ends.ts";
import { fromBase, hop } from "./hop.ts";
import { componentNames } from "./names.ts";
import { quoted, resourceAttribute } from "./ottl.ts";
import { addPolicies, type Backends, cumulativeSinks, type Joints, needsRouter } from "./policies.ts";
import { addQueueStorage, ownQueue, withQueue } from "./queues.ts";
import { stamps } from "./stamps.ts";
import { addStdout, addStdoutWay } from "./stdout-end.ts";
import { coreTelemetry } from "./telemetry.ts";
import type { Tree } from "./tree.ts";
import { environment } from "./types.ts";

const statementsKey = { traces: "trace_statements", logs: "log_statements", metrics: "metric_statements" } as const;

const variable = (name: string): string => `\${env:${name}}`;

/** Extensions that exporters refer to (auth, storage, encodings); what listens on ports of its own stays with ingest. */
const listening: ReadonlySet<string> = new Set([
  "health_check",
  "zpages",
  "pprof",
  "opamp",
  "http_forwarder",
  "jaegerremotesampling",
]);

const addBaseExtensions = (assembly: Assembly, base: BaseConfig): void => {
  for (const id of base.serviceExtensions) {
    const body = base.extensions[id];
    if (body === undefined || listening.has(typeOf(id))) continue;
    const config: Json =
      typeOf(id) === "file_storage" && typeof body === "object" && body !== null && !Array.isArray(body)
        ? // Two processes cannot share a storage directory: one per slot.
          {
            ...body,
            directory: `${String((body as { directory?: Json }).directory ?? "/var/lib/otelcol/file_storage")}/${variable(environment.slot)}`,
            create_directory: true,
          }
        : body;
    add(assembly, "extensions", id, fromBase(base, `extensions::${id}`, config));
    assembly.serviceExtensions.add(id);
  }
};

/** The base config's own pipelines behind the router: what no policy governs goes their way, byte for byte. */
export const addDefaultPipelines = (
  assembly: Assembly,
  base: BaseConfig,
  receiversOf: (pipeline: BaseConfig["pipelines"][number]) => readonly string[],
  exporterOf: (id: string) => string,
  keep: (processor: string) => boolean,
  unstamp: (signal: Signal) => boolean,
  bodyOf: (id: string, body: Json) => Json = (_, body) => body,
): void => {
  for (const pipeline of base.pipelines) {
    const processors = pipeline.processors.filter(keep);
    for (const id of processors)
      add(assembly, "processors", id, fromBase(base, `processors::${id}`, base.processors[id] ?? null));
    const exporters = pipeline.exporters.map((id) => {
      const body = base.connectors[id];
      if (body !== undefined || isConnector(base, id)) {
        add(assembly, "connectors", id, fromBase(base, `connectors::${id}`, body ?? null));
        return id;
      }
      const used = exporterOf(id);
      if (used === id)
        add(assembly, "exporters", id, fromBase(base, `exporters::${id}`, bodyOf(id, base.exporters[id] ?? null)));
      return used;
    });
    const first = unstamp(pipeline.signal) ? [addUnstamp(assembly, pipeline.signal)] : [];
    pipe(assembly, pipeline.id, { receivers: receiversOf(pipeline), processors: [...first, ...processors], exporters });
  }
};

/** Takes our stamps off what no policy governs. Only stamped resources are touched, so all others stay byte for byte. */
const addUnstamp = (assembly: Assembly, signal: Signal): string => {
  const stamped = [stamps.target, stamps.entry].map((key) => `${resourceAttribute(key)} != nil`).join(" or ");
  return add(assembly, "processors", `transform/otel_policy_unstamp_${signal}`, {
    error_mode: "ignore",
    [statementsKey[signal]]: [
      {
        context: "resource",
        statements: [`delete_matching_keys(resource.attributes, ${quoted("^otel_policy\\.")}) where ${stamped}`],
      },
    ],
  });
};

/** The core of the handover topology: everything that policies change, and the platform's default way. */
export const renderCore = (
  plan: Plan,
  base: BaseConfig,
  components: ReadonlySet<string> | null,
  backends: Backends,
  ingestWritesLines: boolean,
): Tree => {
  const assembly = newAssembly();
  const names = componentNames(components);
  const receiver = add(assembly, "receivers", "otlp/otel_policy_core", {
    protocols: { grpc: { endpoint: variable(environment.coreSocket), transport: "unix", max_recv_msg_size_mib: 64 } },
  });
  const store = addQueueStorage(assembly, components);
  const prometheus = pullExporters(base);
  const pullSockets = prometheus.length === 0 ? ["otel_policy"] : prometheus;
  const runDir = variable(environment.runDir);
  const pull = pullSockets.map((_, index) => `${names.otlpGrpc}/otel_policy_pull_${index}`);
  const usePull = (index: number): string =>
    add(assembly, "exporters", pull[index] ?? "", hop(`${runDir}/pull-${index}.sock`));
  const pullOf = (id: string): string => (prometheus.includes(id) ? usePull(prometheus.indexOf(id)) : id);
  const fileOf = fileWays(assembly, base, names.otlpGrpc, runDir, store);
  const needsBack = cumulativeSinks(plan, base).length > 0;
  const governed = (signal: Signal): boolean => needsRouter(plan, base, signal);

  addDefaultPipelines(
    assembly,
    base,
    receiversBehind(base, governed, () => receiver),
    (id) => fileOf(pullOf(id)),
    (processor) => !belongsToIngest(processor),
    governed,
    (id, body) => withQueue(id, body, store),
  );
  addBaseExtensions(assembly, base);

  const back = `${names.otlpGrpc}/otel_policy_back`;
  if (needsBack) add(assembly, "exporters", back, hop(`${runDir}/back.sock`));
  const flow = `${names.otlpGrpc}/otel_policy_flow`;
  const values = `${names.otlpGrpc}/otel_policy_values`;
  const wantsPull = plan.sinks.some((sink) => sink.kind === "pull");
  const ends = defaultEnds(base, pullOf, needsBack ? back : null);
  const joints: Joints = {
    receiversOf: () => [receiver],
    pull: wantsPull ? pullSockets.map((_, index) => usePull(index)) : [],
    back,
    stdout: () => (ingestWritesLines ? addStdoutWay(assembly, names.otlpGrpc, runDir, store) : addStdout(assembly)),
    flow: plan.classes.length > 0 ? flow : null,
    values: plan.classes.length > 0 ? values : null,
    defaultExporters: (signal, metrics) => ends(signal, metrics).map(fileOf),
  };
  addPolicies(assembly, plan, base, names, joints, { ...backends, queue: ownQueue(store) });
  if (assembly.pipelines.has("metrics/otel_policy_flow")) add(assembly, "exporters", flow, hop(`${runDir}/flow.sock`));
  if (assembly.pipelines.has("metrics/otel_policy_values"))
    add(assembly, "exporters", values, hop(`${runDir}/values.sock`));
  const health = add(assembly, "extensions", "health_check/otel_policy", {
    endpoint: variable(environment.healthSocket),
    transport: "unix",
  });
  assembly.serviceExtensions.add(health);
  return configTree(assembly, coreTelemetry(base, "core"));
};
