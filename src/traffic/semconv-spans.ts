import { genAiAttributes, genAiSpanName, toolAttributes, toolSpanName } from "./genai.ts";
import { flags, int, type KeyValue, nanos, present, type Span, spanKind, statusError, text, texts } from "./otlp.ts";
import { headerOf, isTraced, type Request } from "./request.ts";

/** `http.request.header.<name>` of the named headers that the request carries. */
export const headerAttributes = (request: Request, names: readonly string[]): readonly KeyValue[] =>
  names.flatMap((name) => {
    const value = headerOf(request, name);
    return value === null ? [] : [texts(`http.request.header.${name}`, [value])];
  });

/** HTTP attributes of a server, by the stable conventions (semantic-conventions ≥ 1.23): numbers are numbers. */
export const httpAttributes = (request: Request): readonly KeyValue[] => {
  const [path = "", query] = request.path.split("?");
  return present(
    text("http.request.method", request.method),
    text("url.scheme", "http"),
    text("url.path", path),
    query === undefined ? null : text("url.query", query),
    int("http.response.status_code", request.status),
    text("server.address", request.authority),
    text("network.protocol.version", "1.1"),
  );
};

/** The SERVER span of a request and one CLIENT child: the model call, the tool call, or the plain call upstream. */
export const semconvSpans = (request: Request, headers: readonly string[]): readonly Span[] => {
  if (!isTraced(request)) return [];
  const failed = request.status >= 500;
  const status = failed ? { code: statusError } : {};
  const [path = ""] = request.path.split("?");
  const server: Span = {
    traceId: request.traceId,
    spanId: request.spanId,
    ...(request.parent === null ? {} : { parentSpanId: request.parent.spanId }),
    flags: request.parent === null ? flags.local : flags.remoteParent,
    name: `${request.method} ${path}`,
    kind: spanKind.server,
    startTimeUnixNano: nanos(request.startUs),
    endTimeUnixNano: nanos(request.startUs + request.durationUs),
    attributes: present(
      ...httpAttributes(request),
      failed ? text("error.type", String(request.status)) : null,
      ...headerAttributes(request, ["x-request-id", ...headers]),
    ),
    status,
  };
  if (request.status === 404) return [server];
  const [name, attributes] =
    request.model !== null
      ? [genAiSpanName(request), genAiAttributes(request)]
      : request.tool !== null
        ? [toolSpanName(request), toolAttributes(request)]
        : [
            request.method,
            present(text("http.request.method", request.method), int("http.response.status_code", request.status)),
          ];
  const child: Span = {
    traceId: request.traceId,
    spanId: request.childSpanId,
    parentSpanId: request.spanId,
    flags: flags.local,
    name,
    kind: spanKind.client,
    startTimeUnixNano: nanos(request.startUs + 40),
    endTimeUnixNano: nanos(request.startUs + request.durationUs - 30),
    attributes: present(
      ...attributes,
      // Gateways that read calls put the headers they were told to on the span of the call, too.
      ...(request.model === null && request.tool === null ? [] : headerAttributes(request, headers)),
      failed ? text("error.type", String(request.status)) : null,
    ),
    status,
  };
  return [server, child];
};
