import type { Rate } from "../../policy/types.ts";
import { isHeaderName } from "../../policy/values/name.ts";
import type { YamlNode } from "../../policy/yaml-node.ts";
import {
  backendOf,
  fractionRate,
  isLocal,
  keepNative,
  literalProblem,
  lost,
  lostSecret,
  nameProblem,
  percentRate,
  providerAt,
  type Reading,
  unknownFields,
  wrong,
} from "../reading.ts";
import type { Cited, SketchSource, SketchTracing } from "../sketch.ts";
import { at, entriesOf, itemsOf, numberOf, wordOf } from "../tree.ts";
import { formatSource } from "./envoy-format.ts";

const all: Rate = { numerator: 100, denominator: 100 };
const none: Rate = { numerator: 0, denominator: 100 };
const proxyFirst = "the agent samples now: let Envoy send all (samplingRate: 100), or the two rates multiply";

type Rates = { readonly rate?: Cited<Rate>; readonly parent?: Cited<Rate | null> };

/** Envoy obeys what the parent decided, unless a sampler of OpenTelemetry says otherwise. */
const ratesOf = (reading: Reading, tracing: YamlNode): Rates => {
  const sampler = at(tracing, "provider", "openTelemetry", "sampler");
  const percent = at(tracing, "samplingRate");
  const fraction = at(tracing, "samplingFraction");
  keepNative(reading, at(tracing, "clientSamplingFraction"), "what a client may force is decided before a span exists");
  keepNative(
    reading,
    at(tracing, "overallSamplingFraction"),
    "a cap that Envoy puts on all traces; what it drops never arrives",
  );
  if (sampler !== null) {
    if (percent !== null || fraction !== null)
      lost(reading, percent ?? fraction, "with a sampler Envoy Gateway sets its own rate to 100 %");
    const type = at(sampler, "type");
    const share = at(sampler, "samplingPercentage");
    const ratio = share === null ? null : fractionRate(reading, share);
    const word = wordOf(type) ?? "AlwaysOn";
    const anchor = type ?? sampler;
    const why = { how: "changed", why: proxyFirst } as const;
    switch (word) {
      case "AlwaysOn":
        return { rate: reading.cite(all, anchor) };
      case "AlwaysOff":
        return { rate: reading.cite(none, anchor, why) };
      case "TraceIdRatio":
        reading.note(type, { outcome: "carried", why: "as the rate" });
        return ratio === null ? {} : { rate: { ...ratio, ...why } };
      case "ParentBasedAlwaysOn":
        return { rate: reading.cite(all, anchor), parent: reading.cite(all, anchor) };
      case "ParentBasedAlwaysOff":
        return { rate: reading.cite(none, anchor, why), parent: reading.cite(all, anchor) };
      case "ParentBasedTraceIdRatio":
        return ratio === null ? {} : { rate: { ...ratio, ...why }, parent: reading.cite(all, anchor) };
      default:
        wrong(
          reading,
          anchor,
          "is no sampler of Envoy Gateway",
          "write AlwaysOn, AlwaysOff, TraceIdRatio or the ParentBased form of one",
        );
        return {};
    }
  }
  const node = percent ?? fraction;
  if (node === null) return {};
  if (percent !== null && fraction !== null)
    wrong(reading, fraction, "stands beside samplingRate", "keep one of the two");
  const number = numberOf(percent);
  const rate =
    percent === null
      ? fractionRate(reading, node)
      : number === null || percentRate(number) === null
        ? wrong(reading, percent, "is no percentage from 0 to 100", "write a number from 0 to 100")
        : reading.cite(percentRate(number) ?? all, percent);
  if (rate === null) return {};
  if (rate.value.numerator === rate.value.denominator) return { rate };
  const parent = reading.cite<Rate | null>(all, node, {
    how: "changed",
    why: "Envoy always keeps what the parent sampled",
  });
  return { rate: { ...rate, how: "changed", why: proxyFirst }, parent };
};

/** `customTags`, and `tags`, which win over them. */
const attributesOf = (
  reading: Reading,
  tracing: YamlNode,
): readonly Cited<{ name: string; source: SketchSource }>[] => {
  const found: Cited<{ name: string; source: SketchSource }>[] = [];
  const tags = entriesOf(at(tracing, "tags"));
  const add = (name: string, source: SketchSource, node: YamlNode): void => {
    const problem = nameProblem(name, "attribute") ?? (source.from === "literal" ? literalProblem(source.value) : null);
    if (problem === null) found.push(reading.cite({ name, source }, node));
    else lost(reading, node, problem);
  };
  for (const [name, tag] of entriesOf(at(tracing, "customTags"))) {
    if (tags.some(([other]) => other === name)) {
      lost(reading, tag, `tags has "${name}", too, and wins`);
      continue;
    }
    const type = wordOf(at(tag, "type"));
    const literal = at(tag, "literal", "value");
    const header = at(tag, "requestHeader", "name");
    if (type === "Literal" && literal !== null) add(name, { from: "literal", value: wordOf(literal) ?? "" }, literal);
    else if (type === "RequestHeader" && header !== null) {
      const headerName = wordOf(header) ?? "";
      if (isHeaderName(headerName)) add(name, { from: "header", name: headerName.toLowerCase() }, header);
      else wrong(reading, header, "is no header name", "write the header's name alone");
      keepNative(
        reading,
        at(tag, "requestHeader", "defaultValue"),
        "a policy leaves the attribute out where there is no header; the proxy's own tag has the default",
        `${JSON.stringify(name)}:\n  ${reading.text(tag).replaceAll("\n", "\n  ")}`,
      );
    } else if (type === "Environment") keepNative(reading, tag, "only the proxy knows its own environment");
    else
      wrong(
        reading,
        at(tag, "type") ?? tag,
        "is no type of tag",
        "write Literal, RequestHeader or Environment, with its block",
      );
    // The type says which block is meant, which the source says, too.
    if (type !== "Environment")
      reading.note(at(tag, "type"), { outcome: "carried", why: "as the source of the attribute" });
  }
  for (const [name, format] of tags) {
    const source = formatSource(wordOf(format) ?? "%");
    if (source === null)
      keepNative(
        reading,
        format,
        "only Envoy can evaluate its command operators",
        `${JSON.stringify(name)}: ${reading.text(format)}`,
      );
    else add(name, source, format);
  }
  for (const [name, literal] of entriesOf(at(tracing, "provider", "openTelemetry", "resourceAttributes"))) {
    if (/^k8s\.gateway\./.test(name)) keepNative(reading, literal, "it names the Gateway, as the agent wants it");
    else if (nameProblem(name, "attribute") === null)
      found.push(
        reading.cite({ name, source: { from: "literal", value: wordOf(literal) ?? "" } }, literal, {
          how: "changed",
          why: "on every span, not on their resource",
        }),
      );
    else lost(reading, literal, nameProblem(name, "attribute") ?? "");
  }
  return found;
};

