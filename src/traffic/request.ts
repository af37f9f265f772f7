/** What a request is for; decides its path, its status and what it carries. */
export type RequestKind = "chat" | "tool" | "mcp" | "sensitive" | "api" | "missing" | "unavailable";

/** Inclusive totals, as OpenTelemetry counts them: `input` contains both cache parts, `output` contains `reasoning`. */
export type Usage = {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly reasoning: number;
};

/** Trace context that the client sent along. `sampled` is its W3C flag; a proxy reports no span when it is off. */
export type Parent = { readonly spanId: string; readonly sampled: boolean };

/** The facts of one request through a proxy. Each source tells the same facts in its own shape. */
export type Request = {
  /** Value of `x-request-id`, unique: a test finds every record of the request by it or by `traceId`. */
  readonly id: string;
  readonly kind: RequestKind;
  readonly traceId: string;
  /** Of the proxy's own SERVER span, and of its CLIENT child. */
  readonly spanId: string;
  readonly childSpanId: string;
  /** null: the trace begins here. */
  readonly parent: Parent | null;
  /** Microseconds since the epoch. */
  readonly startUs: number;
  readonly durationUs: number;
  readonly method: string;
  readonly authority: string;
  /** With the query, as on the request line. */
  readonly path: string;
  readonly status: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Header `x-model-id` of the request. */
  readonly model: string | null;
  /** The model that answered; providers answer with a dated name. */
  readonly servedModel: string | null;
  readonly usage: Usage | null;
  readonly tool: string | null;
  /** Header `x-team` of the request. */
  readonly team: string | null;
};

/** Headers of the request or its response by lower-case name, or null where there is none. */
export const headerOf = (request: Request, name: string): string | null => {
  const { usage } = request;
  switch (name) {
    case "x-request-id":
      return request.id;
    case "x-model-id":
      return request.model;
    case "x-team":
      return request.team;
    case "x-token-usage":
      return usage === null ? null : String(usage.input + usage.output);
    case "x-usage-input-tokens":
      return usage === null ? null : String(usage.input);
    case "x-usage-output-tokens":
      return usage === null ? null : String(usage.output);
    default:
      return null;
  }
};

/** Did the proxy report spans? It does not for a trace whose remote parent decided against it. */
export const isTraced = (request: Request): boolean => request.parent === null || request.parent.sampled;
