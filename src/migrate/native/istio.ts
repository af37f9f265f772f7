import { envoyLogFormat, headerOperator } from "../../dataplane/envoy-fields.ts";
import type { Cited, Sketch, SketchProvider } from "../sketch.ts";
import { list, map, type Out, value } from "../yaml-out.ts";
import {
  addressOf,
  celOf,
  conditionOf,
  isAll,
  type NativeWriter,
  percentText,
  providerOfText,
  type Tell,
} from "./native.ts";

const metricNames: { readonly [name: string]: string } = {
  request_count: "REQUEST_COUNT",
  request_duration: "REQUEST_DURATION",
  request_size: "REQUEST_SIZE",
  response_size: "RESPONSE_SIZE",
  istio_tcp_connections_opened_total: "TCP_OPENED_CONNECTIONS",
  istio_tcp_connections_closed_total: "TCP_CLOSED_CONNECTIONS",
  istio_tcp_sent_bytes_total: "TCP_SENT_BYTES",
  istio_tcp_received_bytes_total: "TCP_RECEIVED_BYTES",
  istio_request_messages_total: "GRPC_REQUEST_MESSAGES",
  istio_response_messages_total: "GRPC_RESPONSE_MESSAGES",
};

type Providers = { kind: "opentelemetry" | "envoyOtelAls"; name: string; out: Out }[];

const operators = new Map(envoyLogFormat);

const tracing = ({ tracing: block, name }: Sketch, tell: Tell, providers: Providers): Out | null => {
  if (block === undefined) return null;
  const address = block.provider === undefined ? null : addressOf(block.provider.value);
  const isHttp = block.provider?.value.kind === "endpoint" && block.provider.value.endpoint.startsWith("http://");
  const http =
    isHttp && block.provider?.value.kind === "endpoint"
      ? addressOf({ kind: "endpoint", endpoint: block.provider.value.endpoint.slice("http://".length) })
      : null;
  const at = address ?? http;
  let named: Out | null = null;
  if (block.provider !== undefined && at === null)
    tell.cannot(block.provider, "an opentelemetry provider is a service and a port");
  else if (block.provider !== undefined && at !== null) {
    const provider = `${name}-traces`;
    providers.push({
      kind: "opentelemetry",
      name: provider,
      out: map(
        ["service", value(at.host, block.provider)],
        ["port", value(at.port, block.provider)],
        http === null ? null : ["http", map(["path", value("/v1/traces", block.provider)])],
      ),
    });
    named = list([map(["name", value(provider, block.provider)])]);
    tell.said(block.provider, "MeshConfig extensionProviders[].opentelemetry");
  }
  for (const header of block.headers ?? [])
    tell.cannot(header, "headers of a provider may be credentials, and MeshConfig is read by many");
  const percent = block.rate === undefined ? null : percentText(block.rate.value, 2);
  if (block.rate !== undefined && percent === null) tell.cannot(block.rate, "Istio's percentage has steps of 0.01");
  else tell.said(block.rate, "spec.tracing[0].randomSamplingPercentage");
  if (block.parent !== undefined) {
    if (block.parent.value === null) tell.cannot(block.parent, "Istio always keeps what the parent sampled");
    else if (isAll(block.parent.value))
      tell.said(block.parent, "spec.tracing[0]", "Istio always keeps what the parent sampled");
    else tell.cannot(block.parent, "Istio has no second rate for traces whose parent was sampled");
  }
  for (const format of block.propagation ?? []) {
    if (/^w3c$/i.test(format.value))
      tell.said(format, "MeshConfig extensionProviders[].opentelemetry", "it propagates W3C");
    else tell.cannot(format, "only a zipkin provider propagates B3");
  }
  tell.cannot(block.serviceName, "Istio names its proxies by their workload");
  tell.cannot(block.spanName, "Istio names spans by their route");
  const tags = (block.attributes ?? []).flatMap((attribute): (readonly [string, Out])[] => {
    const { name: tag, source } = attribute.value;
    if (source.from === "attribute") {
      tell.cannot(attribute, "a custom tag is a literal, a header or an environment variable");
      return [];
    }
    tell.said(attribute, `spec.tracing[0].customTags.${tag}`);
    return [
      [
        tag,
        source.from === "literal"
          ? map(["literal", map(["value", value(source.value, attribute)])])
          : map(["header", map(["name", value(source.name, attribute)])]),
      ],
    ];
  });
  if (block.enabled !== undefined) tell.said(block.enabled, "spec.tracing[0].disableSpanReporting");
  const entry = map(
    named === null ? null : ["providers", named],
    percent === null || block.rate === undefined ? null : ["randomSamplingPercentage", value(percent, block.rate)],
    block.enabled?.value === false ? ["disableSpanReporting", value(true, block.enabled)] : null,
    tags.length === 0 ? null : ["customTags", map(...tags)],
  );
  return entry.kind === "map" && entry.entries.length === 0 ? null : list([entry]);
};

