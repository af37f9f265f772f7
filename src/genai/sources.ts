/**
 * One model call may be described by a client's span, the gateway's span, the gateway's log record and the metrics of a
 * coding agent. Exactly one of them counts, and says so as label `source`.
 */
const callSources = ["gateway-logs", "gateway-spans", "client-spans", "client-metrics"] as const;
export type CallSource = (typeof callSources)[number];

/** Instrumentation scopes of client libraries and agent frameworks: their spans are never a gateway's own. */
export const clientScopes =
  "(?i)instrumentation[./_-]|openinference|openllmetry|traceloop|openlit|pydantic[-_]ai|langchain|langsmith|langfuse|llama[-_]?index|crewai|strands|agent_framework|semantic[-_]kernel|^ai$|vercel|^gcp\\.vertex\\.agent$|^Experimental\\.Microsoft\\.Extensions\\.AI$";

/** Instrumentation scopes of gateways: their spans are never a client's. */
export const gatewayScopes = "(?i)^kong|^agentgateway|^envoy|ai-gateway";

/** Why a call's usage is not counted. A failed call has no usage to miss. */
export const missingReasons = {
  invalid: "usage was stated, but is no count",
  streaming: "the answer was streamed and its usage not asked for",
  absent: "no usage was stated",
  zero: "no tokens at all were stated for a call that succeeded",
  partial: "only one side was stated",
} as const;

/** Why a call with usage has no cost. */
export const unpricedReasons = {
  no_model: "no model was named",
  unknown_provider: "nobody with known prices answered",
  unknown_model: "the provider's prices have no such model, or it was not chosen",
  service_tier: "the call was answered in a service tier (batch, flex, priority, …) that the prices have no factor for",
  metrics_only: "an agent's metrics tell its calls and tokens, but no cost",
  no_token_price: "the model is priced by something that telemetry does not count, or not at all",
} as const;
