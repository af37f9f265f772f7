import { gatewayNameLabel, said, workloadNamespace } from "./identity.ts";
import { lines } from "./native.ts";
import type { DataPlaneProfile, IdentitySource } from "./profile.ts";

const identity: readonly IdentitySource[] = [said, ...gatewayNameLabel, workloadNamespace];

/**
 * Kuadrant beside Istio or Envoy Gateway: Limitador, Authorino and the wasm shim. The proxies' own telemetry is that of
 * the gateway's profile, which has to be chosen as well and counts the requests.
 */
export const kuadrant: DataPlaneProfile = {
  name: "kuadrant",
  title: "Kuadrant (Limitador, wasm shim)",
  identify: { traces: identity, metrics: identity, logs: identity },
  fingerprint: {
    resource: [
      { key: "service.name", is: "kuadrant-filter" },
      { key: "service.name", is: "limitador" },
      { key: "service.name", is: "authorino" },
    ],
    records: { metrics: ["limitador_namespace"] },
  },
  requestRecord: null,
  accessLogs: { withAnyOf: ["http.response.status_code"] },
  aliases: { traces: [], logs: [] },
  headerKeys: { traces: [], logs: [] },
  families: [
    { alias: "authorized_calls", names: ["authorized_calls", "authorized_calls_total"] },
    // Under a TokenRateLimitPolicy a hit is a token: usage.total_tokens of the response.
    { alias: "authorized_hits", names: ["authorized_hits", "authorized_hits_total"], unit: "{hit}" },
    { alias: "limited_calls", names: ["limited_calls", "limited_calls_total"] },
  ],
  emits: ["auth_server_", "controller_", "datastore_", "kuadrant.", "kuadrant_", "limitador_", "report_calls", "wasm"],
  scrape: [
    { job: "limitador", path: "/metrics", port: "http", podLabel: { key: "app", value: "limitador" } },
    {
      job: "authorino",
      path: "/server-metrics",
      port: "http",
      podLabel: { key: "authorino-resource", value: "authorino" },
    },
  ],
  untold: {
    metrics: {
      reason: "Limitador's counters name the route (limitador_namespace), never the Gateway",
      remedy: "add k8s.gateway.name and k8s.gateway.namespace to the scrape job of a Limitador that serves one Gateway",
    },
  },
  traps: [
    "Labels of a Kuadrant TelemetryPolicy reach Limitador's and Authorino's counters only, never istio_requests_total.",
    "A label that reads an attribute which is not there yet drops the whole descriptor: the route's counters vanish while the policy says Enforced.",
    "authorized_hits counts tokens only where a TokenRateLimitPolicy applies; elsewhere it counts requests.",
    "Total tokens are all there is: no split into input and output.",
    "Streams report tokens only with stream_options.include_usage.",
  ],
  sendHeader: (header) =>
    `Limitador gets it as a label by a Kuadrant TelemetryPolicy (metrics.default.labels: {${header.replaceAll("-", "_")}: request.headers["${header}"]}); access logs and spans are the gateway's`,
  propagation: "the wasm shim forwards what the gateway propagates (W3C)",
  native: ({ target, otlp, headers }) => [
    {
      does: "send the traces of Kuadrant's own components to the agent",
      language: "yaml",
      text: lines(
        "apiVersion: kuadrant.io/v1beta1",
        "kind: Kuadrant",
        "metadata: { name: kuadrant, namespace: kuadrant-system }",
        "spec:",
        "  observability:",
        "    enable: true",
        "    tracing:",
        `      defaultEndpoint: rpc://${otlp.host}:${otlp.port}`,
        "      insecure: true",
      ),
    },
    ...(headers.logs.length === 0
      ? []
      : [
          {
            does: "give Limitador's counters the headers as labels",
            language: "yaml" as const,
            text: lines(
              "apiVersion: extensions.kuadrant.io/v1alpha1",
              "kind: TelemetryPolicy",
              `metadata: { name: ${target.name}-labels, namespace: ${target.namespace} }`,
              "spec:",
              `  targetRef: { group: gateway.networking.k8s.io, kind: Gateway, name: ${target.name} }`,
              "  metrics:",
              "    default:",
              "      labels:",
              headers.logs.map((header) => `        ${header.replaceAll("-", "_")}: 'request.headers["${header}"]'`),
            ),
          },
        ]),
  ],
};
