import type { Json } from "../../../src/base/canonical.ts";
import { bootstrapOf, cluster, otlpCluster } from "./bootstrap.ts";
import type { EnvoyConfig } from "./envoy.ts";
import type { Wires } from "./envoy-gateway.ts";

const routes = (to: string, dead: string) => [
  ...["/v1/", "/tool/", "/api/"].map((prefix) => ({ name: `to-chat${prefix}`, prefix, cluster: to })),
  { name: "to-nobody", prefix: "/dead/", cluster: dead },
];

/** An Envoy that somebody configures by hand, with the parts of its connection manager that are given. */
export const plainProxy = (
  parts: { readonly tracing: Json | null; readonly accessLog: readonly Json[]; readonly resource?: string },
  { port, upstream, dead, otlp }: Wires,
): EnvoyConfig => ({
  ports: [port],
  ...(parts.resource === undefined ? {} : { env: { OTEL_RESOURCE_ATTRIBUTES: parts.resource } }),
  bootstrap: bootstrapOf({
    node: { id: "edge-1", cluster: "edge-proxies" },
    listeners: [
      {
        name: "web",
        port,
        statPrefix: "web",
        tracing: parts.tracing,
        accessLog: parts.accessLog,
        routes: routes("chat", "nobody"),
      },
    ],
    clusters: [cluster("chat", upstream), cluster("nobody", dead), otlpCluster("otel", otlp)],
  }),
});
