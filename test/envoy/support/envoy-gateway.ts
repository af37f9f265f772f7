import type { Json } from "../../../src/base/canonical.ts";
import type { Place } from "../../support/dataplane-scene.ts";
import {
  bootstrapOf,
  cluster,
  extension,
  grpcTo,
  keyValues,
  otlpAccessLog,
  otlpCluster,
  otlpTracer,
} from "./bootstrap.ts";
import type { EnvoyConfig } from "./envoy.ts";
import { at, listAt, mapAt } from "./native.ts";

/** Where one proxy listens and whom it speaks to. */
export type Wires = {
  readonly port: number;
  readonly upstream: number;
  /** Nobody listens there. */
  readonly dead: number;
  readonly otlp: number;
};

/** `type` of an access-log setting: where Envoy logs. */
export type LogType = "Listener" | "Route" | "Upstream";

/** Span tags as Envoy Gateway writes them: a format string each. */
const tagsOf = (tags: { readonly [tag: string]: Json | undefined }): readonly Json[] =>
  Object.entries(tags).map(([tag, value]) => ({ tag, value: String(value) }));

/**
 * What Envoy Gateway makes of a Gateway with this EnvoyProxy (translator of its v1.5): one Envoy for it in
 * `envoy-gateway-system`, which names the Gateway as `node.cluster` and as the tracer's service. `types` replaces the
 * types of its access-log settings; with none named, listeners log what found no route.
 */
export const envoyGatewayProxy = (
  { namespace, name }: Place,
  envoyProxy: Json,
  { port, upstream, dead, otlp }: Wires,
  types?: readonly LogType[],
): EnvoyConfig => {
  const pod = `envoy-${namespace}-${name.replaceAll(".", "-")}-5f7c9`;
  const telemetry = at(envoyProxy, "spec", "telemetry");
  const settings = listAt(telemetry, "accessLog", "settings").flatMap((setting) =>
    (types ?? [String(at(setting, "type"))]).map((type) => ({
      type,
      log: otlpAccessLog("accesslog_otel_0_0", {
        attributes: keyValues({
          ...mapAt(setting, "format", "json"),
          // %ENVIRONMENT(ENVOY_POD_NAMESPACE)%: the proxy's pod, not the Gateway.
          "k8s.namespace.name": "%ENVIRONMENT(ENVOY_POD_NAMESPACE)%",
          "k8s.pod.name": "%ENVIRONMENT(ENVOY_POD_NAME)%",
        }),
      }),
    })),
  );
  const logs = (type: LogType): readonly Json[] =>
    settings.filter((setting) => setting.type === type).map(({ log }) => log);
  const tracing = at(telemetry, "tracing");
  const sink = at(telemetry, "metrics", "sinks", 0, "openTelemetry");
  const backend = `httproute/${namespace}/chat/rule/0`;
  const route = (prefix: string, index: number, to = backend) => ({
    name: `httproute/${namespace}/chat/rule/${index}/match/0/chat_example_com`,
    prefix,
    cluster: to,
  });
  return {
    ports: [port],
    env: { ENVOY_POD_NAMESPACE: "envoy-gateway-system", ENVOY_POD_NAME: pod },
    bootstrap: bootstrapOf({
      node: { id: pod, cluster: `${namespace}/${name}` },
      listeners: [
        {
          name: `${namespace}/${name}/http`,
          port,
          statPrefix: "http-10080",
          accessLog: logs("Route"),
          listenerLog: logs("Listener"),
          upstreamLog: logs("Upstream"),
          tracing:
            tracing === undefined
              ? null
              : {
                  client_sampling: { value: 0 },
                  random_sampling: { value: Number(at(tracing, "samplingRate")) },
                  overall_sampling: { value: 100 },
                  spawn_upstream_span: true,
                  max_path_tag_length: 256,
                  custom_tags: tagsOf(mapAt(tracing, "tags")),
                  provider: otlpTracer("tracing_otel_0", `${name}.${namespace}`),
                },
          routes: [
            route("/v1/", 0),
            route("/tool/", 1),
            route("/api/", 2),
            route("/dead/", 3, `httproute/${namespace}/dead/rule/0`),
          ],
        },
      ],
      clusters: [
        cluster(backend, upstream),
        cluster(`httproute/${namespace}/dead/rule/0`, dead),
        otlpCluster("accesslog_otel_0_0", otlp),
        otlpCluster("tracing_otel_0", otlp),
        otlpCluster("metrics_otel_0", otlp),
      ],
      statsSink:
        sink === undefined
          ? null
          : extension("envoy.stat_sinks.open_telemetry", "envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig", {
              grpc_service: grpcTo("metrics_otel_0"),
              resource_detectors: [
                extension(
                  "envoy.tracers.opentelemetry.resource_detectors.static_config",
                  "envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig",
                  { attributes: mapAt(sink, "resourceAttributes") },
                ),
              ],
            }),
    }),
  };
};
