import { said, workloadNamespace } from "./identity.ts";
import { eppFamilies, eppTwins, vllmFamilies } from "./inference-families.ts";
import { lines } from "./native.ts";
import type { DataPlaneProfile, IdentitySource } from "./profile.ts";

/** The scrape's service discovery, or the charts' OTEL_RESOURCE_ATTRIBUTES, name the namespace; nothing names the Gateway. */
const identity: readonly IdentitySource[] = [said, workloadNamespace];

/**
 * Inference Gateway: the endpoint picker (EPP) and the model servers behind it. On GKE the load balancer in front is
 * out of reach (its logs go to Cloud Logging), so the EPP's `gateway.request` span is the request record.
 */
export const inferenceGateway: DataPlaneProfile = {
  name: "inference-gateway",
  title: "GKE / Inference Gateway (EPP, vLLM)",
  identify: { traces: identity, metrics: identity, logs: identity },
  fingerprint: {
    resource: [
      { key: "service.name", is: "llm-d-epp" },
      { key: "service.name", is: "vllm" },
      { key: "service.name", is: "inference-gateway" },
    ],
    records: {
      traces: ["llm_d.epp.request.id", "gen_ai.latency.e2e", "gen_ai.latency.time_to_first_token", "gen_ai.request.id"],
      metrics: ["target_model_name", "model_name", "inference_pool"],
    },
  },
  requestRecord: { signal: "traces", kind: "serverSpan", named: ["gateway.request"] },
  accessLogs: { withAnyOf: ["http.response.status_code", "http.request.method"] },
  aliases: {
    traces: [
      { to: "gen_ai.response.time_to_first_chunk", from: "gen_ai.latency.time_to_first_token", as: "number" },
      { to: "http.response.status_code", from: "http.status_code", as: "integer" },
      { to: "http.request.method", from: "http.method", as: "text" },
    ],
    logs: [],
  },
  headerKeys: { traces: ["http.request.header.*"], logs: ["http.request.header.*"] },
  families: [...eppFamilies, ...vllmFamilies],
  twins: eppTwins,
  emits: ["llm_d_epp_", "inference_", "kvcache_", "moriio_", "vllm:"],
  scrape: [
    { job: "epp", path: "/metrics", port: "9090", podLabel: { key: "inferencepool", value: null }, bearerToken: true },
    { job: "vllm", path: "/metrics", port: "8000", podLabel: { key: "llm-d.ai/inferenceServing", value: "true" } },
  ],
  untold: {
    traces: {
      reason:
        "neither the EPP nor vLLM names a Gateway; the way from InferencePool over HTTPRoute to Gateway is not on the wire",
      remedy:
        "set OTEL_RESOURCE_ATTRIBUTES=k8s.gateway.name=…,k8s.gateway.namespace=… on the EPP, or target its Namespace",
    },
    metrics: {
      reason: "the EPP's metrics have no Gateway, route or namespace label",
      remedy: "add k8s.gateway.name and k8s.gateway.namespace to the scrape job, or target the Namespace",
    },
  },
  traps: [
    "The EPP still sends its deprecated families beside the new ones; on governed targets the deprecated twin is dropped where the new one is there.",
    "GKE's load balancer writes access logs to Cloud Logging only; a Collector cannot see them.",
    "The EPP samples 10 % by default (parentbased_traceidratio 0.1) and exports to its console; a policy can only sample what arrives.",
    "vLLM's llm_request is a server span of the same request: it is governed but not counted.",
    "On a Namespace target tokens are counted at the callers; with metrics.genAI.source: gateway-spans at the model servers, whose spans carry them.",
    "The value “other” is a cap on model names, not a model.",
    "fairness_id is the header x-llm-d-inference-fairness-id.",
  ],
  sendHeader: (header) =>
    header === "x-llm-d-inference-fairness-id"
      ? "the EPP's metrics carry it as fairness_id already"
      : `the EPP and vLLM send no header but x-llm-d-inference-fairness-id (as fairness_id); ${header} has to come from the gateway in front`,
  propagation: "the EPP and vLLM propagate W3C trace context; set OTEL_PROPAGATORS for others",
  native: ({ target, otlp }) => [
    {
      does: "let the EPP and vLLM trace everything, to the agent, and say where they belong",
      language: "yaml",
      text: lines(
        "# environment of the EPP's and vLLM's containers (vLLM also: --otlp-traces-endpoint)",
        `- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://${otlp.host}:${otlp.port}" }`,
        '- { name: OTEL_TRACES_EXPORTER, value: "otlp" }',
        '- { name: OTEL_TRACES_SAMPLER, value: "parentbased_always_on" }',
        `- { name: OTEL_RESOURCE_ATTRIBUTES, value: "${
          target.kind === "Gateway"
            ? `k8s.gateway.name=${target.name},k8s.gateway.namespace=${target.namespace}`
            : `k8s.namespace.name=${target.name}`
        }" }`,
      ),
    },
  ],
};
