import type { Json } from "../../../src/base/canonical.ts";

/** Envoy's own config, as the control planes would write it: the parts that all of them share. */

export type JsonMap = { readonly [key: string]: Json | undefined };

/** An extension: its name, the message it is configured by, and that message. */
export const extension = (name: string, type: string, config: JsonMap = {}): Json => ({
  name,
  typed_config: { "@type": `type.googleapis.com/${type}`, ...config },
});

const address = (port: number): Json => ({ socket_address: { address: "127.0.0.1", port_value: port } });

export const cluster = (name: string, port: number, more: JsonMap = {}): Json => ({
  name,
  type: "STATIC",
  connect_timeout: "2s",
  load_assignment: {
    cluster_name: name,
    endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }],
  },
  ...more,
});

/** A cluster that is spoken to over HTTP/2. Where telemetry goes is one; every control plane gives it a name of its own. */
export const otlpCluster = (name: string, port: number): Json =>
  cluster(name, port, {
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  });

export const grpcTo = (clusterName: string): Json => ({ envoy_grpc: { cluster_name: clusterName } });

/** OTLP attributes of text. */
export const keyValues = (values: JsonMap): Json => ({
  values: Object.entries(values).map(([key, value]) => ({ key, value: { string_value: String(value) } })),
});

const accessLogType = "envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig";

/** Flushed often, so that nobody has to wait for the usual second. */
export const otlpAccessLog = (clusterName: string, config: JsonMap, more: JsonMap = {}): Json => ({
  ...(extension("envoy.access_loggers.open_telemetry", accessLogType, {
    common_config: {
      log_name: "otel_envoy_accesslog",
      transport_api_version: "V3",
      grpc_service: grpcTo(clusterName),
      buffer_flush_interval: "0.1s",
    },
    ...config,
  }) as JsonMap),
  ...more,
});

export const otlpTracer = (clusterName: string, serviceName: string | null, more: JsonMap = {}): Json =>
  extension("envoy.tracers.opentelemetry", "envoy.config.trace.v3.OpenTelemetryConfig", {
    grpc_service: grpcTo(clusterName),
    ...(serviceName === null ? {} : { service_name: serviceName }),
    ...more,
  });

export type Route = {
  readonly name?: string;
  readonly prefix: string;
  readonly cluster: string;
  /** What its spans are called. */
  readonly operation?: string;
  /** Further attempts after an answer of 5xx. */
  readonly retries?: number;
};

export type HttpListener = {
  readonly name: string;
  readonly port: number;
  readonly statPrefix: string;
  readonly direction?: "INBOUND" | "OUTBOUND";
  readonly tracing: Json | null;
  readonly accessLog: readonly Json[];
  /** Of connections. */
  readonly listenerLog?: readonly Json[];
  /** Of requests to the upstream. */
  readonly upstreamLog?: readonly Json[];
  readonly routes: readonly Route[];
};

const httpListener = (listener: HttpListener): Json => ({
  name: listener.name,
  address: address(listener.port),
  // Else two Envoys could listen on one port, and each get some of its connections.
  enable_reuse_port: false,
  ...(listener.direction === undefined ? {} : { traffic_direction: listener.direction }),
  ...(listener.listenerLog === undefined ? {} : { access_log: listener.listenerLog }),
  filter_chains: [
    {
      filters: [
        extension(
          "envoy.filters.network.http_connection_manager",
          "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
          {
            stat_prefix: listener.statPrefix,
            use_remote_address: listener.direction !== "INBOUND",
            ...(listener.tracing === null ? {} : { tracing: listener.tracing }),
            access_log: listener.accessLog,
            http_filters: [
              extension("envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router", {
                ...(listener.upstreamLog === undefined ? {} : { upstream_log: listener.upstreamLog }),
              }),
            ],
            route_config: {
              name: listener.name,
              virtual_hosts: [
                {
                  name: `${listener.name}/chat_example_com`,
                  domains: ["*"],
                  routes: listener.routes.map(({ name, prefix, cluster: to, operation, retries }) => ({
                    ...(name === undefined ? {} : { name }),
                    ...(operation === undefined ? {} : { decorator: { operation } }),
                    match: { prefix },
                    route: {
                      cluster: to,
                      ...(retries === undefined
                        ? {}
                        : {
                            retry_policy: {
                              retry_on: "5xx",
                              num_retries: retries,
                              retry_back_off: { base_interval: "0.005s" },
                            },
                          }),
                    },
                  })),
                },
              ],
            },
          },
        ),
      ],
    },
  ],
});

export const bootstrapOf = (parts: {
  readonly node: { readonly id: string; readonly cluster: string };
  readonly listeners: readonly HttpListener[];
  readonly clusters: readonly Json[];
  readonly statsSink?: Json | null;
}): Json => ({
  node: parts.node,
  ...(parts.statsSink ? { stats_sinks: [parts.statsSink], stats_flush_interval: "0.5s" } : {}),
  static_resources: { listeners: parts.listeners.map(httpListener), clusters: parts.clusters },
  // Spans wait five seconds for company otherwise.
  layered_runtime: {
    layers: [{ name: "test", static_layer: { "tracing.opentelemetry.flush_interval_ms": 100 } }],
  },
});
