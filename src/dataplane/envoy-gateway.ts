import {
  envoyFamilies,
  envoyLogAliases,
  envoyLogFormat,
  envoySpanAliases,
  envoyStats,
  headerOperator,
  notTheRequest,
} from "./envoy-fields.ts";
import { gatewayNameLabel, labelPair, said } from "./identity.ts";
import { indented, lines, type NativeWish, serviceOf, yamlText } from "./native.ts";
import type { DataPlaneProfile } from "./profile.ts";

/** Label of proxies that run in the controller's namespace: the namespace of the Gateway that they are. */
export const owningGatewayNamespace = "gateway.envoyproxy.io/owning-gateway-namespace";

const owningGatewayLabels = labelPair("gateway.envoyproxy.io/owning-gateway-name", owningGatewayNamespace);

/** Reference to the agent as EnvoyProxy wants it: a Service, or a Backend object for any other address. */
const backendRef = ({ otlp }: NativeWish): readonly string[] => {
  const service = serviceOf(otlp.host);
  return service === null
    ? [`- { group: gateway.envoyproxy.io, kind: Backend, name: otel-policy }`]
    : [`- { name: ${service.name}, namespace: ${service.namespace}, port: ${otlp.port} }`];
};

const backendObject = ({ otlp, target }: NativeWish): readonly string[] | null =>
  serviceOf(otlp.host) !== null
    ? null
    : [
        "---",
        "apiVersion: gateway.envoyproxy.io/v1alpha1",
        "kind: Backend",
        `metadata: { name: otel-policy, namespace: ${target.namespace} }`,
        "spec:",
        "  endpoints:",
        `    - fqdn: { hostname: ${otlp.host}, port: ${otlp.port} }`,
      ];

/** EnvoyProxy of one Gateway: everything at 100 %, in the shape that the profile reads. */
export const envoyProxyFor = (
  wish: NativeWish,
  more: readonly (readonly [key: string, operator: string])[] = [],
): string => {
  const { target, signals, headers } = wish;
  const name = `${target.name}-telemetry`;
  return lines(
    "apiVersion: gateway.envoyproxy.io/v1alpha1",
    "kind: EnvoyProxy",
    `metadata: { name: ${name}, namespace: ${target.namespace} }`,
    "spec:",
    "  telemetry:",
    signals.logs
      ? [
          "    accessLog:",
          "      settings:",
          "        - type: Route # one record per request; Upstream and Listener would repeat it",
          "          format:",
          "            type: JSON",
          "            json:",
          ...[
            ...envoyLogFormat,
            ...more,
            ...headers.logs.map((header) => [header, headerOperator(header)] as const),
          ].map(([key, operator]) => `              ${yamlText(key)}: ${yamlText(operator)}`),
          "          sinks:",
          "            - type: OpenTelemetry",
          "              openTelemetry:",
          "                backendRefs:",
          ...indented(backendRef(wish), 18),
        ]
      : null,
    signals.traces
      ? [
          "    tracing:",
          "      samplingRate: 100 # the policy's rate is applied by the agent; a second one here would multiply",
          "      provider:",
          "        type: OpenTelemetry",
          "        backendRefs:",
          ...indented(backendRef(wish), 10),
          ...(headers.spans.length === 0
            ? []
            : [
                "      tags:",
                ...headers.spans.map((header) => `        ${yamlText(header)}: ${yamlText(headerOperator(header))}`),
              ]),
        ]
      : null,
    signals.metrics
      ? [
          "    metrics:",
          "      sinks:",
          "        - type: OpenTelemetry",
          "          openTelemetry:",
          "            resourceAttributes: # Envoy's stats say nothing of their Gateway by themselves",
          `              k8s.gateway.name: ${target.name}`,
          `              k8s.gateway.namespace: ${target.namespace}`,
          "            backendRefs:",
          ...indented(backendRef(wish), 14),
        ]
      : null,
    backendObject(wish),
    [
      "---",
      "# in the Gateway itself",
      "apiVersion: gateway.networking.k8s.io/v1",
      "kind: Gateway",
      `metadata: { name: ${target.name}, namespace: ${target.namespace} }`,
      "spec:",
      "  infrastructure:",
      `    parametersRef: { group: gateway.envoyproxy.io, kind: EnvoyProxy, name: ${name} }`,
    ],
  );
};

