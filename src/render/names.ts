/** Component types that were renamed, newest name first. Source: the Collector's changelogs; `components` of the binary decides. */
const renamed = {
  otlpGrpc: ["otlp_grpc", "otlp"],
  otlpHttp: ["otlp_http", "otlphttp"],
  prometheusRemoteWrite: ["prometheus_remote_write", "prometheusremotewrite"],
  deltaToCumulative: ["delta_to_cumulative", "deltatocumulative"],
  signalToMetrics: ["signal_to_metrics", "signaltometrics"],
  cumulativeToDelta: ["cumulative_to_delta", "cumulativetodelta"],
} as const;

export type ComponentNames = { readonly [K in keyof typeof renamed]: string };

/** The names this Collector knows; without a Collector to ask, today's. */
export const componentNames = (components: ReadonlySet<string> | null): ComponentNames => {
  const pick = (names: readonly [string, string]): string => {
    const [now, before] = names;
    return components !== null && !components.has(now) && components.has(before) ? before : now;
  };
  return {
    otlpGrpc: pick(renamed.otlpGrpc),
    otlpHttp: pick(renamed.otlpHttp),
    prometheusRemoteWrite: pick(renamed.prometheusRemoteWrite),
    deltaToCumulative: pick(renamed.deltaToCumulative),
    signalToMetrics: pick(renamed.signalToMetrics),
    cumulativeToDelta: pick(renamed.cumulativeToDelta),
  };
};
