import type { Json } from "../base/canonical.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Plan } from "../plan/types.ts";
import { classPipeline } from "./class-pipelines.ts";
import type { CollectorConfig } from "./types.ts";

type Ends = {
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
};

const object = (value: Json | undefined): { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : {};

const texts = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item: Json) => typeof item === "string") : [];

const pipelinesOf = (config: CollectorConfig): ReadonlyMap<string, Ends> =>
  new Map(
    Object.entries(object(object(config["service"])["pipelines"])).map(([id, value]) => {
      const ends = object(value);
      return [
        id,
        {
          receivers: texts(ends["receivers"]),
          processors: texts(ends["processors"]),
          exporters: texts(ends["exporters"]),
        },
      ];
    }),
  );

const isSampler = (processor: string): boolean =>
  /^(?:filter|tail_sampling|probabilistic_sampler)\//.test(processor) && !processor.endsWith("_families");

/**
 * Walks the rendered pipelines, connectors included, from every class's first pipeline: whatever is derived must be
 * reached before any sampler or filter, and no exporter may be reached without that class's redaction.
 */
export const checkGraph = (config: CollectorConfig, plan: Plan): readonly Diagnostic[] => {
  const pipelines = pipelinesOf(config);
  const connectors = new Set(Object.keys(object(config["connectors"])));
  const found: string[] = [];
  for (const policyClass of plan.classes) {
    const entry = classPipeline(policyClass);
    const derived = `otel_policy_${policyClass.id}`;
    const redacts = JSON.stringify(
      object(config["processors"])[`transform/otel_policy_${policyClass.id}_head`] ?? null,
    ).includes("delete_matching_keys");
    const visited = new Set<string>();
    const walk = (id: string, sampled: boolean): void => {
      if (visited.has(`${id} ${sampled}`)) return;
      visited.add(`${id} ${sampled}`);
      const ends = pipelines.get(id);
      if (ends === undefined) return;
      const after = sampled || ends.processors.some(isSampler);
      for (const exporter of ends.exporters) {
        if (connectors.has(exporter)) {
          if (after && exporter.endsWith(`/${derived}`) && !exporter.startsWith("routing/"))
            found.push(`${exporter} derives metrics after a sampler in ${id}`);
          // Metrics that were derived are no longer the records themselves.
          if (/^(?:signal_to_metrics|signaltometrics)\//.test(exporter)) continue;
          for (const [next, { receivers }] of pipelines) if (receivers.includes(exporter)) walk(next, after);
          continue;
        }
        if (exporter === "nop/otel_policy") continue;
        if (policyClass.signal !== "metrics" && !redacts)
          found.push(`${exporter} in ${id} is reached without redaction`);
      }
    };
    walk(entry, false);
  }
  return found.map((what) => diagnostic("TP4008", { what }, null));
};
