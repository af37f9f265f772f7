/** Histogram boundaries. Source: semantic-conventions v1.41.0 `docs/gen-ai/gen-ai-metrics.md` and `mcp.md`, unless said otherwise. */

/** `gen_ai.client.token.usage`, tokens. */
export const sizeOfTokens: readonly number[] = [
  1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
];

/** `gen_ai.client.operation.duration`, seconds. */
export const callSeconds: readonly number[] = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

/** `gen_ai.server.time_to_first_token`, seconds; extended to 60 s, as Envoy AI Gateway does: reasoning models take that long. */
export const firstTokenSeconds: readonly number[] = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 30, 60,
];

/** `gen_ai.server.time_per_output_token`, seconds; 1 ms in front, as agentgateway does: fast models are faster than 10 ms. */
export const tokenSeconds: readonly number[] = [
  0.001, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5,
];

/** `mcp.client.operation.duration`, seconds. */
export const toolSeconds: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
