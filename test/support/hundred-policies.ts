/** A hundred policies of twenty namespaces, each with a Gateway, a sampler, an attribute, a dimension and access logs of its own. */
export const hundredPolicies = (percentOfFirst = 0): { readonly [name: string]: object } =>
  Object.fromEntries(
    Array.from({ length: 100 }, (_, n) => [
      `p${n}`,
      {
        apiVersion: "gateway.networking.k8s.io/v1alpha2",
        kind: "TelemetryPolicy",
        metadata: { name: `p${n}`, namespace: n === 0 ? "prod-ns" : `team-${n % 20}` },
        spec: {
          targetRef: {
            group: "gateway.networking.k8s.io",
            kind: "Gateway",
            name: n === 0 ? "my-gateway" : `gw-${n}`,
          },
          tracing: {
            provider: { type: "OTLP", endpoint: "http://127.0.0.1:14318" },
            samplingRate: { percent: n === 0 ? percentOfFirst : n },
            customAttributes: [{ attributeName: "team", literalValue: `team-${n}` }],
          },
          metrics: {
            enabled: true,
            overrides: [{ name: "request_count", dimensions: [{ key: "m", fromHeader: "x-m" }] }],
          },
          accessLogs: { enabled: true, matches: [{ path: `/p${n}` }] },
        },
      },
    ]),
  );
