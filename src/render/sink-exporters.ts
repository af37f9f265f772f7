import type { Sink } from "../plan/types.ts";
import { type Assembly, add } from "./assembly.ts";
import type { ComponentNames } from "./names.ts";
import { configText } from "./ottl.ts";
import { ownRetry } from "./queues.ts";
import { type Tree, traced } from "./tree.ts";

const headersOf = (sink: Extract<Sink, { kind: "otlp" }>): Tree | undefined =>
  sink.provider.headers.length === 0
    ? undefined
    : Object.fromEntries(
        sink.provider.headers.map((header) => [
          header.name,
          traced(header.value.origin, configText(header.value.value)),
        ]),
      );

/**
 * Adds the exporter of a policy's own backend and answers its id. `redirect` is a URL that stands in for every
 * backend (`dev`): what would have been sent arrives there as OTLP/HTTP JSON.
 */
export const addBackend = (
  assembly: Assembly,
  names: ComponentNames,
  sink: Extract<Sink, { kind: "otlp" | "remoteWrite" }>,
  { redirect, queue }: { readonly redirect: string | null; readonly queue?: Tree },
): string => {
  const id = (type: string): string => `${type}/otel_policy_${sink.id}`;
  if (redirect !== null) {
    return add(
      assembly,
      "exporters",
      id(names.otlpHttp),
      traced(sink.origin, {
        endpoint: configText(redirect),
        encoding: "json",
        compression: "none",
        tls: { insecure: true },
        sending_queue: queue,
        retry_on_failure: queue === undefined ? undefined : ownRetry,
      }),
    );
  }
  if (sink.kind === "remoteWrite") {
    return add(
      assembly,
      "exporters",
      id(names.prometheusRemoteWrite),
      traced(sink.origin, { endpoint: configText(sink.url) }),
    );
  }
  const { provider } = sink;
  const body = {
    endpoint: configText(provider.endpoint),
    headers: headersOf(sink),
    tls: { insecure: provider.insecure },
    sending_queue: queue,
    retry_on_failure: queue === undefined ? undefined : ownRetry,
  };
  return add(
    assembly,
    "exporters",
    id(provider.transport === "grpc" ? names.otlpGrpc : names.otlpHttp),
    traced(sink.origin, body),
  );
};
