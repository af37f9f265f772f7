import { said, workloadNamespace } from "./identity.ts";
import { lines } from "./native.ts";
import type { DataPlaneProfile, Family, IdentitySource, Twin } from "./profile.ts";

/** The scrape's service discovery, or the charts' OTEL_RESOURCE_ATTRIBUTES, name the namespace; nothing names the Gateway. */
const identity: readonly IdentitySource[] = [said, workloadNamespace];

/** Current name, its deprecated twins, and what a policy may call it. Source: llm-d-router docs/metrics.md. */
const requests: readonly (readonly [alias: string, name: string, before: readonly string[], unit: string | null])[] = [
  ["request_count", "request_total", ["inference_objective_request_total", "inference_model_request_total"], null],
  [
    "request_error_count",
    "request_error_total",
    ["inference_objective_request_error_total", "inference_model_request_error_total"],
    null,
  ],
  [
    "request_duration",
    "request_duration_seconds",
    ["inference_objective_request_duration_seconds", "inference_model_request_duration_seconds"],
    "s",
  ],
  ["request_size", "request_size_bytes", ["inference_objective_request_sizes", "inference_model_request_sizes"], "By"],
  [
    "response_size",
    "response_size_bytes",
    ["inference_objective_response_sizes", "inference_model_response_sizes"],
    "By",
  ],
  [
    "input_tokens",
    "request_input_tokens",
    ["inference_objective_input_tokens", "inference_model_input_tokens"],
    "{token}",
  ],
  [
    "output_tokens",
    "request_output_tokens",
    ["inference_objective_output_tokens", "inference_model_output_tokens"],
    "{token}",
  ],
  ["cached_tokens", "request_cached_tokens", ["inference_objective_prompt_cached_tokens"], "{token}"],
  [
    "time_per_output_token",
    "request_ntpot_seconds",
    [
      "inference_objective_normalized_time_per_output_token_seconds",
      "inference_model_normalized_time_per_output_token_seconds",
    ],
    "s",
  ],
  [
    "time_to_first_token",
    "request_ttft_seconds",
    ["inference_model_request_ttft_seconds", "inference_objective_request_ttft_seconds"],
    "s",
  ],
  [
    "streaming_time_per_output_token",
    "request_streaming_tpot_seconds",
    ["inference_model_request_tpot_seconds", "inference_objective_request_tpot_seconds"],
    "s",
  ],
  [
    "running_requests",
    "request_running",
    ["inference_objective_running_requests", "inference_model_running_requests"],
    null,
  ],
  ["kv_cache_utilization", "average_kv_cache_utilization", ["inference_pool_average_kv_cache_utilization"], "1"],
  ["queue_size", "average_queue_size", ["inference_pool_average_queue_size"], null],
  ["ready_endpoints", "ready_endpoints", ["inference_pool_ready_pods"], null],
  ["scheduler_duration", "scheduler_e2e_duration_seconds", ["inference_extension_scheduler_e2e_duration_seconds"], "s"],
  ["scheduler_attempts", "scheduler_attempts_total", ["inference_extension_scheduler_attempts_total"], null],
];

const prefix = "llm_d_epp_";

const eppFamilies: readonly Family[] = requests.map(([alias, name, before, unit]) => ({
  alias,
  names: [prefix + name, ...before],
  ...(unit === null ? {} : { unit }),
}));

const twins: readonly Twin[] = requests.map(([, name, before]) => ({ now: prefix + name, before }));

/** A colon is legal in Prometheus names; the Collector passes it on. Source: vLLM v1 metrics. */
const vllmFamilies: readonly Family[] = [
  { alias: "model_server_prompt_tokens", names: ["vllm:prompt_tokens_total", "vllm:prompt_tokens"], unit: "{token}" },
  {
    alias: "model_server_generation_tokens",
    names: ["vllm:generation_tokens_total", "vllm:generation_tokens"],
    unit: "{token}",
  },
  { alias: "model_server_request_count", names: ["vllm:request_success_total", "vllm:request_success"] },
  { alias: "model_server_time_to_first_token", names: ["vllm:time_to_first_token_seconds"], unit: "s" },
  {
    alias: "model_server_time_per_output_token",
    names: ["vllm:time_per_output_token_seconds", "vllm:inter_token_latency_seconds"],
    unit: "s",
  },
  { alias: "model_server_request_duration", names: ["vllm:e2e_request_latency_seconds"], unit: "s" },
];

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
  twins,
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
