import {
  envoyFamilies,
  envoyLogAliases,
  envoyLogFormat,
  envoySpanAliases,
  envoyStats,
  headerOperator,
  notTheRequest,
} from "./envoy-fields.ts";
import { said, workloadNamespace } from "./identity.ts";
import { lines, type NativeWish, yamlText } from "./native.ts";
import type { DataPlaneProfile, IdentitySource } from "./profile.ts";

const identity: readonly IdentitySource[] = [said, workloadNamespace];

const bootstrap = ({ target, otlp, headers, signals }: NativeWish): string => {
  const resource = (indent: string, key: string): readonly string[] =>
    target.kind === "Gateway"
      ? [
          `${indent}${key}:`,
          `${indent}  values:`,
          `${indent}    - { key: k8s.gateway.name, value: { string_value: ${yamlText(target.name)} } }`,
          `${indent}    - { key: k8s.gateway.namespace, value: { string_value: ${yamlText(target.namespace)} } }`,
        ]
      : [
          `${indent}${key}:`,
          `${indent}  values:`,
          `${indent}    - { key: k8s.namespace.name, value: { string_value: ${yamlText(target.name)} } }`,
        ];
  return lines(
    `# a cluster "otel" with HTTP/2 to ${otlp.host}:${otlp.port}, and in the HTTP connection manager`,
    signals.traces
      ? [
          "tracing:",
          "  random_sampling: { value: 100 } # the policy's rate is applied by the agent",
          "  spawn_upstream_span: true",
          ...(headers.spans.length === 0
            ? []
            : [
                "  custom_tags:",
                ...headers.spans.map(
                  (header) => `    - { tag: ${yamlText(header)}, request_header: { name: ${yamlText(header)} } }`,
                ),
              ]),
          "  provider:",
          "    name: envoy.tracers.opentelemetry",
          "    typed_config:",
          '      "@type": type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig',
          "      grpc_service: { envoy_grpc: { cluster_name: otel } }",
          "      resource_detectors: # the target, from OTEL_RESOURCE_ATTRIBUTES of Envoy's own environment",
          "        - name: envoy.tracers.opentelemetry.resource_detectors.environment",
          "          typed_config:",
          '            "@type": type.googleapis.com/envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig',
        ]
      : null,
    signals.logs
      ? [
          "access_log:",
          "  - name: envoy.access_loggers.open_telemetry",
          "    typed_config:",
          '      "@type": type.googleapis.com/envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig',
          "      common_config:",
          "        log_name: otel_envoy_accesslog",
          "        transport_api_version: V3",
          "        grpc_service: { envoy_grpc: { cluster_name: otel } }",
          ...resource("      ", "resource_attributes"),
          "      attributes:",
          "        values:",
          ...[...envoyLogFormat, ...headers.logs.map((header) => [header, headerOperator(header)] as const)].map(
            ([key, operator]) =>
              `          - { key: ${yamlText(key)}, value: { string_value: ${yamlText(operator)} } }`,
          ),
        ]
      : null,
    signals.traces
      ? [
          "# environment of the Envoy process",
          `#   OTEL_RESOURCE_ATTRIBUTES=${
            target.kind === "Gateway"
              ? `k8s.gateway.name=${target.name},k8s.gateway.namespace=${target.namespace}`
              : `k8s.namespace.name=${target.name}`
          }`,
        ]
      : null,
  );
};

/** Envoy on its own: nothing in its telemetry names a Gateway unless its config says so. */
export const envoy: DataPlaneProfile = {
  name: "envoy",
  title: "Envoy without a control plane",
  identify: { traces: identity, metrics: identity, logs: identity },
  fingerprint: {
    resource: [
      { key: "telemetry.sdk.name", is: "envoy" },
      { key: "log_name", is: null },
    ],
  },
  requestRecord: { signal: "logs", kind: "accessLog", not: notTheRequest },
  accessLogs: "all",
  aliases: { traces: envoySpanAliases, logs: envoyLogAliases },
  headerKeys: { traces: ["*"], logs: ["*"] },
  families: envoyFamilies,
  emits: envoyStats,
  scrape: [{ job: "envoy", path: "/stats/prometheus", port: "9901", podLabel: { key: "app", value: "envoy" } }],
  traps: [
    "Every access-log value is text over OTLP, an absent one is “-”; times of stats are milliseconds.",
    "Envoy 1.40 warns that common_config of its OTLP access log is deprecated; log_name and grpc_service beside it follow, which older versions refuse.",
    "service.name and cluster_name are whatever the bootstrap says; set k8s.gateway.name and k8s.gateway.namespace.",
  ],
  sendHeader: (header) =>
    `add {key: "${header}", value: {string_value: "${headerOperator(header)}"}} to the attributes of the OpenTelemetry access log (and a custom_tags request_header entry for spans)`,
  propagation: "the OpenTelemetry tracer propagates W3C trace context; the Zipkin tracer propagates B3",
  native: (wish) => [
    {
      does: "send every span and access log to the agent, with the target on their resource",
      language: "yaml",
      text: bootstrap(wish),
    },
  ],
};
