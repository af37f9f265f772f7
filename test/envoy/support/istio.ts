import type { Json } from "../../../src/base/canonical.ts";
import type { Place } from "../../support/dataplane-scene.ts";
import {
  bootstrapOf,
  cluster,
  type HttpListener,
  keyValues,
  otlpAccessLog,
  otlpCluster,
  otlpTracer,
} from "./bootstrap.ts";
import type { EnvoyConfig } from "./envoy.ts";
import type { Wires } from "./envoy-gateway.ts";
import { at, listAt, mapAt } from "./native.ts";

const otlpName = "outbound|4317||otel-policy.otel.svc.cluster.local";

/** Istio's default text format, shortened. */
const line =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS%\n';

const tagsOf = (workload: Place, customTags: { readonly [tag: string]: Json | undefined }): readonly Json[] => [
  ...Object.entries(customTags).map(([tag, source]) => ({
    tag,
    request_header: { name: String(at(source, "header", "name")) },
  })),
  ...[
    ["istio.canonical_revision", "latest"],
    ["istio.canonical_service", workload.name],
    ["istio.cluster_id", "Kubernetes"],
    ["istio.mesh_id", "cluster.local"],
    ["istio.namespace", workload.namespace],
  ].map(([tag, value]) => ({ tag, literal: { value } })),
];

type Listening = Pick<HttpListener, "name" | "statPrefix" | "routes"> & { readonly direction: "INBOUND" | "OUTBOUND" };

/**
 * What istiod makes of a workload for which MeshConfig has these providers and Telemetry uses them: the access log has no
 * resource at all, the mesh's tags are on every span, and no span is made for the upstream's side.
 */
const proxy = (
  workload: Place,
  documents: readonly Json[],
  { port, otlp }: Wires,
  listening: Listening,
  clusters: readonly Json[],
): EnvoyConfig => {
  const providers = documents.flatMap((document) => listAt(document, "extensionProviders"));
  const telemetry = documents.find((document) => at(document, "kind") === "Telemetry") ?? null;
  const using = (block: string): readonly Json[] => {
    const wanted = at(telemetry, "spec", block, 0, "providers", 0, "name");
    return providers.filter((provider) => wanted !== undefined && at(provider, "name") === wanted);
  };
  const logs = (filter: { readonly [key: string]: Json } = {}): readonly Json[] =>
    using("accessLogging").map((provider) =>
      otlpAccessLog(
        otlpName,
        {
          disable_builtin_labels: true,
          body: { string_value: line },
          attributes: keyValues(mapAt(provider, "envoyOtelAls", "logFormat", "labels")),
        },
        filter,
      ),
    );
  const tracing = at(telemetry, "spec", "tracing", 0);
  const percentage = Number(at(tracing, "randomSamplingPercentage"));
  return {
    ports: [port],
    env: { POD_NAMESPACE: workload.namespace, ISTIO_META_WORKLOAD_NAME: workload.name },
    bootstrap: bootstrapOf({
      node: {
        id: `sidecar~10.0.0.1~${workload.name}-0.${workload.namespace}`,
        cluster: `${workload.name}.${workload.namespace}`,
      },
      listeners: [
        {
          ...listening,
          port,
          accessLog: logs(),
          // Of what matches no filter chain.
          listenerLog: logs({ filter: { response_flag_filter: { flags: ["NR"] } } }),
          tracing:
            using("tracing").length === 0
              ? null
              : {
                  client_sampling: { value: 100 },
                  random_sampling: { value: percentage },
                  overall_sampling: { value: 100 },
                  custom_tags: tagsOf(workload, mapAt(tracing, "customTags")),
                  provider: otlpTracer(otlpName, `${workload.name}.${workload.namespace}`),
                },
        },
      ],
      clusters: [...clusters, otlpCluster(otlpName, otlp)],
    }),
  };
};

/** A generated gateway: the Deployment `<gateway>-istio`, whose listener is an outbound one. */
export const istioGateway = ({ namespace, name }: Place, documents: readonly Json[], wires: Wires): EnvoyConfig => {
  const to = (host: string): string => `outbound|8080||${host}.${namespace}.svc.cluster.local`;
  const route = (prefix: string, host = "chat") => ({
    prefix,
    cluster: to(host),
    operation: `${host}.${namespace}.svc.cluster.local:8080${prefix}*`,
  });
  const routes = [route("/v1/"), route("/tool/"), route("/api/"), route("/dead/", "dead")];
  return proxy(
    { namespace, name: `${name}-istio` },
    documents,
    wires,
    { name: "0.0.0.0_80", statPrefix: "outbound_0.0.0.0_80", direction: "OUTBOUND", routes },
    [cluster(to("chat"), wires.upstream), cluster(to("dead"), wires.dead)],
  );
};

/** A client's sidecar on its way to a service. */
export const outboundSidecar = (
  workload: Place,
  documents: readonly Json[],
  wires: Wires,
  service: Place & { readonly port: number },
): EnvoyConfig => {
  const host = `${service.name}.${service.namespace}.svc.cluster.local`;
  const name = `outbound|8080||${host}`;
  const routes = [{ name: "default", prefix: "/", cluster: name, operation: `${host}:8080/*` }];
  return proxy(
    workload,
    documents,
    wires,
    { name: "0.0.0.0_8080", statPrefix: "outbound_0.0.0.0_8080", direction: "OUTBOUND", routes },
    [cluster(name, service.port)],
  );
};

/** A server's sidecar in front of its application. */
export const inboundSidecar = (workload: Place, documents: readonly Json[], wires: Wires): EnvoyConfig => {
  const operation = `${workload.name}.${workload.namespace}.svc.cluster.local:8080/*`;
  const routes = [{ name: "default", prefix: "/", cluster: "inbound|8080||", operation }];
  return proxy(
    workload,
    documents,
    wires,
    { name: "virtualInbound", statPrefix: "inbound_0.0.0.0_8080", direction: "INBOUND", routes },
    [cluster("inbound|8080||", wires.upstream)],
  );
};
