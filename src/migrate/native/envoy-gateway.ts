import { envoyLogFormat, headerOperator } from "../../dataplane/envoy-fields.ts";
import type { Cited, Sketch, SketchProvider } from "../sketch.ts";
import { list, map, type Out, value } from "../yaml-out.ts";
import { addressOf, conditionOf, isAll, type NativeWriter, percentText, providerOfText, type Tell } from "./native.ts";

const operators = new Map(envoyLogFormat);

/** A Service by reference, any other gRPC address by host and port. */
const backend = (
  provider: SketchProvider,
  cited: Cited<unknown>,
): readonly (readonly [string, Out | null])[] | null => {
  if (provider.kind === "service")
    return [
      [
        "backendRefs",
        list([
          map(
            ["name", value(provider.name, cited)],
            ["namespace", value(provider.namespace, cited)],
            ["port", value(provider.port, cited)],
          ),
        ]),
      ],
    ];
  const address = addressOf(provider);
  return address === null
    ? null
    : [
        ["host", value(address.host, cited)],
        ["port", value(address.port, cited)],
      ];
};

const tracing = ({ tracing: block }: Sketch, tell: Tell): Out | null => {
  if (block === undefined) return null;
  if (block.enabled?.value === false) tell.cannot(block.enabled, "leave tracing out of EnvoyProxy: it has no switch");
  else tell.said(block.enabled, "spec.telemetry.tracing");
  const entries = block.provider === undefined ? [] : backend(block.provider.value, block.provider);
  if (entries === null) tell.cannot(block.provider, "Envoy sends OTLP over gRPC to a Service, or a host and port");
  else tell.said(block.provider, "spec.telemetry.tracing.provider");
  for (const header of block.headers ?? []) tell.cannot(header, "headers of an exporter may be credentials");
  let rates: (readonly [string, Out])[] = [];
  const parent = block.parent?.value;
  const parentAll = parent !== null && parent !== undefined && isAll(parent);
  if (block.rate !== undefined) {
    const { numerator, denominator } = block.rate.value;
    const percent = percentText(block.rate.value, 0);
    if (block.parent === undefined || parentAll || isAll(block.rate.value)) {
      rates = [
        percent === null
          ? [
              "samplingFraction",
              map(["numerator", value(numerator, block.rate)], ["denominator", value(denominator, block.rate)]),
            ]
          : ["samplingRate", value(percent, block.rate)],
      ];
      tell.said(block.rate, "spec.telemetry.tracing.samplingFraction");
    } else {
      rates = [
        [
          "samplingFraction",
          map(["numerator", value(numerator, block.rate)], ["denominator", value(denominator, block.rate)]),
        ],
      ];
      tell.said(block.rate, "spec.telemetry.tracing.samplingFraction");
    }
  }
  if (block.parent !== undefined) {
    if (parentAll) tell.said(block.parent, "spec.telemetry.tracing", "Envoy always keeps what the parent sampled");
    else
      tell.cannot(
        block.parent,
        parent === null
          ? "Envoy always keeps what the parent sampled"
          : "Envoy has no second rate for traces whose parent was sampled",
      );
  }
  for (const format of block.propagation ?? []) {
    if (/^w3c$/i.test(format.value))
      tell.said(format, "spec.telemetry.tracing.provider.type", "Envoy's OpenTelemetry tracer propagates W3C");
    else tell.cannot(format, "Envoy's OpenTelemetry tracer propagates W3C only");
  }
  const tags = (block.attributes ?? []).flatMap((attribute): (readonly [string, Out])[] => {
    const { name, source } = attribute.value;
    if (source.from === "attribute" || (source.from === "literal" && source.value.includes("%"))) {
      tell.cannot(
        attribute,
        source.from === "attribute"
          ? "a tag is a literal, a header or a command operator"
          : "a percent sign begins a command operator there",
      );
      return [];
    }
    tell.said(attribute, `spec.telemetry.tracing.tags.${name}`);
    return [[name, value(source.from === "literal" ? source.value : `%REQ(${source.name.toUpperCase()})%`, attribute)]];
  });
  if (block.serviceName !== undefined)
    tell.cannot(block.serviceName, "a service name of its own would hide which Gateway a span is of");
  if (block.spanName !== undefined && !block.spanName.value.includes("%"))
    tell.said(block.spanName, "spec.telemetry.tracing.spanName.server");
  else tell.cannot(block.spanName, "a percent sign begins a command operator there");
  if (block.enabled?.value === false) return null;
  return map(
    ...rates,
    entries === null || entries.length === 0
      ? null
      : [
          "provider",
          map(block.provider === undefined ? null : ["type", value("OpenTelemetry", block.provider)], ...entries),
        ],
    tags.length === 0 ? null : ["tags", map(...tags)],
    block.spanName === undefined || block.spanName.value.includes("%")
      ? null
      : ["spanName", map(["server", value(block.spanName.value, block.spanName)])],
  );
};

