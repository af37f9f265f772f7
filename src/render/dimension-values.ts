import { byText } from "../base/order.ts";
import { openDimensions } from "../plan/caps.ts";
import { families } from "../plan/families.ts";
import type { DerivedFamily, Plan, Stage, ValueFrom } from "../plan/types.ts";
import { type Assembly, add, pipe } from "./assembly.ts";
import type { ComponentNames } from "./names.ts";
import { configText, quoted } from "./ottl.ts";
import { stamps } from "./stamps.ts";

type Derive = Extract<Stage, { kind: "derive" }>;

/** Labels by which a derived series names its target; policies cannot use them. */
const targetLabels = ["k8s.gateway.name", "k8s.gateway.namespace", "k8s.namespace.name"];

/** Families that count every record which their neighbours count, so that their values are all values. */
const countsAllOf = (family: DerivedFamily["family"]): DerivedFamily["family"] => {
  if (family.startsWith("gen_ai_")) return "gen_ai_requests";
  return family === "tool_duration" ? "tool_calls" : family.startsWith("tool_") ? family : "request_count";
};

const sourceOf = (family: DerivedFamily, key: string): ValueFrom | null =>
  family.added.find((dimension) => dimension.key === key)?.from ?? null;

/** The fewest families of a class that show every value of a dimension. */
const witnesses = (stage: Derive, key: string): readonly DerivedFamily["family"][] => {
  const having = stage.families.filter((family) => openDimensions(family).includes(key));
  const isShownBy = (family: DerivedFamily): boolean =>
    having.some(
      (other) =>
        other.family === countsAllOf(family.family) &&
        JSON.stringify(sourceOf(other, key)) === JSON.stringify(sourceOf(family, key)),
    );
  return having
    .filter((family) => family.family === countsAllOf(family.family) || !isShownBy(family))
    .map(({ family }) => family);
};

/** Whether somebody should look at the values of what a class derives. */
export const hasOpenDimensions = (stage: Derive): boolean =>
  stage.families.some((family) => openDimensions(family).length > 0);

/** Connector that tells which values the dimensions of derived series have. */
export const valuesConnector = (names: ComponentNames): string => `${names.signalToMetrics}/otel_policy_values`;

/**
 * Adds what some derived pipeline feeds: one series for each target, dimension and value. It reads finished series, so
 * what counts as `other` already tells of no further value.
 */
export const addValues = (assembly: Assembly, plan: Plan, names: ComponentNames, exporter: string): void => {
  const connector = valuesConnector(names);
  if (![...assembly.pipelines.values()].some(({ exporters }) => exporters.includes(connector))) return;
  const shown = new Map<string, Set<string>>();
  for (const { stages } of plan.classes) {
    for (const stage of stages) {
      if (stage.kind !== "derive") continue;
      for (const key of new Set(stage.families.flatMap(openDimensions))) {
        const metrics = shown.get(key) ?? new Set();
        for (const witness of witnesses(stage, key)) {
          const name = families.find(({ family }) => family === witness)?.name;
          if (name !== undefined) metrics.add(name);
        }
        shown.set(key, metrics);
      }
    }
  }
  add(assembly, "connectors", connector, {
    error_mode: "ignore",
    datapoints: [...shown]
      .sort(([a], [b]) => byText(a, b))
      .map(([key, metrics]) => ({
        name: "otel_policy.dimension.values",
        description: "Values of dimensions, in the batches that had them.",
        unit: "{batch}",
        conditions: [...metrics].sort(byText).map((name) => `metric.name == ${quoted(name)}`),
        // An empty list would keep every attribute of the resource.
        include_resource_attributes: [{ key: stamps.target, optional: true }],
        attributes: [
          { key: stamps.dimension, default_value: configText(key) },
          { key: configText(key) },
          ...targetLabels.map((label) => ({ key: label, optional: true })),
        ],
        sum: { value: "1", monotonic: true },
      })),
  });
  // One request for many records, where a client sends each by itself.
  const batch = add(assembly, "processors", "batch/otel_policy_values", { timeout: "200ms" });
  pipe(assembly, "metrics/otel_policy_values", { receivers: [connector], processors: [batch], exporters: [exporter] });
};

/**
 * The other end, in ingest: the agent asks here, every second. Only presence counts, so nothing is added up, and what
 * is not seen for a while is forgotten.
 */
export const addValuesEnd = (assembly: Assembly, receiver: string, socket: string): void => {
  const exporter = add(assembly, "exporters", "prometheus/otel_policy_values", {
    endpoint: socket,
    transport: "unix",
    metric_expiration: "15s",
  });
  pipe(assembly, "metrics/otel_policy_values", { receivers: [receiver], exporters: [exporter] });
};
