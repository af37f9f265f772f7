import {
  envoyFamilies,
  envoyLogAliases,
  envoyLogFormat,
  envoySpanAliases,
  envoyStats,
  headerOperator,
  notTheRequest,
} from "./envoy-fields.ts";
import { gatewayNameLabel, said, workloadNamespace } from "./identity.ts";
import { lines, type NativeWish, serviceOf, yamlText } from "./native.ts";
import type { DataPlaneProfile, IdentitySource } from "./profile.ts";

/** A generated Gateway runs as the Deployment `<gateway>-istio` in its own namespace. */
const workload = "{namespace}/{name}-istio";

/** The mesh's registry knows Services by their full name. */
const longHost = (host: string): string => {
  const service = serviceOf(host);
  return service === null ? host : `${service.name}.${service.namespace}.svc.cluster.local`;
};

/** MeshConfig's providers are mesh-wide; which of them a Gateway or namespace uses is said by its Telemetry. */
const meshConfig = ({ otlp, headers, signals }: NativeWish): string =>
  lines(
    "# in MeshConfig (IstioOperator spec.meshConfig, or the istio ConfigMap)",
    "extensionProviders:",
    signals.traces
      ? [
          "  - name: otel-policy-traces",
          "    opentelemetry:",
          `      service: ${longHost(otlp.host)}`,
          `      port: ${otlp.port}`,
        ]
      : null,
    signals.logs
      ? [
          "  - name: otel-policy-logs",
          "    envoyOtelAls:",
          `      service: ${longHost(otlp.host)}`,
          `      port: ${otlp.port}`,
          "      logFormat:",
          "        labels: # without labels a log record is one line of text and says nothing of its sender",
          ...[
            ["k8s.namespace.name", "%ENVIRONMENT(POD_NAMESPACE)%"] as const,
            ["k8s.deployment.name", "%ENVIRONMENT(ISTIO_META_WORKLOAD_NAME)%"] as const,
            ...envoyLogFormat,
            ...headers.logs.map((header) => [header, headerOperator(header)] as const),
          ].map(([key, operator]) => `          ${yamlText(key)}: ${yamlText(operator)}`),
        ]
      : null,
  );

const telemetry = ({ target, headers, signals }: NativeWish): string =>
  lines(
    "apiVersion: telemetry.istio.io/v1",
    "kind: Telemetry",
    `metadata: { name: otel-policy-${target.name}, namespace: ${target.namespace} }`,
    "spec:",
    target.kind === "Gateway"
      ? ["  targetRefs:", `    - { group: gateway.networking.k8s.io, kind: Gateway, name: ${target.name} }`]
      : null,
    signals.traces
      ? [
          "  tracing:",
          "    - providers: [{ name: otel-policy-traces }]",
          "      randomSamplingPercentage: 100 # Istio's own default is 1 %; the policy's rate is applied by the agent",
          ...(headers.spans.length === 0
            ? []
            : [
                "      customTags:",
                ...headers.spans.map(
                  (header) => `        ${yamlText(header)}: { header: { name: ${yamlText(header)} } }`,
                ),
              ]),
        ]
      : null,
    signals.logs ? ["  accessLogging:", "    - providers: [{ name: otel-policy-logs }]"] : null,
  );

const ofSpans: readonly IdentitySource[] = [
  said,
  ...gatewayNameLabel,
  { kind: "gatewayJoined", key: "service.name", form: "{name}-istio.{namespace}", common: true },
  { kind: "recordGateway", keys: ["istio.namespace", "istio.canonical_service"], form: workload },
  workloadNamespace,
  { kind: "recordNamespace", keys: ["istio.namespace"], form: "{name}" },
];

const ofMetrics: readonly IdentitySource[] = [
  said,
  ...gatewayNameLabel,
  {
    kind: "recordGateway",
    keys: ["source_workload_namespace", "source_workload"],
    form: workload,
    // Gateways report as the source; a pod's own series are those where it is the reporter.
    where: { key: "reporter", is: "source" },
  },
  workloadNamespace,
  {
    kind: "recordNamespace",
    keys: ["destination_workload_namespace"],
    form: "{name}",
    where: { key: "reporter", is: "destination" },
  },
  {
    kind: "recordNamespace",
    keys: ["source_workload_namespace"],
    form: "{name}",
    where: { key: "reporter", is: "source" },
  },
];

