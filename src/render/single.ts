import type { Signal } from "../dataplane/profile.ts";
import type { Plan } from "../plan/types.ts";
import { add, configTree, newAssembly, pipe } from "./assembly.ts";
import type { BaseConfig } from "./base-config.ts";
import { addDefaultPipelines } from "./core.ts";
import { defaultEnds, receiversBehind } from "./default-way.ts";
import { belongsToIngest, pullExporters } from "./entries.ts";
import { fromBase } from "./hop.ts";
import { addCumulative, addEntries, addPullClean, ownPull } from "./ingest.ts";
import { componentNames } from "./names.ts";
import { addPolicies, type Backends, cumulativeSinks, type Joints, needsRouter } from "./policies.ts";
import { addStdout } from "./stdout-end.ts";
import type { Tree } from "./tree.ts";

/** One complete config that an unmodified otelcol-contrib runs as it is: ingest and core in one process, joined by connectors. */
export const renderSingle = (
  plan: Plan,
  base: BaseConfig,
  components: ReadonlySet<string> | null,
  backends: Backends,
): Tree => {
  const assembly = newAssembly();
  const names = componentNames(components);
  const inlet = (signal: Signal): string => add(assembly, "connectors", `forward/otel_policy_in_${signal}`, {});
  const needsBack = cumulativeSinks(plan, base).length > 0;
  const governed = (signal: Signal): boolean => needsRouter(plan, base, signal);
  addEntries(assembly, base, (signal) => [inlet(signal)]);
  addDefaultPipelines(
    assembly,
    base,
    receiversBehind(base, governed, inlet),
    (id) => id,
    (processor) => !belongsToIngest(processor),
    governed,
  );
  for (const id of base.serviceExtensions) {
    const body = base.extensions[id];
    if (body === undefined) continue;
    add(assembly, "extensions", id, fromBase(base, `extensions::${id}`, body));
    assembly.serviceExtensions.add(id);
  }
  const prometheus = pullExporters(base);
  /** A Prometheus exporter reads cumulative series; its connector leads through the state that makes them so. */
  const pullOf = (id: string): string => {
    const index = Math.max(0, prometheus.indexOf(id));
    const connector = add(assembly, "connectors", `forward/otel_policy_pull_${index}`, {});
    const exporter = prometheus.length === 0 ? add(assembly, "exporters", "prometheus/otel_policy", ownPull) : id;
    pipe(assembly, `metrics/otel_policy_pull_${index}`, {
      receivers: [connector],
      processors: [...addCumulative(assembly, names), addPullClean(assembly)],
      exporters: [exporter],
    });
    return connector;
  };
  const back = "forward/otel_policy_back";
  if (needsBack) {
    const returning = inlet("metrics");
    add(assembly, "connectors", back, {});
    pipe(assembly, "metrics/otel_policy_back", {
      receivers: [back],
      processors: addCumulative(assembly, names),
      exporters: [returning],
    });
  }
  const wantsPull = plan.sinks.some((sink) => sink.kind === "pull");
  const joints: Joints = {
    receiversOf: (signal) => [inlet(signal)],
    pull: wantsPull ? (prometheus.length === 0 ? ["prometheus/otel_policy"] : prometheus).map(pullOf) : [],
    back,
    stdout: () => addStdout(assembly),
    flow: null,
    values: null,
    defaultExporters: defaultEnds(base, pullOf, needsBack ? back : null),
  };
  addPolicies(assembly, plan, base, names, joints, backends);
  return configTree(assembly, base.telemetry as Tree);
};
