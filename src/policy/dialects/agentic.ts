import { readAccessLogs } from "../signals/access-logs.ts";
import { readMetrics } from "../signals/metrics.ts";
import { readPercentTracing } from "../signals/percent-tracing.ts";
import type { DialectReader } from "./dialect.ts";
import { readTargetRefs } from "./target-refs.ts";

/** The proposal's last text of April 2026: `targetRefs[]`, `enabled` on every signal, `matches[].cel`. */
export const agentic: DialectReader = {
  dialect: "agentic",
  apiVersions: ["agentic.networking.x-k8s.io/v1alpha1", "agentic.networking.k8s.io/v1alpha1"],
  readTargets: readTargetRefs,
  readSignals: (reader, spec) => ({
    tracing: readPercentTracing(reader, spec.get("tracing")),
    metrics: readMetrics(reader, spec.get("metrics")),
    accessLogs: readAccessLogs(reader, spec.get("accessLogs")),
  }),
};