const metrics = ({ metrics: block }: Sketch, tell: Tell): Out | null => {
  if (block === undefined) return null;
  if (block.enabled?.value === false) {
    tell.said(block.enabled, "spec.metrics[0].overrides[0].disabled");
    return list([
      map([
        "overrides",
        list([
          map(
            ["match", map(["metric", value("ALL_METRICS", block.enabled)])],
            ["disabled", value(true, block.enabled)],
          ),
        ]),
      ]),
    ]);
  }
  const prometheus =
    block.provider?.value.type === "Prometheus" && block.provider.value.endpoint === null ? block.provider : undefined;
  if (prometheus !== undefined) tell.said(prometheus, "spec.metrics[0].providers");
  else tell.cannot(block.provider, "Istio implements the prometheus provider only");
  if (prometheus === undefined) tell.cannot(block.enabled, "without a provider there is nothing to turn on");
  else tell.said(block.enabled, "spec.metrics[0].providers");
  tell.cannot(block.genAI, "Istio has no token metrics");
  const overrides = (block.overrides ?? []).flatMap((override): Out[] => {
    const metric = metricNames[override.name.value];
    if (override.type !== undefined)
      tell.said(override.type, "spec.metrics[0].overrides[]", "a metric's type is fixed");
    const tags = (override.dimensions ?? []).flatMap((dimension): (readonly [string, Out])[] => {
      const { key, source } = dimension.value;
      const expression = source === null ? null : celOf(source);
      if (source !== null && expression === null) {
        tell.cannot(dimension, "no CEL attribute of Istio holds that value");
        return [];
      }
      tell.said(dimension, `spec.metrics[0].overrides[].tagOverrides.${key}`);
      return [
        [
          key,
          expression === null
            ? map(["operation", value("REMOVE", dimension)])
            : map(["value", value(expression, dimension)]),
        ],
      ];
    });
    if (override.disabled?.value !== true && tags.length === 0) {
      tell.cannot(override.name, "nothing of it can be said");
      return [];
    }
    tell.said(override.name, "spec.metrics[0].overrides[].match");
    tell.said(override.disabled, "spec.metrics[0].overrides[].disabled");
    return [
      map(
        [
          "match",
          map([metric === undefined ? "customMetric" : "metric", value(metric ?? override.name.value, override.name)]),
        ],
        override.disabled?.value === true ? ["disabled", value(true, override.disabled)] : null,
        tags.length === 0 ? null : ["tagOverrides", map(...tags)],
      ),
    ];
  });
  const entry = map(
    prometheus === undefined ? null : ["providers", list([map(["name", value("prometheus", prometheus)])])],
    ["overrides", list(overrides)],
  );
  return entry.kind === "map" && entry.entries.length === 0 ? null : list([entry]);
};

