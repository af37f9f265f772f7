import {
  envoyFamilies,
  envoyLogAliases,
  envoyLogFormat,
  envoySpanAliases,
  envoyStats,
  headerOperator,
  notTheRequest,
} from "./envoy-fields.ts";
import { gatewayNameLabel, said } from "./identity.ts";
import { lines, type NativeWish, serviceOf, yamlText } from "./native.ts";
import type { DataPlaneProfile, IdentitySource } from "./profile.ts";

/** Both signals say `service.name` = `<gateway>.<namespace>`. */
const identity: readonly IdentitySource[] = [
  said,
  ...gatewayNameLabel,
  { kind: "gatewayJoined", key: "service.name", form: "{name}.{namespace}", common: true },
];

const listenerPolicy = (wish: NativeWish): string => {
  const { target, headers, signals, otlp } = wish;
  const service = serviceOf(otlp.host) ?? { name: otlp.host, namespace: target.namespace };
  const grpc = (indent: string): readonly string[] => [
    `${indent}grpcService:`,
    `${indent}  logName: otel_envoy_accesslog`,
    `${indent}  backendRef: { name: ${service.name}, namespace: ${service.namespace}, port: ${otlp.port} }`,
  ];
  return lines(
    "apiVersion: gateway.kgateway.dev/v1alpha1",
    "kind: HTTPListenerPolicy",
    `metadata: { name: ${target.name}-telemetry, namespace: ${target.namespace} }`,
    "spec:",
    "  targetRefs:",
    `    - { group: gateway.networking.k8s.io, kind: Gateway, name: ${target.name} }`,
    signals.logs
      ? [
          "  accessLog:",
          "    - openTelemetry:",
          ...grpc("        "),
          "        attributes:",
          "          values:",
          ...[...envoyLogFormat, ...headers.logs.map((header) => [header, headerOperator(header)] as const)].map(
            ([key, operator]) =>
              `            - { key: ${yamlText(key)}, value: { stringValue: ${yamlText(operator)} } }`,
          ),
        ]
      : null,
    signals.traces
      ? [
          "  tracing:",
          "    randomSampling: 100",
          "    spawnUpstreamSpan: true",
          ...(headers.spans.length === 0
            ? []
            : [
                "    attributes:",
                ...headers.spans.map(
                  (header) => `      - { name: ${yamlText(header)}, requestHeader: { name: ${yamlText(header)} } }`,
                ),
              ]),
          "    provider:",
          "      openTelemetry:",
          "        grpcService:",
          `          backendRef: { name: ${service.name}, namespace: ${service.namespace}, port: ${otlp.port} }`,
        ]
      : null,
  );
};

/** kgateway with its Envoy data plane. */
export const kgateway: DataPlaneProfile = {
  name: "kgateway",
  title: "kgateway (Envoy)",
  identify: { traces: identity, metrics: [said, ...gatewayNameLabel], logs: identity },
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
  scrape: [
    {
      job: "kgateway-proxies",
      path: "/metrics",
      port: "9091",
      podLabel: { key: "gateway.networking.k8s.io/gateway-name", value: null },
    },
  ],
  untold: {
    metrics: {
      reason: "Envoy's stats name no Gateway",
      remedy: "run k8s_attributes with the pod label gateway.networking.k8s.io/gateway-name",
    },
  },
  traps: ["A random sampling rate here and one in the policy multiply: leave it at 100."],
  sendHeader: (header) =>
    `add {key: "${header}", value: {stringValue: "${headerOperator(header)}"}} to accessLog[].openTelemetry.attributes.values of the HTTPListenerPolicy (and a requestHeader entry to tracing.attributes for spans)`,
  propagation: "Envoy's OpenTelemetry tracer propagates W3C trace context, and kgateway has no other",
  native: (wish) => [
    { does: "send every span and access log to the agent", language: "yaml", text: listenerPolicy(wish) },
  ],
};