/**
 * Envoy Gateway: spans say `service.name` = `<gateway>.<namespace>`, access logs `cluster_name` = `<namespace>/<gateway>`.
 * Its stats carry no identity at all. The access log is the request record: a request whose remote parent was not
 * sampled sends no span but does send its log record.
 */
export const envoyGateway: DataPlaneProfile = {
  name: "envoy-gateway",
  title: "Envoy Gateway",
  identify: {
    traces: [
      said,
      ...owningGatewayLabels,
      ...gatewayNameLabel,
      { kind: "gatewayJoined", key: "service.name", form: "{name}.{namespace}", common: true },
    ],
    metrics: [said, ...owningGatewayLabels, ...gatewayNameLabel],
    logs: [
      said,
      ...owningGatewayLabels,
      ...gatewayNameLabel,
      { kind: "gatewayJoined", key: "cluster_name", form: "{namespace}/{name}", common: true },
    ],
  },
  fingerprint: {
    resource: [
      { key: "telemetry.sdk.name", is: "envoy" },
      { key: "log_name", is: "otel_envoy_accesslog" },
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
      job: "envoy-gateway-proxies",
      path: "/stats/prometheus",
      port: "metrics",
      podLabel: { key: "app.kubernetes.io/managed-by", value: "envoy-gateway" },
    },
  ],
  untold: {
    metrics: {
      reason: "Envoy's stats name no Gateway",
      remedy:
        "set k8s.gateway.name and k8s.gateway.namespace under spec.telemetry.metrics.sinks[].openTelemetry.resourceAttributes of its EnvoyProxy, or run k8s_attributes with the owning-gateway labels",
    },
  },
  traps: [
    "With mergeGateways one Envoy serves all Gateways of a class and names only the class: policies on single Gateways cannot be enforced there (an EnvoyProxy among the policy files says so, or --data-plane envoy-gateway-merged).",
    "A user's own provider.serviceName or resourceAttributes.cluster_name hides the Gateway; leave both unset.",
    "k8s.namespace.name in access logs is an attribute of the record and means Envoy's pod, not the Gateway.",
    "Several matches in accessLog.settings are ANDed by the translator, although the API text says any one suffices.",
    "A sampling rate in EnvoyProxy and one in the policy multiply: let Envoy sample 100 %.",
  ],
  sendHeader: (header) =>
    `add "${header}": "${headerOperator(header)}" to EnvoyProxy spec.telemetry.accessLog.settings[].format.json (and to spec.telemetry.tracing.tags for spans)`,
  propagation: "Envoy's OpenTelemetry tracer propagates W3C trace context; its Zipkin tracer propagates B3",
  native: (wish) => [
    {
      does: "send every span, access log and stat to the agent, with the headers that the policy reads",
      language: "yaml",
      text: envoyProxyFor(wish),
    },
  ],
};

/** The same proxies with `mergeGateways: true`: one Envoy for all Gateways of a class, which only its class is known of. */
export const envoyGatewayMerged: DataPlaneProfile = {
  ...envoyGateway,
  name: "envoy-gateway-merged",
  title: "Envoy Gateway with merged Gateways",
  identify: { traces: [], metrics: [], logs: [] },
  untold: Object.fromEntries(
    (["traces", "metrics", "logs"] as const).map((signal) => [
      signal,
      {
        reason: "with mergeGateways one Envoy serves all Gateways of the class and names none of them",
        remedy: "turn mergeGateways off for this Gateway's class, or give the Gateway a class of its own",
      },
    ]),
  ),
  traps: ["Envoy names the GatewayClass where it would name the Gateway; no policy on a Gateway can be enforced."],
};
