import type { Signal } from "../dataplane/profile.ts";
import type { Plan, SinkId } from "../plan/types.ts";
import { type Assembly, add, pipe } from "./assembly.ts";
import type { BaseConfig } from "./base-config.ts";
import { addClass, classPipeline } from "./class-pipelines.ts";
import { addValues } from "./dimension-values.ts";
import { type EntryGroup, entryGroups, isConnector, pullExporters } from "./entries.ts";
import { addFlow } from "./flow.ts";
import { identifyGroups } from "./identify.ts";
import { codedRows } from "./lookup.ts";
import type { ComponentNames } from "./names.ts";
import { attribute, quoted, resourceAttribute } from "./ottl.ts";
import { addBackend } from "./sink-exporters.ts";
import { stamps } from "./stamps.ts";
import { type Tree, traced } from "./tree.ts";

/** How the two topologies differ for the policies: where records come from, and where state is kept. */
export type Joints = {
  /** Receivers that feed the policies of a signal. */
  readonly receiversOf: (signal: Signal) => readonly string[];
  /** Exporter that leads to a Prometheus exporter of the base config, through its cumulative state. */
  readonly pull: readonly string[];
  /** Exporter that makes metrics cumulative and brings them back, for sinks that push; null: nothing can. */
  readonly back: string;
  /** Exporter for lines of access logs, where some policy wants them. */
  readonly stdout: () => string;
  /** Exporter for the flow counters; null: none are wanted. */
  readonly flow: string | null;
  /** Exporter for the values of dimensions; null: nobody asks. */
  readonly values: string | null;
  /** Exporters of the base config's default pipelines, as this process may use them. */
  readonly defaultExporters: (signal: Signal, metrics: "arrived" | "derived") => readonly string[];
};

/** What the policies' own backends are replaced by, and which this Collector has no exporter for. */
export type Backends = {
  readonly redirect: string | null;
  readonly unavailable: ReadonlySet<SinkId>;
  /** `sending_queue` of their exporters; absent: the Collector's own default. */
  readonly queue?: Tree;
};

const contextOf = { traces: "span", logs: "log", metrics: "datapoint" } as const;
const statementsKey = { traces: "trace_statements", logs: "log_statements", metrics: "metric_statements" } as const;
const signals = ["traces", "metrics", "logs"] as const;

/** Records that a class of logs may take: access logs only. An application's own lines share its resource. */
const isAccessLog = (plan: Plan): string => {
  const parts = plan.profiles.map((profile) => {
    const via = `${resourceAttribute(stamps.via)} == ${quoted(profile.name)}`;
    return profile.accessLogs === "all"
      ? via
      : `${via} and (${profile.accessLogs.withAnyOf.map((key) => `${attribute("log", key)} != nil`).join(" or ")})`;
  });
  return parts.map((part) => `(${part})`).join(" or ");
};

export const routerOf = (signal: Signal): string => `routing/otel_policy_${signal}`;

const isGoverned = (plan: Plan, signal: Signal): boolean =>
  plan.classes.some((policyClass) => policyClass.signal === signal);

/** Whether records of a signal have to be told apart: by policy, by receiver, or because metrics come back for a sink. */
export const needsRouter = (plan: Plan, base: BaseConfig, signal: Signal): boolean =>
  isGoverned(plan, signal) ||
  entryGroups(base, signal).length > 1 ||
  (signal === "metrics" && cumulativeSinks(plan, base).length > 0);

/**
 * Sinks that push derived metrics: their cumulative state is kept elsewhere and comes back. The default sink is one
 * only if the base config has a metrics exporter that is not scraped.
 */
export const cumulativeSinks = (plan: Plan, base: BaseConfig): readonly SinkId[] => {
  const scraped = pullExporters(base);
  const pushes = base.pipelines.some(
    ({ signal, exporters }) =>
      signal === "metrics" && exporters.some((id) => !scraped.includes(id) && !isConnector(base, id)),
  );
  const derived = new Set(
    plan.classes.flatMap(({ stages }) => stages.flatMap((stage) => (stage.kind === "derive" ? stage.sinks : []))),
  );
  return plan.sinks
    .filter(({ id, kind }) => derived.has(id) && kind !== "pull" && (kind !== "default" || pushes))
    .map(({ id }) => id);
};

const backPipeline = (sink: SinkId): string => `metrics/otel_policy_back_${sink}`;

const cameBy = (group: EntryGroup): string => `${resourceAttribute(stamps.entry)} == ${quoted(String(group.index))}`;

