import type { Located } from "../../diagnostics/origin.ts";
import type { Block, Reader } from "../reader.ts";
import { readAccessLogs } from "../signals/access-logs.ts";
import { readMetrics } from "../signals/metrics.ts";
import { readPercentTracing } from "../signals/percent-tracing.ts";
import type { Target } from "../types.ts";
import { readTarget } from "../values/target.ts";
import type { DialectReader } from "./dialect.ts";

/** The proposal of February 2026: one `targetRef` without namespace, whole percents, `enabled` switches. */
export const draft: DialectReader = {
  dialect: "draft",
  apiVersions: ["gateway.networking.k8s.io/v1alpha2"],
  readTargets: (reader, spec) => readTargetRef(reader, spec),
  readSignals: (reader, spec) => ({
    tracing: readPercentTracing(reader, spec.get("tracing")),
    metrics: readMetrics(reader, spec.get("metrics")),
    accessLogs: readAccessLogs(reader, spec.get("accessLogs")),
  }),
};

const readTargetRef = (reader: Reader, spec: Block): readonly Located<Target>[] => {
  const field = spec.get("targetRef");
  if (field === null) {
    const example = "targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: my-gateway}";
    reader.report("TP2201", { field: "targetRef", example }, spec.span);
    return [];
  }
  const target = readTarget(reader, field);
  return target === null ? [] : [target];
};
