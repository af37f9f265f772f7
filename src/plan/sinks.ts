import { shortDigest } from "../base/canonical.ts";
import type { Signal } from "../dataplane/profile.ts";
import type { Located } from "../diagnostics/origin.ts";
import type { Provider } from "../policy/types.ts";
import type { Sink } from "./types.ts";

/** The sink of a signal: the provider's, or the platform's default. Ids derive from the backend, so that a sink outlives the policy that named it. */
export const sinkOf = (signal: Signal, provider: Located<Provider> | null): Sink => {
  if (provider === null)
    return signal === "logs" ? { id: "stdout", kind: "stdout" } : { id: `default_${signal}`, kind: "default", signal };
  const wanted = provider.value;
  if (wanted.kind === "prometheus") {
    return wanted.remoteWrite === null
      ? { id: "pull", kind: "pull" }
      : {
          id: `rw_${shortDigest({ url: wanted.remoteWrite })}`,
          kind: "remoteWrite",
          url: wanted.remoteWrite,
          origin: provider.origin,
        };
  }
  const identity = {
    transport: wanted.transport,
    endpoint: wanted.endpoint,
    insecure: wanted.insecure,
    headers: wanted.headers.map((header) => ({ name: header.name, value: header.value.value })),
  };
  return { id: `otlp_${shortDigest(identity)}`, kind: "otlp", provider: wanted, origin: provider.origin };
};
