import type { DataPlaneProfile } from "./profile.ts";

/**
 * Generic OTLP: resources that say themselves which Gateway or namespace they belong to, records in OpenTelemetry's
 * stable HTTP conventions (their predecessors are accepted). No convention names Gateways yet, hence our keys.
 */
export const otlp: DataPlaneProfile = {
  name: "otlp",
  title: "OTLP with Kubernetes resource attributes",
  identify: {
    traces: [
      { kind: "gatewayPair", name: "k8s.gateway.name", namespace: "k8s.gateway.namespace" },
      { kind: "namespace", key: "k8s.namespace.name" },
    ],
    metrics: [
      { kind: "gatewayPair", name: "k8s.gateway.name", namespace: "k8s.gateway.namespace" },
      { kind: "namespace", key: "k8s.namespace.name" },
    ],
    logs: [
      { kind: "gatewayPair", name: "k8s.gateway.name", namespace: "k8s.gateway.namespace" },
      { kind: "namespace", key: "k8s.namespace.name" },
    ],
  },
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
  families: [{ alias: "request_duration", names: ["http.server.request.duration"] }],
  sendHeader: (header) => `let the instrumentation capture it as http.request.header.${header}`,
  propagation: "set OTEL_PROPAGATORS where the spans are made",
};