const logs = ({ logs: block, name }: Sketch, tell: Tell, providers: Providers): Out | null => {
  if (block === undefined) return null;
  if (block.enabled?.value === false) {
    tell.said(block.enabled, "spec.accessLogging[0].disabled");
    return list([map(["disabled", value(true, block.enabled)])]);
  }
  const fields = block.fields ?? [];
  const endpoint = block.provider?.value ?? null;
  const provider: SketchProvider | null = endpoint === null ? null : providerOfText(endpoint);
  const address = provider === null ? null : addressOf(provider);
  let named = "envoy";
  const anchor: Cited<unknown> | undefined = block.provider ?? block.enabled ?? fields[0] ?? block.matches?.[0];
  if (block.provider !== undefined && endpoint !== null && address === null)
    tell.cannot(block.provider, "an envoyOtelAls provider is a service and a port, over gRPC");
  else if (address !== null && block.provider !== undefined) {
    named = `${name}-logs`;
    const labels = fields.map((field): readonly [string, Out] => {
      tell.said(field, "MeshConfig extensionProviders[].envoyOtelAls.logFormat.labels");
      return [field.value, value(operators.get(field.value) ?? headerOperator(field.value), field)];
    });
    if (labels.length > 0 || block.format?.value === "JSON")
      tell.said(block.format, "MeshConfig extensionProviders[].envoyOtelAls.logFormat");
    else tell.cannot(block.format, "a text format needs its text, which a policy does not have");
    providers.push({
      kind: "envoyOtelAls",
      name: named,
      out: map(
        ["service", value(address.host, block.provider)],
        ["port", value(address.port, block.provider)],
        labels.length === 0 ? null : ["logFormat", map(["labels", map(...labels)])],
      ),
    });
    tell.said(block.provider, "MeshConfig extensionProviders[].envoyOtelAls");
  } else {
    for (const field of fields)
      tell.cannot(field, "the format of Istio's built-in file log is mesh-wide (meshConfig.accessLogFormat)");
    tell.cannot(block.format, "the format of Istio's built-in file log is mesh-wide (meshConfig.accessLogEncoding)");
  }
  const condition = block.matches === undefined || block.matches.length === 0 ? null : conditionOf(block.matches);
  for (const match of block.matches ?? []) {
    if (condition === null) tell.cannot(match, "its text cannot be written as a CEL literal");
    else
      tell.said(
        match,
        "spec.accessLogging[0].filter.expression",
        "cel" in match.value ? undefined : "as a condition on request.url_path",
      );
  }
  if (anchor === undefined) return null;
  tell.said(block.enabled, "spec.accessLogging[0]");
  const [first] = block.matches ?? [];
  return list([
    map(
      ["providers", list([map(["name", value(named, anchor)])])],
      condition === null || first === undefined ? null : ["filter", map(["expression", value(condition, first)])],
    ),
  ]);
};

export const istioNative: NativeWriter = {
  name: "istio",
  title: "Istio",
  write: (sketch, tell) => {
    const providers: Providers = [];
    const gateways = sketch.targets.filter(({ value: { kind } }) => kind === "Gateway");
    const [first] = sketch.targets;
    if (first === undefined) return [];
    for (const target of sketch.targets)
      tell.said(target, target.value.kind === "Gateway" ? "spec.targetRefs" : "metadata.namespace");
    const spec = map(
      gateways.length === 0
        ? null
        : [
            "targetRefs",
            list(
              gateways.map((target) =>
                map(
                  ["group", value("gateway.networking.k8s.io", target)],
                  ["kind", value("Gateway", target)],
                  ["name", value(target.value.name, target)],
                ),
              ),
            ),
          ],
      ["tracing", tracing(sketch, tell, providers)],
      ["metrics", metrics(sketch, tell)],
      ["accessLogging", logs(sketch, tell, providers)],
    );
    const telemetry = map(
      ["apiVersion", value("telemetry.istio.io/v1")],
      ["kind", value("Telemetry")],
      [
        "metadata",
        map(
          ["name", value(sketch.name)],
          ["namespace", value(first.value.kind === "Gateway" ? first.value.namespace : first.value.name)],
        ),
      ],
      ["spec", spec],
    );
    const mesh = map([
      "meshConfig",
      map([
        "extensionProviders",
        list(providers.map(({ kind, name, out }) => map(["name", value(name)], [kind, out]))),
      ]),
    ]);
    return providers.length === 0 ? [telemetry] : [mesh, telemetry];
  },
};
