import { int, type KeyValue, type LogRecord, nanos, present, type Resource, text } from "./otlp.ts";
import type { Request } from "./request.ts";
import { headerAttributes, httpAttributes, semconvSpans } from "./semconv-spans.ts";
import type { Source } from "./source.ts";

const tokenHeaders = ["x-usage-input-tokens", "x-usage-output-tokens", "x-token-usage"] as const;

const semconvLog = (request: Request, headers: readonly string[]): LogRecord => ({
  timeUnixNano: nanos(request.startUs),
  body: { stringValue: `${request.method} ${request.path} ${request.status}` },
  attributes: present(
    ...httpAttributes(request),
    int("http.request.body.size", request.bytesReceived),
    int("http.response.body.size", request.bytesSent),
    ...headerAttributes(request, ["x-request-id", ...headers, ...tokenHeaders]),
  ),
  traceId: request.traceId,
  spanId: request.spanId,
});

const source = (target: string, attributes: readonly KeyValue[], headers: readonly string[]): Source => {
  const resource: Resource = { attributes };
  const scope = { name: "proxy", version: "1.0.0" };
  return {
    target,
    records: (request) => {
      const spans = semconvSpans(request, headers);
      return {
        spans: spans.length === 0 ? [] : [{ resource, scope, spans }],
        logs: [{ resource, scope, logs: [semconvLog(request, headers)] }],
      };
    },
  };
};

const defaultHeaders = ["x-model-id", "x-team"] as const;

/** A Gateway whose telemetry names it by `k8s.gateway.*` on the resource and uses the stable conventions. */
export const otlpGateway = (namespace: string, gateway: string, headers: readonly string[] = defaultHeaders): Source =>
  source(
    `Gateway/${namespace}/${gateway}`,
    [
      text("service.name", gateway),
      text("k8s.gateway.name", gateway),
      text("k8s.gateway.namespace", namespace),
      text("k8s.namespace.name", namespace),
    ],
    headers,
  );

/** Workloads of a mesh namespace: only `k8s.namespace.name` says where they belong. */
export const meshWorkload = (
  namespace: string,
  workload: string,
  headers: readonly string[] = defaultHeaders,
): Source =>
  source(
    `Namespace/${namespace}`,
    [
      text("service.name", workload),
      text("k8s.namespace.name", namespace),
      text("k8s.deployment.name", workload),
      text("k8s.pod.name", `${workload}-7d9f4-x2x9k`),
    ],
    headers,
  );