const addRouter = (
  assembly: Assembly,
  plan: Plan,
  base: BaseConfig,
  signal: Signal,
  groups: readonly EntryGroup[],
  joints: Joints,
): void => {
  const router = routerOf(signal);
  const defaults = (group: EntryGroup): readonly string[] => group.pipelines.map(({ id }) => id);
  const table: Tree[] = [];
  if (signal === "metrics") {
    for (const sink of cumulativeSinks(plan, base)) {
      if (assembly.pipelines.has(backPipeline(sink))) {
        table.push({
          context: "resource",
          condition: `${resourceAttribute(stamps.back)} == ${quoted(sink)}`,
          pipelines: [backPipeline(sink)],
        });
      }
    }
  }
  for (const policyClass of plan.classes) {
    if (policyClass.signal !== signal) continue;
    const isClass = `${resourceAttribute(stamps.class)} == ${quoted(policyClass.id)}`;
    const condition = signal === "logs" ? `${isClass} and (${isAccessLog(plan)})` : isClass;
    const context = signal === "logs" ? "log" : "resource";
    const route = (when: string, through: readonly string[]): void => {
      table.push(
        traced(policyClass.origin, { context, condition: when, pipelines: [classPipeline(policyClass), ...through] }),
      );
    };
    if (!policyClass.passthrough) route(condition, []);
    else if (groups.length === 1) route(condition, groups.flatMap(defaults));
    else for (const group of groups) route(`(${condition}) and ${cameBy(group)}`, defaults(group));
  }
  // Where the base config feeds different pipelines from different receivers, each record goes on as its receiver would have sent it.
  for (const group of groups.slice(1)) {
    table.push({
      context: "resource",
      condition: cameBy(group),
      pipelines: defaults(group),
    });
  }
  const [first] = groups;
  add(assembly, "connectors", router, {
    error_mode: "ignore",
    default_pipelines: first === undefined ? [] : defaults(first),
    table,
  });
  const processors: string[] = [];
  const identify = identifyGroups(plan, signal);
  if (identify.length > 0) {
    const body = { error_mode: "ignore", [statementsKey[signal]]: identify };
    processors.push(
      add(
        assembly,
        "processors",
        `transform/otel_policy_identify_${signal}`,
        traced({ kind: "default", rule: "identify" }, body),
      ),
    );
  }
  pipe(assembly, `${signal}/otel_policy_in`, {
    receivers: joints.receiversOf(signal),
    processors,
    exporters: [router],
  });
};

/** Adds everything that policies need to an assembly: identification, routing, classes, sinks and counters. */
export const addPolicies = (
  assembly: Assembly,
  plan: Plan,
  base: BaseConfig,
  names: ComponentNames,
  joints: Joints,
  backends: Backends,
): void => {
  const rows = codedRows(plan.rows);
  const exporters = new Map<SinkId, readonly string[]>();
  const exportersOf = (id: SinkId, metrics: "arrived" | "derived"): readonly string[] => {
    const sink = plan.sinks.find((candidate) => candidate.id === id);
    if (sink === undefined) throw new Error(`sink ${id} is not in the plan`);
    switch (sink.kind) {
      case "pull":
        return joints.pull;
      case "default":
        return joints.defaultExporters(sink.signal, metrics);
      case "stdout":
        return [joints.stdout()];
      case "otlp":
      case "remoteWrite": {
        if (metrics === "derived") return [joints.back];
        const known = exporters.get(id) ?? [
          backends.unavailable.has(id)
            ? add(assembly, "exporters", "nop/otel_policy", {})
            : addBackend(assembly, names, sink, backends),
        ];
        exporters.set(id, known);
        return known;
      }
    }
  };
  for (const policyClass of plan.classes) {
    if (entryGroups(base, policyClass.signal).length === 0) continue;
    const scope = {
      assembly,
      plan,
      policyClass,
      context: contextOf[policyClass.signal],
      rows: rows.filter(({ row }) => row.classes[policyClass.signal] === policyClass.id),
      totalRows: rows.length,
      names,
      flow: joints.flow !== null,
      exportersOf,
      needed: new Set<string>(),
    };
    addClass(scope, routerOf(policyClass.signal));
  }
  if (joints.flow !== null && plan.classes.length > 0) addFlow(assembly, names, joints.flow);
  if (joints.values !== null) addValues(assembly, plan, names, joints.values);
  for (const sink of cumulativeSinks(plan, base)) {
    const known = plan.sinks.find((candidate) => candidate.id === sink);
    const ends =
      known?.kind === "default"
        ? joints.defaultExporters("metrics", "arrived").filter((id) => !joints.pull.includes(id))
        : exportersOf(sink, "arrived");
    if (ends.length === 0) continue;
    const processor = add(assembly, "processors", "transform/otel_policy_back", {
      error_mode: "ignore",
      metric_statements: [
        {
          context: "resource",
          statements: [
            `delete_key(resource.attributes, ${quoted(stamps.back)})`,
            'set(resource.attributes["service.name"], "otel-policy")',
          ],
        },
      ],
    });
    pipe(assembly, backPipeline(sink), { receivers: [routerOf("metrics")], processors: [processor], exporters: ends });
  }
  for (const signal of signals) {
    const groups = entryGroups(base, signal);
    if (groups.length === 0) continue;
    if (needsRouter(plan, base, signal)) addRouter(assembly, plan, base, signal, groups, joints);
  }
};
