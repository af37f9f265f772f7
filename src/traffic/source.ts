import type { LogRecord, Resource, Scope, Span } from "./otlp.ts";
import type { Request } from "./request.ts";

export type SpanGroup = { readonly resource: Resource; readonly scope: Scope; readonly spans: readonly Span[] };
export type LogGroup = { readonly resource: Resource; readonly scope: Scope; readonly logs: readonly LogRecord[] };

/** What a proxy tells about one request. */
export type Records = { readonly spans: readonly SpanGroup[]; readonly logs: readonly LogGroup[] };

/** Something that handles requests and reports them in its own shape. */
export type Source = {
  /** `Gateway/namespace/name` or `Namespace/name`, as targets are written. */
  readonly target: string;
  readonly records: (request: Request) => Records;
};
