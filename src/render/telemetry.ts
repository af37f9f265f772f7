import type { Json } from "../base/canonical.ts";
import type { BaseConfig } from "./base-config.ts";
import type { Tree } from "./tree.ts";
import { environment } from "./types.ts";

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const variable = (name: string): string => `\${env:${name}}`;

const reader = {
  pull: {
    exporter: {
      prometheus: {
        host: "127.0.0.1",
        port: variable(environment.telemetryPort),
        without_scope_info: true,
        without_units: true,
        without_type_suffix: true,
      },
    },
  },
};

/**
 * `service.telemetry` of one of our processes: the base config's own settings, and a loopback reader for the agent.
 * `service.instance.id` is pinned: it names the stream of every derived counter, which must survive a swap.
 */
export const coreTelemetry = (base: BaseConfig, part: "core" | "ingest"): Tree => {
  const own = base.telemetry;
  const metrics = isObject(own["metrics"]) ? own["metrics"] : {};
  const readers = part === "ingest" && Array.isArray(metrics["readers"]) ? (metrics["readers"] as readonly Tree[]) : [];
  const attributes: Tree[] = [
    { name: "service.name", value: `otel-policy-${part}` },
    { name: "service.instance.id", value: `otel-policy-${part}` },
  ];
  if (part === "core") attributes.push({ name: "otel_policy.digest", value: variable(environment.digest) });
  const level = metrics["level"];
  return {
    ...(isObject(own["logs"]) ? { logs: own["logs"] as Tree } : {}),
    // "none" would also silence what the agent has to see.
    metrics: { level: typeof level === "string" && level !== "none" ? level : "normal", readers: [...readers, reader] },
    resource: { attributes },
  };
};
