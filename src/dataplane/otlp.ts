import { gatewayNameLabel, said, workloadNamespace } from "./identity.ts";
import type { DataPlaneProfile, IdentitySource } from "./profile.ts";

const identity: readonly IdentitySource[] = [said, ...gatewayNameLabel, workloadNamespace];

/**
 * Generic OTLP: resources that say themselves which Gateway or namespace they belong to, records in OpenTelemetry's
 * stable HTTP conventions (their predecessors are accepted). No convention names Gateways yet, hence our keys.
 */
export const otlp: DataPlaneProfile = {
  name: "otlp",
  title: "OTLP with Kubernetes resource attributes",
  identify: { traces: identity, metrics: identity, logs: identity },
  requestRecord: { signal: "traces", kind: "serverSpan" },
  // An application's own log lines share the resource with its access log; only records that describe a request are one.
  accessLogs: {
    withAnyOf: ["http.request.method", "http.response.status_code", "url.path", "http.method", "http.target"],
  },
  aliases: {
    traces: [
      { to: "http.request.method", from: "http.method", as: "text" },
      { to: "http.response.status_code", from: "http.status_code", as: "integer" },
      { to: "url.path", from: "http.target", as: "path" },
      { to: "url.path", from: "url.full", as: "pathOfUrl" },
      { to: "url.path", from: "http.url", as: "pathOfUrl" },
    ],
    logs: [
      { to: "http.request.method", from: "http.method", as: "text" },
      { to: "http.response.status_code", from: "http.status_code", as: "integer" },
      { to: "url.path", from: "http.target", as: "path" },
      { to: "url.path", from: "url.full", as: "pathOfUrl" },
    ],
  },
  headerKeys: { traces: ["http.request.header.*"], logs: ["http.request.header.*"] },
  families: [{ alias: "request_duration", names: ["http.server.request.duration"], unit: "s" }],
  scrape: [],
  traps: [
    "Where a sidecar and the application behind it both send server spans, one request is two of them: choose the profile of the mesh, not this one.",
  ],
  sendHeader: (header) => `let the instrumentation capture it as http.request.header.${header}`,
  propagation: "set OTEL_PROPAGATORS where the spans are made",
  native: ({ target, otlp: at, headers, propagation }) => [
    {
      does: "say where the telemetry belongs, sample everything, and send it to the agent",
      language: "text",
      text: [
        `OTEL_EXPORTER_OTLP_ENDPOINT=http://${at.host}:${at.port}`,
        "OTEL_TRACES_SAMPLER=parentbased_always_on",
        `OTEL_RESOURCE_ATTRIBUTES=${
          target.kind === "Gateway"
            ? `k8s.gateway.name=${target.name},k8s.gateway.namespace=${target.namespace}`
            : `k8s.namespace.name=${target.name}`
        }`,
        ...(propagation.length === 0
          ? []
          : [
              `OTEL_PROPAGATORS=${propagation.map((format) => propagators[format.toLowerCase()] ?? format.toLowerCase()).join(",")}`,
            ]),
        ...(headers.spans.length === 0
          ? []
          : [`OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS=${headers.spans.join(",")}`]),
        "",
      ].join("\n"),
    },
  ],
};

/** The draft's names of formats → OTEL_PROPAGATORS. */
const propagators: { readonly [format: string]: string } = {
  w3c: "tracecontext,baggage",
  b3: "b3multi",
  jaeger: "jaeger",
};
