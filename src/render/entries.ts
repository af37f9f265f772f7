import { by, byText } from "../base/order.ts";
import type { Signal } from "../dataplane/profile.ts";
import { type BaseConfig, type Pipeline, typeOf } from "./base-config.ts";

/** Receivers of one signal that feed the same default pipelines. Most base configs have one group per signal. */
export type EntryGroup = {
  readonly signal: Signal;
  /** Position among the groups of its signal. */
  readonly index: number;
  readonly receivers: readonly string[];
  readonly pipelines: readonly Pipeline[];
};

/** What needs the peer's address, the node or the memory of the process that owns the ports belongs to ingest. */
const ingestTypes: ReadonlySet<string> = new Set([
  "memory_limiter",
  "k8s_attributes",
  "k8sattributes",
  "resource_detection",
  "resourcedetection",
]);

export const belongsToIngest = (processor: string): boolean => ingestTypes.has(typeOf(processor));

export const isConnector = (base: BaseConfig, id: string): boolean => id in base.connectors && !(id in base.receivers);

/** Groups of a signal's receivers, by the set of pipelines each one feeds. */
export const entryGroups = (base: BaseConfig, signal: Signal): readonly EntryGroup[] => {
  const pipelines = base.pipelines.filter((pipeline) => pipeline.signal === signal);
  const groups = new Map<string, { receivers: string[]; pipelines: readonly Pipeline[] }>();
  const receivers = new Set(pipelines.flatMap((pipeline) => pipeline.receivers.filter((id) => !isConnector(base, id))));
  for (const receiver of [...receivers].sort(byText)) {
    const fed = pipelines.filter((pipeline) => pipeline.receivers.includes(receiver));
    const key = fed.map(({ id }) => id).join(" ");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { receivers: [receiver], pipelines: fed });
    else group.receivers.push(receiver);
  }
  return [...groups.entries()]
    .sort(by(([key]) => key, byText))
    .map(([, group], index) => ({ signal, index, ...group }));
};

/** Prometheus exporters of the base config, which stay with the process that keeps its ports, in order. */
export const pullExporters = (base: BaseConfig): readonly string[] =>
  [
    ...new Set(
      base.pipelines
        .filter(({ signal }) => signal === "metrics")
        .flatMap(({ exporters }) => exporters.filter((id) => typeOf(id) === "prometheus")),
    ),
  ].sort(byText);
