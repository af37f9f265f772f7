import { flags, type KeyValue, nanos, present, type Span, spanKind, statusError, text } from "./otlp.ts";
import { headerOf, isTraced, type Request } from "./request.ts";

/** Custom tags of the proxy's tracing config: span attribute → request header. A request without the header has no such attribute. */
export type HeaderTags = { readonly [attribute: string]: string };

const upstreamOf = (cluster: string): readonly KeyValue[] => [
  text("upstream_cluster", cluster),
  text("upstream_cluster.name", cluster),
];

/**
 * Spans of Envoy's OpenTelemetry tracer (1.40): every attribute a string, SERVER `ingress` and, when an upstream was
 * tried, its CLIENT child, which ends first and is therefore written first. Recorded: corpus `telemetry/envoy-1.40/traces.jsonl`.
 */
export const envoySpans = (request: Request, node: string, cluster: string, tags: HeaderTags): readonly Span[] => {
  if (!isTraced(request)) return [];
  const routed = request.status !== 404;
  const failed = request.status >= 500;
  const custom = Object.entries(tags).flatMap(([attribute, header]) => {
    const value = headerOf(request, header);
    return value === null ? [] : [text(attribute, value)];
  });
  const outcome = [
    text("http.status_code", String(request.status)),
    text("response_flags", routed ? "-" : "NR"),
    ...(failed ? [text("error", "true")] : []),
  ];
  const status = failed ? { code: statusError } : {};
  const server: Span = {
    traceId: request.traceId,
    spanId: request.spanId,
    ...(request.parent === null ? {} : { parentSpanId: request.parent.spanId }),
    flags: request.parent === null ? flags.local : flags.remoteParent,
    name: "ingress",
    kind: spanKind.server,
    startTimeUnixNano: nanos(request.startUs),
    endTimeUnixNano: nanos(request.startUs + request.durationUs),
    attributes: present(
      text("node_id", node),
      text("zone", ""),
      text("guid:x-request-id", request.id),
      text("http.url", `http://${request.authority}${request.path}`),
      text("http.method", request.method),
      text("downstream_cluster", "-"),
      text("user_agent", "agent-sdk/2.4"),
      text("http.protocol", "HTTP/1.1"),
      text("peer.address", "10.0.3.17"),
      text("request_size", String(request.bytesReceived)),
      text("response_size", String(request.bytesSent)),
      text("component", "proxy"),
      ...(routed ? upstreamOf(cluster) : []),
      ...outcome,
      ...custom,
    ),
    status,
  };
  if (!routed) return [server];
  const child: Span = {
    traceId: request.traceId,
    spanId: request.childSpanId,
    parentSpanId: request.spanId,
    flags: flags.local,
    name: `router ${cluster} egress`,
    kind: spanKind.client,
    startTimeUnixNano: nanos(request.startUs + 40),
    endTimeUnixNano: nanos(request.startUs + request.durationUs - 30),
    attributes: present(
      text("http.protocol", "HTTP/1.1"),
      text("upstream_address", "10.0.8.4:8080"),
      text("peer.address", "10.0.8.4:8080"),
      text("component", "proxy"),
      ...upstreamOf(cluster),
      ...outcome,
      ...custom,
    ),
    status,
  };
  return [child, server];
};
