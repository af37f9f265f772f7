import type { Source } from "./source.ts";
import { agentgateway } from "./sources/agentgateway.ts";
import { envoyAiGateway } from "./sources/envoy-ai-gateway.ts";
import { envoyGateway } from "./sources/envoy-gateway.ts";
import { gke } from "./sources/gke.ts";
import { istio } from "./sources/istio.ts";
import { kong } from "./sources/kong.ts";
import { kuadrant } from "./sources/kuadrant.ts";
import { telemetryPolicy } from "./sources/telemetry-policy.ts";

/** Every data plane whose manifests are read. What they read is disjoint, so the order means nothing. */
export const migrationSources: readonly Source[] = [
  telemetryPolicy,
  istio,
  envoyGateway,
  envoyAiGateway,
  kong,
  kuadrant,
  gke,
  agentgateway,
];
