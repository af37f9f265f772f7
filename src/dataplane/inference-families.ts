import type { Family, Twin } from "./profile.ts";

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
  ["average_running_requests", "average_running_requests", ["inference_pool_average_running_requests"], null],
  ["kv_cache_utilization", "average_kv_cache_utilization", ["inference_pool_average_kv_cache_utilization"], "1"],
  ["queue_size", "average_queue_size", ["inference_pool_average_queue_size"], null],
  ["ready_endpoints", "ready_endpoints", ["inference_pool_ready_pods"], null],
  ["scheduler_duration", "scheduler_e2e_duration_seconds", ["inference_extension_scheduler_e2e_duration_seconds"], "s"],
  ["scheduler_attempts", "scheduler_attempts_total", ["inference_extension_scheduler_attempts_total"], null],
];

/** Families that were `inference_extension_…` before. Source: the deprecated series of the same page. */
const renamed: readonly string[] = [
  "plugin_duration_seconds",
  "info",
  "model_rewrite_decisions_total",
  "flow_control_request_queue_duration_seconds",
  "flow_control_dispatch_cycle_duration_seconds",
  "flow_control_request_enqueue_duration_seconds",
  "flow_control_queue_size",
  "flow_control_queue_bytes",
  "flow_control_pool_saturation",
  "prefix_indexer_size",
  "prefix_indexer_hit_ratio",
  "prefix_indexer_hit_bytes",
];

/** The index of cached blocks: sent under both names to this day. */
const cacheIndex: readonly string[] = [
  "admissions_total",
  "evictions_total",
  "lookup_requests_total",
  "lookup_hits_total",
  "max_pod_hit_count_total",
  "lookup_latency_seconds",
];

const prefix = "llm_d_epp_";

export const eppFamilies: readonly Family[] = requests.map(([alias, name, before, unit]) => ({
  alias,
  names: [prefix + name, ...before],
  ...(unit === null ? {} : { unit }),
}));

/** Pickers of the changeover send a family under both its names. */
export const eppTwins: readonly Twin[] = [
  ...requests.map(([, name, before]) => ({ now: prefix + name, before })),
  ...renamed.map((name) => ({ now: prefix + name, before: [`inference_extension_${name}`] })),
  ...cacheIndex.map((name) => ({ now: `${prefix}kv_cache_index_${name}`, before: [`kvcache_index_${name}`] })),
  { now: `${prefix}disagg_decision_total`, before: ["llm_d_inference_scheduler_disagg_decision_total"] },
];

/** A colon is legal in Prometheus names; the Collector passes it on. Source: vLLM v1 metrics. */
export const vllmFamilies: readonly Family[] = [
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
  { alias: "model_server_queue_time", names: ["vllm:request_queue_time_seconds"], unit: "s" },
  { alias: "model_server_input_tokens", names: ["vllm:request_prompt_tokens"], unit: "{token}" },
  { alias: "model_server_output_tokens", names: ["vllm:request_generation_tokens"], unit: "{token}" },
  { alias: "model_server_running_requests", names: ["vllm:num_requests_running"] },
  { alias: "model_server_waiting_requests", names: ["vllm:num_requests_waiting"] },
  { alias: "model_server_kv_cache_usage", names: ["vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"], unit: "1" },
];
