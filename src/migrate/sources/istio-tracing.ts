import { isHeaderName } from "../../policy/values/name.ts";
import type { YamlNode } from "../../policy/yaml-node.ts";
import {
  keepNative,
  literalProblem,
  lost,
  lostSecret,
  nameProblem,
  percentRate,
  type Reading,
  unknownFields,
  wrong,
} from "../reading.ts";
import type { Cited, SketchSource, SketchTracing } from "../sketch.ts";
import { at, entriesOf, itemsOf, numberOf, switchOf, wordOf } from "../tree.ts";
import { otlpProvider } from "./istio-providers.ts";
import { applies, providersOf, type Scope, undefinedProvider } from "./istio-scope.ts";

const always = { numerator: 100, denominator: 100 };

const environmentTag = "only the proxy knows its own environment";

const readTags = (reading: Reading, tags: YamlNode | null): SketchTracing["attributes"] => {
  const found: Cited<{ name: string; source: SketchSource }>[] = [];
  for (const [name, tag] of entriesOf(tags)) {
    const problem = nameProblem(name, "attribute");
    if (problem !== null) {
      lost(reading, tag, problem);
      continue;
    }
    const literal = at(tag, "literal", "value");
    const header = at(tag, "header", "name");
    const text = wordOf(literal);
    const headerName = wordOf(header);
    if (literal !== null && text !== null) {
      const tooLong = literalProblem(text);
      if (tooLong === null) found.push(reading.cite({ name, source: { from: "literal", value: text } }, literal));
      else lost(reading, literal, tooLong);
    } else if (header !== null && headerName !== null) {
      if (!isHeaderName(headerName)) wrong(reading, header, "is no header name", "write the header's name alone");
      else found.push(reading.cite({ name, source: { from: "header", name: headerName.toLowerCase() } }, header));
      keepNative(
        reading,
        at(tag, "header", "defaultValue"),
        "a policy leaves the attribute out where there is no header; the proxy's own tag has the default",
        `${JSON.stringify(name)}:\n  ${reading.text(tag).replaceAll("\n", "\n  ")}`,
      );
    } else if (at(tag, "environment") !== null) keepNative(reading, tag, environmentTag);
    else if (at(tag, "formatter") !== null) keepNative(reading, tag, "a formatter is evaluated inside the proxy");
    else wrong(reading, tag, "has none of literal, header, environment and formatter", "give the tag one source");
  }
  return found;
};

const lostPath = (reading: Reading, node: YamlNode | null, usual: string): void => {
  if (node === null) return;
  if (wordOf(node) === usual) reading.note(node, { outcome: "carried", why: `${usual} is added by the exporter` });
  else lost(reading, node, `the exporter always sends to ${usual}`);
};

/** `spec.tracing`: one entry, and what MeshConfig says of its provider. */
export const readTracing = (reading: Reading, list: YamlNode | null, scope: Scope): SketchTracing | undefined => {
  let block: SketchTracing | undefined;
  for (const entry of itemsOf(list)) {
    unknownFields(reading, entry, [
      "match",
      "providers",
      "randomSamplingPercentage",
      "disableSpanReporting",
      "customTags",
      "useRequestIdForTraceSampling",
      "enableIstioTags",
      "disableContextPropagation",
    ]);
    if (!applies(reading, entry, scope)) continue;
    if (block !== undefined) {
      lost(reading, entry, "Istio uses the first tracing entry only");
      continue;
    }
    const [first, ...others] = providersOf(reading, entry);
    for (const { node } of others) lost(reading, node, "Istio uses the first provider only");
    let provider: SketchTracing["provider"];
    const propagation: Cited<string>[] = [];
    if (first !== undefined && first.provider === null) lost(reading, first.node, undefinedProvider(first.name));
    else if (first?.provider?.kind === "opentelemetry") {
      const { config, node } = first.provider;
      const otlp = otlpProvider(config);
      if (otlp === null) lost(reading, first.node, "its provider has no service and port that the agent could reach");
      else {
        provider = reading.cite(otlp, first.node, {
          how: "changed",
          why: "the provider's service and port, from MeshConfig",
        });
        for (const field of ["service", "port"])
          reading.note(at(config, field), {
            outcome: "carried",
            to: `${reading.manifest.namespace}/${reading.manifest.name} spec.tracing.provider`,
          });
        reading.note(at(node, "name"), { outcome: "carried", why: "providers are written out where they are used" });
        lostSecret(reading, at(config, "http", "headers"));
        lostSecret(reading, at(config, "grpc", "initialMetadata"));
        lostPath(reading, at(config, "http", "path"), "/v1/traces");
      }
    } else if (first?.provider?.kind === "zipkin") {
      lost(reading, first.node, "Zipkin is no OTLP backend; the platform's default sink is used");
      const option = wordOf(at(first.provider.config, "traceContextOption"));
      const otherwise = "extensionProviders[].zipkin.traceContextOption stays as it is";
      const why = "a zipkin provider propagates B3";
      propagation.push(reading.cite("B3", first.provider.config, { how: "changed", why, otherwise }));
      if (option === "USE_B3_WITH_W3C_PROPAGATION")
        propagation.push(reading.cite("W3C", first.provider.config, { how: "changed", why, otherwise }));
    } else if (first !== undefined)
      lost(
        reading,
        first.node,
        `a provider of kind ${first.provider?.kind ?? ""} is no OTLP backend; the platform's default sink is used`,
      );

    const percent = at(entry, "randomSamplingPercentage");
    const percentValue = numberOf(percent);
    const rate = percentValue === null ? null : percentRate(percentValue);
    if (percent !== null && rate === null)
      wrong(reading, percent, "is no percentage from 0 to 100", "write a number from 0 to 100, in steps of 0.01");
    const off = at(entry, "disableSpanReporting");
    if (switchOf(off) === false) reading.note(off, { outcome: "carried", why: "that is a policy's default" });
    for (const field of ["useRequestIdForTraceSampling", "enableIstioTags", "disableContextPropagation"])
      keepNative(reading, at(entry, field), "the proxy decides it before any telemetry is sent");
    const attributes = readTags(reading, at(entry, "customTags")) ?? [];
    block = {
      ...(off !== null && switchOf(off) === true ? { enabled: reading.cite(false, off) } : {}),
      ...(provider === undefined ? {} : { provider }),
      ...(percent === null || rate === null
        ? {}
        : {
            rate: reading.cite(rate, percent, {
              how: "changed",
              why: "the agent samples now: let the proxy send all (randomSamplingPercentage: 100), or the two rates multiply",
            }),
            parent: reading.cite(always, percent, {
              how: "changed",
              why: "Istio always keeps what the parent sampled",
            }),
          }),
      ...(propagation.length === 0 ? {} : { propagation }),
      ...(attributes.length === 0 ? {} : { attributes }),
    };
  }
  return block;
};
