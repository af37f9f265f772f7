import { context, type Span, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import type { reloadOutcomes, reloadReasons, reloadStages } from "./names.ts";

export type ReloadStage = (typeof reloadStages)[number];

/** The trace of one try to apply an input: a span `reload`, below it one for each stage. */
export type ReloadTrace = {
  /** For the log lines of the try; null when no SDK records. */
  readonly traceId: string | null;
  /** Begins a stage; the answer ends it, with words when it failed. A stage may outlive the try, as `drain` does. */
  readonly stage: (stage: ReloadStage) => (failure?: string | null) => void;
  readonly end: (result: {
    readonly outcome: (typeof reloadOutcomes)[number];
    readonly reason: (typeof reloadReasons)[number];
    readonly digest: string | null;
    readonly words: string | null;
  }) => void;
};

export const traceReload = (tracer: Tracer): ReloadTrace => {
  const root = tracer.startSpan("reload");
  // Passed by hand: stages begin and end in different events, where no context manager could follow.
  const below = trace.setSpan(context.active(), root);
  const { traceId } = root.spanContext();
  return {
    traceId: trace.isSpanContextValid(root.spanContext()) ? traceId : null,
    stage: (stage) => {
      const span = tracer.startSpan(stage, {}, below);
      return (failure = null) => endSpan(span, failure);
    },
    end: ({ outcome, reason, digest, words }) => {
      root.setAttributes({ "otel_policy.outcome": outcome, "otel_policy.reason": reason });
      if (digest !== null) root.setAttribute("otel_policy.digest", digest);
      const failed = outcome !== "committed" && outcome !== "unchanged";
      endSpan(root, failed ? (words ?? reason) : null);
    },
  };
};

const endSpan = (span: Span, failure: string | null): void => {
  if (failure !== null) span.setStatus({ code: SpanStatusCode.ERROR, message: failure.slice(0, 500) });
  span.end();
};