const logs = ({ logs: block }: Sketch, tell: Tell): Out | null => {
  if (block === undefined) return null;
  if (block.enabled?.value === false) {
    tell.said(block.enabled, "spec.telemetry.accessLog.disable");
    return map(["disable", value(true, block.enabled)]);
  }
  tell.said(block.enabled, "spec.telemetry.accessLog.settings");
  const fields = block.fields ?? [];
  const anchor = block.provider ?? block.enabled ?? fields[0] ?? block.matches?.[0] ?? block.format;
  if (anchor === undefined) return null;
  const endpoint = block.provider?.value ?? null;
  const entries =
    endpoint === null || block.provider === undefined ? null : backend(providerOfText(endpoint), block.provider);
  if (endpoint !== null && entries === null)
    tell.cannot(block.provider, "Envoy sends OTLP over gRPC to a Service, or a host and port");
  else tell.said(block.provider, "spec.telemetry.accessLog.settings[0].sinks");
  const sink =
    entries === null
      ? map(["type", value("File", anchor)], ["file", map(["path", value("/dev/stdout", anchor)])])
      : map(["type", value("OpenTelemetry", anchor)], ["openTelemetry", map(...entries)]);
  const isText = block.format?.value === "Text";
  for (const field of fields) {
    if (isText) tell.cannot(field, "a text format is one text, in which a policy has no say");
    else tell.said(field, "spec.telemetry.accessLog.settings[0].format.json");
  }
  if (isText) tell.cannot(block.format, "a text format needs its text, which a policy does not have");
  else tell.said(block.format, "spec.telemetry.accessLog.settings[0].format.type");
  const json = fields.map((field): readonly [string, Out] => [
    field.value,
    value(operators.get(field.value) ?? headerOperator(field.value), field),
  ]);
  const condition = block.matches === undefined || block.matches.length === 0 ? null : conditionOf(block.matches);
  for (const match of block.matches ?? []) {
    if (condition === null) tell.cannot(match, "its text cannot be written as a CEL literal");
    else
      tell.said(
        match,
        "spec.telemetry.accessLog.settings[0].matches",
        "cel" in match.value ? undefined : "as a condition on request.url_path",
      );
  }
  const [first] = block.matches ?? [];
  return map([
    "settings",
    list([
      map(
        ["type", value("Route", anchor)],
        condition === null || first === undefined ? null : ["matches", list([value(condition, first)])],
        json.length === 0 || isText
          ? null
          : [
              "format",
              map(
                ["type", value("JSON", ...(block.format === undefined ? [] : [block.format]))],
                ["json", map(...json)],
              ),
            ],
        ["sinks", list([sink])],
      ),
    ]),
  ]);
};

const metrics = ({ metrics: block }: Sketch, tell: Tell): Out | null => {
  if (block === undefined) return null;
  for (const override of block.overrides ?? []) {
    const why = "Envoy Gateway cannot label or rename a metric by a request's values";
    tell.cannot(override.name, why);
    tell.cannot(override.type, why);
    tell.cannot(
      override.disabled,
      "Envoy Gateway chooses stats by name patterns (metrics.matches), for all Gateways of the proxy",
    );
    for (const dimension of override.dimensions ?? []) tell.cannot(dimension, why);
  }
  tell.cannot(block.genAI, "Envoy has no token metrics");
  const provider = block.provider?.value;
  if (provider?.type !== "OTLP" || block.provider === undefined) {
    if (block.enabled?.value === false)
      tell.cannot(block.enabled, "Envoy's own stats cannot be turned off for one Gateway");
    else tell.said(block.enabled, "spec.telemetry.metrics.prometheus", "on by default");
    if (provider?.endpoint === null) tell.said(block.provider, "spec.telemetry.metrics.prometheus", "on by default");
    else tell.cannot(block.provider, "Envoy is scraped; it does not write remotely");
    return null;
  }
  const entries = backend(providerOfText(provider.endpoint), block.provider);
  if (entries === null) {
    tell.cannot(block.provider, "Envoy sends OTLP over gRPC to a Service, or a host and port");
    return null;
  }
  tell.said(block.provider, "spec.telemetry.metrics.sinks");
  tell.said(block.enabled, "spec.telemetry.metrics.sinks");
  return map([
    "sinks",
    list([map(["type", value("OpenTelemetry", block.provider)], ["openTelemetry", map(...entries)])]),
  ]);
};

export const envoyGatewayNative: NativeWriter = {
  name: "envoy-gateway",
  title: "Envoy Gateway",
  write: (sketch, tell) => {
    const gateways = sketch.targets.filter((target) => {
      if (target.value.kind === "Gateway") return true;
      tell.cannot(target, "Envoy Gateway has Gateways and no mesh");
      return false;
    });
    const [first] = gateways;
    if (first === undefined) return [];
    const proxy = (namespace: string): Out =>
      map(
        ["apiVersion", value("gateway.envoyproxy.io/v1alpha1")],
        ["kind", value("EnvoyProxy")],
        ["metadata", map(["name", value(sketch.name)], ["namespace", value(namespace)])],
        [
          "spec",
          map([
            "telemetry",
            map(
              ["tracing", tracing(sketch, tell)],
              ["accessLog", logs(sketch, tell)],
              ["metrics", metrics(sketch, tell)],
            ),
          ]),
        ],
      );
    const namespaces = [...new Set(gateways.map(({ value: { namespace } }) => namespace))];
    return [
      ...namespaces.map(proxy),
      ...gateways.map((target) => {
        tell.said(target, "Gateway spec.infrastructure.parametersRef");
        return map(
          ["apiVersion", value("gateway.networking.k8s.io/v1")],
          ["kind", value("Gateway")],
          [
            "metadata",
            map(["name", value(target.value.name, target)], ["namespace", value(target.value.namespace, target)]),
          ],
          [
            "spec",
            map([
              "infrastructure",
              map([
                "parametersRef",
                map(
                  ["group", value("gateway.envoyproxy.io")],
                  ["kind", value("EnvoyProxy")],
                  ["name", value(sketch.name)],
                ),
              ]),
            ]),
          ],
        );
      }),
    ];
  },
};
