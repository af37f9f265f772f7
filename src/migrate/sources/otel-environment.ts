import type { Rate } from "../../policy/types.ts";
import type { YamlNode } from "../../policy/yaml-node.ts";
import {
  forEachUnspoken,
  isLocal,
  keepNative,
  literalProblem,
  lostSecret,
  nameProblem,
  providerAt,
  providerOfUrl,
  type Reading,
  shareRate,
  wrong,
} from "../reading.ts";
import type { Cited, SketchProvider, SketchSource, SketchTracing } from "../sketch.ts";
import { at, itemsOf, wordOf } from "../tree.ts";

const all: Rate = { numerator: 100, denominator: 100 };

/** `http://host:4317` is gRPC without TLS to OpenTelemetry's exporters, unless their protocol says otherwise. */
const providerOf = (reading: Reading, endpoint: YamlNode, protocol: string | null): Cited<SketchProvider> | null => {
  const [, host, port] = /^http:\/\/([a-z0-9.-]+):(\d+)\/?$/i.exec(wordOf(endpoint) ?? "") ?? [];
  const isGrpc = protocol === "grpc" || (port === "4317" && protocol?.startsWith("http") !== true);
  if (host === undefined || isLocal(host) || !isGrpc) return providerOfUrl(reading, endpoint, "traces");
  const why = protocol === "grpc" ? "OTLP over gRPC, as the protocol says" : "port 4317 is OTLP over gRPC";
  return reading.cite(providerAt(host, Number(port)), endpoint, { how: "changed", why });
};

/** Values are percent-encoded (W3C Baggage); text that is not stays as it is. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const attributesOf = (
  reading: Reading,
  node: YamlNode | null,
): readonly Cited<{ name: string; source: SketchSource }>[] => {
  if (node === null) return [];
  const pairs = (wordOf(node) ?? "")
    .split(",")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "");
  const found = pairs.flatMap((pair) => {
    const split = pair.indexOf("=");
    const name = pair.slice(0, Math.max(split, 0));
    const value = decoded(pair.slice(split + 1));
    if (/^(?:k8s\.|service\.)/.test(name) || nameProblem(name, "attribute") !== null || literalProblem(value) !== null)
      return [];
    const source = { from: "literal" as const, value };
    return [
      reading.cite({ name, source }, node, { how: "changed" as const, why: "on every span, not on their resource" }),
    ];
  });
  if (found.length < pairs.length)
    keepNative(
      reading,
      node,
      "what names Kubernetes objects and services stays on the resource, where the agent reads it",
    );
  return found;
};

/** `OTEL_…` variables of a container that is set up by nothing else. `why` says what becomes of its service name. */
export const readEnvironment = (
  reading: Reading,
  env: YamlNode | null,
  { sender, why }: { readonly sender: string; readonly why: string },
): SketchTracing => {
  const use = (name: string): YamlNode | null => {
    const item = itemsOf(env).find((each) => wordOf(at(each, "name")) === name) ?? null;
    const node = at(item, "value");
    if (node !== null) reading.note(at(item, "name"), { outcome: "carried", why: "with its value" });
    return node;
  };
  const endpoint = use("OTEL_EXPORTER_OTLP_ENDPOINT") ?? use("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  const protocol = use("OTEL_EXPORTER_OTLP_PROTOCOL") ?? use("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL");
  if (protocol !== null) reading.note(protocol, { outcome: "carried", why: "as the endpoint's scheme" });
  const sampler = use("OTEL_TRACES_SAMPLER");
  const argument = use("OTEL_TRACES_SAMPLER_ARG");
  const service = use("OTEL_SERVICE_NAME");
  const provider = endpoint === null ? null : providerOf(reading, endpoint, wordOf(protocol));
  const share = argument === null ? null : shareRate(Number(wordOf(argument)));
  if (argument !== null && share === null)
    wrong(reading, argument, "is no rate from 0 to 1", "write a number from 0 to 1");
  const word = wordOf(sampler) ?? "";
  if (sampler !== null && !/^(?:parentbased_)?(?:always_on|always_off|traceidratio)$/.test(word))
    wrong(reading, sampler, "is no sampler", "write parentbased_traceidratio or another of OpenTelemetry's");
  const sampled = `the agent samples now: let ${sender} send all (parentbased_always_on), or the two rates multiply`;
  const isRatio = /traceidratio$/.test(word) || (sampler === null && share !== null);
  const rate: Cited<Rate> | null =
    isRatio && argument !== null && share !== null
      ? reading.cite(share, argument, { how: "changed", why: sampled })
      : sampler !== null && word.endsWith("always_on")
        ? reading.cite(all, sampler)
        : sampler !== null && word.endsWith("always_off")
          ? reading.cite({ numerator: 0, denominator: 100 }, sampler)
          : null;
  const attributes = attributesOf(reading, use("OTEL_RESOURCE_ATTRIBUTES"));
  for (const item of itemsOf(env)) {
    const name = wordOf(at(item, "name")) ?? "";
    if (/^OTEL_.*HEADERS$/.test(name)) lostSecret(reading, at(item, "value"));
    if (/^(?:OTEL_|OPENINFERENCE_|AI_GATEWAY_TRACING)/.test(name))
      forEachUnspoken(reading, item, {
        outcome: "dataPlane",
        why: `how ${sender} makes and sends its telemetry stays with it`,
      });
  }
  return {
    ...(provider === null ? {} : { provider }),
    ...(rate === null ? {} : { rate }),
    ...(sampler !== null && word.startsWith("parentbased_") ? { parent: reading.cite<Rate | null>(all, sampler) } : {}),
    ...(service === null ? {} : { serviceName: reading.cite(wordOf(service) ?? "", service, { how: "changed", why }) }),
    ...(attributes.length === 0 ? {} : { attributes }),
  };
};