const ofLogs: readonly IdentitySource[] = [
  said,
  ...gatewayNameLabel,
  { kind: "recordGateway", keys: ["k8s.namespace.name", "k8s.deployment.name"], form: workload },
  workloadNamespace,
  { kind: "recordNamespace", keys: ["k8s.namespace.name"], form: "{name}" },
  // The label that Istio's own sample of this provider uses.
  { kind: "recordNamespace", keys: ["namespace"], form: "{name}" },
];

/**
 * Istio: sidecars, ztunnel's waypoints and generated gateways. Gateway listeners are outbound ones, so a gateway's
 * spans are of kind CLIENT, of which a proxy keeps 1 % unless told otherwise. The access log is the
 * request record, and between two sidecars only the server's.
 */
export const istio: DataPlaneProfile = {
  name: "istio",
  title: "Istio (sidecars, waypoints, gateways)",
  identify: { traces: ofSpans, metrics: ofMetrics, logs: ofLogs },
  fingerprint: {
    records: {
      traces: ["istio.canonical_service", "istio.mesh_id", "upstream_cluster.name"],
      metrics: ["reporter"],
      logs: ["upstream_cluster", "response_flags"],
    },
  },
  requestRecord: {
    signal: "logs",
    kind: "accessLog",
    not: [...notTheRequest, { key: "upstream_cluster", startsWith: "outbound|", governedAs: "Namespace" }],
  },
  accessLogs: { withAnyOf: ["response_code", "upstream_cluster", "response_flags", "http.response.status_code"] },
  aliases: { traces: envoySpanAliases, logs: envoyLogAliases },
  headerKeys: { traces: ["*"], logs: ["*"] },
  families: [
    { alias: "request_count", names: ["istio_requests_total", "istio_requests"] },
    { alias: "request_duration", names: ["istio_request_duration_milliseconds"], unit: "ms" },
    { alias: "request_size", names: ["istio_request_bytes"], unit: "By" },
    { alias: "response_size", names: ["istio_response_bytes"], unit: "By" },
    { alias: "grpc_request_messages", names: ["istio_request_messages_total"] },
    { alias: "grpc_response_messages", names: ["istio_response_messages_total"] },
    { alias: "tcp_opened_connections", names: ["istio_tcp_connections_opened_total"] },
    { alias: "tcp_closed_connections", names: ["istio_tcp_connections_closed_total"] },
    { alias: "tcp_sent_bytes", names: ["istio_tcp_sent_bytes_total"], unit: "By" },
    { alias: "tcp_received_bytes", names: ["istio_tcp_received_bytes_total"], unit: "By" },
    ...envoyFamilies,
  ],
  emits: ["istio_", "istio.", "pilot_", "ztunnel_", ...envoyStats],
  scrape: [
    {
      job: "istio-proxies",
      path: "/stats/prometheus",
      port: "15020",
      podLabel: { key: "service.istio.io/canonical-name", value: null },
    },
  ],
  untold: {
    logs: {
      reason: "Istio's OTLP access log has no resource attributes, and its records are one line of text",
      remedy: "give the provider logFormat.labels as below, or run k8s_attributes on the agent's ingest",
    },
  },
  traps: [
    "The default sampling of Istio is 1 %; a policy can only sample what arrives.",
    "Waypoints are deployed under the Gateway's own name, which any workload may have, so they are known by their pod label gateway.networking.k8s.io/gateway-name alone: run k8s_attributes.",
    "A Gateway with another class than istio runs as <gateway>-<class>; it too is known by its pod label.",
    "istio_request_duration_milliseconds is in milliseconds; the derived http.server.request.duration is in seconds.",
    "mode: SERVER entries of a Telemetry never apply to gateways: their listeners count as CLIENT.",
    "In a mesh one request crosses two proxies. On a Namespace target only the server's access log counts it.",
  ],
  sendHeader: (header) =>
    `add "${header}": "${headerOperator(header)}" to logFormat.labels of the envoyOtelAls provider (and a customTags header entry to Telemetry spec.tracing[] for spans)`,
  propagation:
    "an opentelemetry provider propagates W3C trace context, a zipkin one B3 (both with traceContextOption: USE_B3_WITH_W3C_PROPAGATION)",
  native: (wish) => [
    { does: "name the agent as a provider, and what its records carry", language: "yaml", text: meshConfig(wish) },
    { does: "let this target use it, at 100 %", language: "yaml", text: telemetry(wish) },
  ],
};
