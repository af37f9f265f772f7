import type { Cited, Sketch, SketchProvider, SketchSource } from "../sketch.ts";
import { list, map, type Out, value } from "../yaml-out.ts";
import { celOf, conditionOf, isAll, type NativeWriter, providerOfText, type Tell } from "./native.ts";

/** Envoy's names of the same values in agentgateway's CEL. */
const inTheirWords = (cel: string): string =>
  cel.replace(/\brequest\.url_path\b/g, "request.path").replace(/\bresponse\.grpc_status\b/g, "response.grpcStatus");

const backend = (provider: SketchProvider, cited: Cited<unknown>): readonly (readonly [string, Out])[] => {
  if (provider.kind === "service")
    return [
      [
        "backendRef",
        map(
          ["name", value(provider.name, cited)],
          ["namespace", value(provider.namespace, cited)],
          ["port", value(provider.port, cited)],
        ),
      ],
    ];
  const { endpoint } = provider;
  if (/^https?:/.test(endpoint))
    return [
      ["url", value(endpoint, cited)],
      ["protocol", value("HTTP", cited)],
    ];
  return [
    [
      "url",
      value(
        endpoint.startsWith("grpcs://") ? `https://${endpoint.slice("grpcs://".length)}` : `http://${endpoint}`,
        cited,
      ),
    ],
  ];
};

const added = (name: string, source: SketchSource, cited: Cited<unknown>): Out | null => {
  const expression = celOf(source);
  return expression === null
    ? null
    : map(["name", value(name, cited)], ["expression", value(inTheirWords(expression), cited)]);
};

const share = ({
  numerator,
  denominator,
}: {
  readonly numerator: number;
  readonly denominator: number;
}): string | null => {
  if (numerator === denominator) return "true";
  const text = String(numerator / denominator);
  return /^0(?:\.\d{1,8})?$/.test(text) ? text : null;
};

const tracing = ({ tracing: block }: Sketch, tell: Tell): Out | null => {
  if (block === undefined) return null;
  if (block.enabled?.value === false) {
    tell.cannot(block.enabled, "leave tracing out of the policy: it is off unless it samples");
    return null;
  }
  tell.said(block.enabled, "spec.frontend.tracing");
  tell.said(block.provider, "spec.frontend.tracing");
  for (const header of block.headers ?? []) tell.cannot(header, "headers of an exporter may be credentials");
  const random = block.rate === undefined ? null : share(block.rate.value);
  if (block.rate !== undefined && random === null) tell.cannot(block.rate, "its decimals do not end");
  else tell.said(block.rate, "spec.frontend.tracing.randomSampling");
  const parent = block.parent?.value ?? null;
  const client = parent === null ? null : share(parent);
  if (block.parent !== undefined && (parent === null || client === null))
    tell.cannot(
      block.parent,
      parent === null ? "clientSampling always applies where there is a parent" : "its decimals do not end",
    );
  else
    tell.said(
      block.parent,
      "spec.frontend.tracing.clientSampling",
      parent !== null && isAll(parent) ? "that is its default" : undefined,
    );
  for (const format of block.propagation ?? []) {
    if (/^w3c$/i.test(format.value)) tell.said(format, "spec.frontend.tracing", "agentgateway propagates W3C");
    else tell.cannot(format, "agentgateway propagates W3C only");
  }
  tell.cannot(block.serviceName, "service.name is the Gateway's name there, by which its telemetry is recognised");
  const attributes = (block.attributes ?? []).flatMap((attribute): Out[] => {
    const out = added(attribute.value.name, attribute.value.source, attribute);
    if (out === null) {
      tell.cannot(attribute, "no CEL expression of agentgateway gives that value");
      return [];
    }
    tell.said(attribute, "spec.frontend.tracing.attributes.add");
    return [out];
  });
  if (block.spanName !== undefined) {
    const out = added("span.name", { from: "literal", value: block.spanName.value }, block.spanName);
    if (out === null) tell.cannot(block.spanName, "its text cannot be written as a CEL literal");
    else {
      attributes.push(out);
      tell.said(block.spanName, "spec.frontend.tracing.attributes.add[span.name]");
    }
  }
  return map(
    ...(block.provider === undefined ? [] : backend(block.provider.value, block.provider)),
    random === null || block.rate === undefined ? null : ["randomSampling", value(random, block.rate)],
    client === null || block.parent === undefined || (parent !== null && isAll(parent))
      ? null
      : ["clientSampling", value(client, block.parent)],
    attributes.length === 0 ? null : ["attributes", map(["add", list(attributes)])],
  );
};

