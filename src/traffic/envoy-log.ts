import { type LogRecord, nanos, text } from "./otlp.ts";
import { headerOf, type Request } from "./request.ts";

/** Headers that the proxy's access-log config writes, under their own names. */
const loggedHeaders = [
  "x-model-id",
  "x-team",
  "x-token-usage",
  "x-usage-input-tokens",
  "x-usage-output-tokens",
] as const;

/**
 * One record of Envoy's OTLP access log (1.40) as Envoy Gateway configures it: all values strings, absent ones `-`, the
 * body empty, the time that of the request's start. Written for every request, traced or not.
 */
export const envoyLog = (request: Request, node: string, cluster: string): LogRecord => {
  const routed = request.status !== 404;
  const or = (value: string): string => (routed ? value : "-");
  return {
    timeUnixNano: nanos(request.startUs),
    body: {},
    attributes: [
      text("start_time", new Date(Math.floor(request.startUs / 1000)).toISOString()),
      text("method", request.method),
      text("x-envoy-origin-path", request.path),
      text("protocol", "HTTP/1.1"),
      text("response_code", String(request.status)),
      text("response_flags", routed ? "-" : "NR"),
      text("bytes_received", String(request.bytesReceived)),
      text("bytes_sent", String(request.bytesSent)),
      text("duration", String(Math.floor(request.durationUs / 1000))),
      text("x-forwarded-for", "-"),
      text("user-agent", "agent-sdk/2.4"),
      text("x-request-id", request.id),
      text(":authority", request.authority),
      text("upstream_host", or("10.0.8.4:8080")),
      text("upstream_cluster", or(cluster)),
      text("route_name", or(`${cluster}/match/0/${request.authority.replaceAll(".", "_")}`)),
      ...loggedHeaders.map((name) => text(name, headerOf(request, name) ?? "-")),
      // The proxy pod's namespace, which is not the Gateway's.
      text("k8s.namespace.name", "envoy-gateway-system"),
      text("k8s.pod.name", node),
    ],
    traceId: request.traceId,
    spanId: request.spanId,
  };
};
