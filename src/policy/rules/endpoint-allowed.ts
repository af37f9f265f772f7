import { spanOf } from "../../diagnostics/origin.ts";
import type { Provider } from "../types.ts";
import { defaultAllowed, isAllowed } from "../values/allow-list.ts";
import { parseEndpoint } from "../values/endpoint.ts";
import type { Rule } from "./rule.ts";

/** A policy sends telemetry only where the platform allows: in the cluster, and to hosts it lists. */
export const endpointAllowed: Rule = ({ policy, options, report }) => {
  const patterns = [...defaultAllowed, ...options.allowEndpoints];
  for (const provider of [policy.tracing?.provider, policy.metrics?.provider, policy.accessLogs?.provider]) {
    const url = provider ? urlOf(provider.value) : null;
    if (!provider || url === null) continue;
    const endpoint = parseEndpoint(url);
    if ("problem" in endpoint || isAllowed(endpoint.host, endpoint.port, patterns)) continue;
    report("TP2302", { host: endpoint.host, allowed: patterns }, spanOf(provider.origin));
  }
};

const urlOf = (provider: Provider): string | null =>
  provider.kind === "otlp" ? provider.endpoint : provider.remoteWrite;
