import type { Rate } from "../../policy/types.ts";
import type { YamlNode } from "../../policy/yaml-node.ts";
import { conditionProblem, keepNative, type Reading, unknownFields } from "../reading.ts";
import { endpointText } from "../say.ts";
import type { Cited, SketchLogs, SketchMetrics, SketchSource, SketchTracing } from "../sketch.ts";
import { at, itemsOf, wordOf } from "../tree.ts";
import { addedOf, all, constantRate, inEnvoysWords, providerOf, sampled } from "./agentgateway-words.ts";

export const readTracing = (reading: Reading, block: YamlNode): SketchTracing => {
  unknownFields(reading, block, [
    "backendRef",
    "url",
    "protocol",
    "path",
    "attributes",
    "resources",
    "randomSampling",
    "clientSampling",
    "filter",
  ]);
  const provider = providerOf(reading, block, "/v1/traces");
  const random = at(block, "randomSampling");
  const client = at(block, "clientSampling");
  const rate = random === null ? null : constantRate(random);
  const parent = client === null ? null : constantRate(client);
  if (random !== null && rate === null)
    keepNative(reading, random, "a rate that depends on the request is the gateway's");
  if (client !== null && parent === null)
    keepNative(reading, client, "a rate that depends on the request is the gateway's");
  keepNative(reading, at(block, "filter"), "a policy has no condition on spans; the gateway filters what it sends");
  keepNative(reading, at(block, "attributes", "remove"), "the gateway leaves them out before it sends");
  const attributes: Cited<{ name: string; source: SketchSource }>[] = [];
  let spanName: SketchTracing["spanName"];
  for (const [name, source, node] of addedOf(reading, at(block, "attributes", "add"), "attribute")) {
    if (name === "span.name") {
      if (source.from === "literal") spanName = reading.cite(source.value, node);
      else keepNative(reading, node, "a policy's span name is a literal");
    } else attributes.push(reading.cite({ name, source }, node));
  }
  for (const [name, source, node] of addedOf(reading, at(block, "resources"), "attribute")) {
    if (/^service\.(?:name|namespace)$|^k8s\./.test(name))
      keepNative(reading, node, "it names the gateway, as the agent reads it");
    else
      attributes.push(
        reading.cite({ name, source }, node, { how: "changed", why: "on every span, not on their resource" }),
      );
  }
  return {
    ...(provider === null ? {} : { provider }),
    ...(random === null || rate === null
      ? {}
      : {
          rate: reading.cite(rate, random, rate.numerator === rate.denominator ? {} : { how: "changed", why: sampled }),
        }),
    ...(parent !== null && client !== null
      ? { parent: reading.cite<Rate | null>(parent, client) }
      : random !== null && rate !== null && rate.numerator !== rate.denominator
        ? {
            parent: reading.cite<Rate | null>(all, random, {
              how: "changed",
              why: "without clientSampling agentgateway keeps what the parent sampled",
            }),
          }
        : {}),
    ...(attributes.length === 0 ? {} : { attributes }),
    ...(spanName === undefined ? {} : { spanName }),
  };
};

export const readLogs = (reading: Reading, block: YamlNode): SketchLogs => {
  unknownFields(reading, block, ["filter", "attributes", "otlp"]);
  const otlp = at(block, "otlp");
  unknownFields(reading, otlp, ["backendRef", "url", "protocol", "path", "filter", "attributes"]);
  const provider = otlp === null ? null : providerOf(reading, otlp, "/v1/logs");
  const own = at(otlp, "filter");
  const filter = own ?? at(block, "filter");
  if (own !== null)
    keepNative(
      reading,
      at(block, "filter"),
      "it is for the gateway's own standard output; otlp has a filter of its own",
    );
  const matches: Cited<{ cel: string }>[] = [];
  if (filter !== null) {
    const cel = inEnvoysWords(wordOf(filter) ?? "");
    const problem = conditionProblem(cel);
    if (problem === null)
      matches.push(
        reading.cite(
          { cel },
          filter,
          cel === wordOf(filter) ? {} : { how: "changed", why: "in Envoy's names of the same values" },
        ),
      );
    else
      keepNative(
        reading,
        filter,
        `telemetry cannot decide it (${problem}); leave the filter in the gateway, which then sends what matches only`,
      );
  }
  for (const attributes of [at(block, "attributes"), at(otlp, "attributes")]) {
    keepNative(
      reading,
      at(attributes, "remove"),
      "the gateway leaves them out before it sends; credentials are taken off governed records in any case",
    );
    for (const item of itemsOf(at(attributes, "add")))
      keepNative(
        reading,
        item,
        "a policy chooses among fields and adds none; the gateway adds it, and it arrives under this name",
      );
  }
  const anchor = provider?.node ?? filter ?? at(block, "attributes") ?? block;
  return {
    enabled: reading.cite(true, anchor, {
      how: "changed",
      why: "the block turns logs on; the gateway needs accessLog.otlp that leads to the agent",
    }),
    ...(provider === null ? {} : { provider: { ...provider, value: endpointText(provider.value) } }),
    matches,
  };
};

export const readMetrics = (reading: Reading, block: YamlNode): SketchMetrics => {
  unknownFields(reading, block, ["attributes"]);
  keepNative(reading, at(block, "attributes", "remove"), "the gateway leaves them out");
  const why =
    "on request_count and request_duration, which the agent derives; the gateway's own families keep the label";
  const dimensions = addedOf(reading, at(block, "attributes", "add"), "dimension").map(([key, source, node]) =>
    reading.cite({ key, source }, node, { how: "changed", why }),
  );
  const [first] = dimensions;
  if (first === undefined) return {};
  return {
    enabled: reading.cite(true, first.node, { how: "changed", why: "labels want metrics" }),
    overrides: ["request_count", "request_duration"].map((name) => ({
      name: reading.cite(name, first.node, { how: "changed", why }),
      dimensions,
    })),
  };
};