/** Where OpenTelemetry spans go: a Service, or the deprecated host and port. */
export const sinkProvider = (reading: Reading, sink: YamlNode): SketchTracing["provider"] | null => {
  keepNative(reading, at(sink, "backendSettings"), "how Envoy connects to what it sends to is Envoy's");
  const [first, ...others] = itemsOf(at(sink, "backendRefs"));
  const single = at(sink, "backendRef");
  for (const other of others) lost(reading, other, "a policy has one backend per signal");
  const ref = first ?? single;
  if (ref !== undefined && ref !== null) return backendOf(reading, ref);
  const host = at(sink, "host");
  const port = at(sink, "port");
  const name = wordOf(host);
  if (host === null || name === null) return null;
  if (isLocal(name)) {
    lost(reading, host, `${name} is Envoy's own machine; the platform's default sink is used`);
    return null;
  }
  const number = numberOf(port) ?? 4317;
  if (port !== null) reading.note(port, { outcome: "carried", why: "with the host" });
  return reading.cite(providerAt(name, number), host);
};

const fields = [
  "samplingRate",
  "samplingFraction",
  "clientSamplingFraction",
  "overallSamplingFraction",
  "customTags",
  "tags",
  "spanName",
  "provider",
];

/** `spec.telemetry.tracing` of EnvoyProxy and of BackendTrafficPolicy. */
export const readEnvoyTracing = (reading: Reading, tracing: YamlNode): SketchTracing => {
  unknownFields(reading, tracing, fields);
  const provider = at(tracing, "provider");
  unknownFields(reading, provider, [
    "type",
    "host",
    "port",
    "backendRefs",
    "backendRef",
    "serviceName",
    "openTelemetry",
    "backendSettings",
    "zipkin",
  ]);
  const type = at(provider, "type");
  const word = wordOf(type) ?? "OpenTelemetry";
  let sink: SketchTracing["provider"] | null = null;
  const propagation: Cited<string>[] = [];
  if (provider !== null && word === "OpenTelemetry") {
    sink = sinkProvider(reading, provider);
    if (type !== null) reading.note(type, { outcome: "carried", why: "OTLP" });
  } else if (provider !== null && word === "Zipkin") {
    lost(
      reading,
      type,
      "Zipkin is no OTLP backend; the platform's default sink is used. Envoy must send OTLP to the agent",
    );
    for (const field of ["backendRefs", "host", "port"])
      lost(reading, at(provider, field), "the address of a backend that does not speak OTLP");
    if (type !== null)
      propagation.push(
        reading.cite("B3", type, {
          how: "changed",
          why: "Envoy's Zipkin tracer propagates B3",
          otherwise: "Envoy's OpenTelemetry tracer propagates W3C instead",
        }),
      );
    keepNative(reading, at(provider, "zipkin"), "settings of Envoy's Zipkin tracer");
  } else if (provider !== null) {
    if (word === "Datadog") lost(reading, provider, "Datadog is no OTLP backend; the platform's default sink is used");
    else wrong(reading, type ?? provider, "is no provider of Envoy Gateway", "write OpenTelemetry, Zipkin or Datadog");
  }
  const headers = itemsOf(at(provider, "openTelemetry", "headers")).map((header) => {
    lostSecret(reading, header);
    return header;
  });
  for (const [, header] of entriesOf(at(provider, "openTelemetry", "headers")))
    if (headers.length === 0) lostSecret(reading, header);
  const serviceName = at(provider, "serviceName");
  const server = at(tracing, "spanName", "server");
  keepNative(reading, at(tracing, "spanName", "client"), "names of upstream spans are Envoy's");
  const serverName = server === null ? null : formatSource(wordOf(server) ?? "%");
  if (server !== null && serverName?.from !== "literal")
    keepNative(reading, server, "only Envoy can evaluate its command operators");
  const attributes = attributesOf(reading, tracing);
  return {
    ...(sink === null || sink === undefined ? {} : { provider: sink }),
    ...ratesOf(reading, tracing),
    ...(propagation.length === 0 ? {} : { propagation }),
    ...(attributes.length === 0 ? {} : { attributes }),
    ...(serviceName === null
      ? {}
      : {
          serviceName: reading.cite(wordOf(serviceName) ?? "", serviceName, {
            how: "changed",
            why: "the agent sets it; remove it from EnvoyProxy, where it hides which Gateway a span is of",
          }),
        }),
    ...(server !== null && serverName?.from === "literal" ? { spanName: reading.cite(serverName.value, server) } : {}),
  };
};