const logs = ({ logs: block }: Sketch, tell: Tell): Out | null => {
  if (block === undefined) return null;
  if (block.enabled?.value === false) {
    tell.said(block.enabled, "spec.frontend.accessLog.filter");
    return map(["filter", value("false", block.enabled)]);
  }
  const anchor = block.provider ?? block.matches?.[0];
  if (anchor === undefined) tell.cannot(block.enabled, "access logs are on by default");
  else tell.said(block.enabled, "spec.frontend.accessLog");
  tell.said(block.provider, "spec.frontend.accessLog.otlp");
  tell.cannot(block.format, "the format is that of the whole gateway (AgentgatewayParameters logging.format)");
  for (const field of block.fields ?? [])
    tell.cannot(field, "fields are its own, to which some can be added and some removed");
  const condition = block.matches === undefined || block.matches.length === 0 ? null : conditionOf(block.matches);
  for (const match of block.matches ?? []) {
    if (condition === null) tell.cannot(match, "its text cannot be written as a CEL literal");
    else
      tell.said(
        match,
        "spec.frontend.accessLog.filter",
        "cel" in match.value ? undefined : "as a condition on request.path",
      );
  }
  const [first] = block.matches ?? [];
  const out = map(
    condition === null || first === undefined ? null : ["filter", value(inTheirWords(condition), first)],
    block.provider === undefined || block.provider.value === null
      ? null
      : ["otlp", map(...backend(providerOfText(block.provider.value), block.provider))],
  );
  return out.kind === "map" && out.entries.length === 0 ? null : out;
};

const metrics = ({ metrics: block }: Sketch, tell: Tell): Out | null => {
  if (block === undefined) return null;
  tell.cannot(block.provider, "its metrics are scraped, never pushed");
  tell.cannot(block.genAI, "token metrics are always on there");
  const keys = new Map<string, Out>();
  for (const override of block.overrides ?? []) {
    tell.cannot(override.disabled, "a family cannot be turned off by a policy of agentgateway");
    tell.cannot(override.type, "a metric's type is fixed");
    let any = false;
    for (const dimension of override.dimensions ?? []) {
      const out =
        dimension.value.source === null ? null : added(dimension.value.key, dimension.value.source, dimension);
      if (out === null)
        tell.cannot(
          dimension,
          dimension.value.source === null
            ? "labels cannot be removed there"
            : "no CEL expression of agentgateway gives that value",
        );
      else {
        keys.set(dimension.value.key, keys.get(dimension.value.key) ?? out);
        tell.said(dimension, "spec.frontend.metrics.attributes.add", "on every family");
        any = true;
      }
    }
    if (any) tell.said(override.name, "spec.frontend.metrics.attributes.add", "on every family");
    else tell.cannot(override.name, "nothing of it can be said");
  }
  if (keys.size === 0) tell.cannot(block.enabled, "metrics are always on there");
  else tell.said(block.enabled, "spec.frontend.metrics");
  return keys.size === 0 ? null : map(["attributes", map(["add", list([...keys.values()])])]);
};

export const agentgatewayNative: NativeWriter = {
  name: "agentgateway",
  title: "agentgateway",
  write: (sketch, tell) => {
    const gateways = sketch.targets.filter((target) => {
      if (target.value.kind === "Gateway") return true;
      tell.cannot(target, "agentgateway has Gateways and no mesh");
      return false;
    });
    const [first] = gateways;
    if (first === undefined) return [];
    for (const target of gateways) tell.said(target, "spec.targetRefs");
    const frontend = map(
      ["tracing", tracing(sketch, tell)],
      ["accessLog", logs(sketch, tell)],
      ["metrics", metrics(sketch, tell)],
    );
    if (frontend.kind === "map" && frontend.entries.length === 0) return [];
    return [
      map(
        ["apiVersion", value("agentgateway.dev/v1alpha1")],
        ["kind", value("AgentgatewayPolicy")],
        ["metadata", map(["name", value(sketch.name)], ["namespace", value(first.value.namespace)])],
        [
          "spec",
          map(
            [
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
            ["frontend", frontend],
          ),
        ],
      ),
    ];
  },
};
