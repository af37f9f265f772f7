import type { Rate } from "../../policy/types.ts";
import type { YamlNode } from "../../policy/yaml-node.ts";
import {
  backendOf,
  celSource,
  isLocal,
  keepNative,
  literalProblem,
  lost,
  nameProblem,
  providerAt,
  type Reading,
  shareRate,
  wrong,
} from "../reading.ts";
import type { Cited, SketchProvider, SketchSource } from "../sketch.ts";
import { at, itemsOf, wordOf } from "../tree.ts";

export const all: Rate = { numerator: 100, denominator: 100 };
export const sampled =
  "the agent samples now: let the gateway send all (randomSampling: true), or the two rates multiply";

/** agentgateway's CEL names what Envoy's has other names for. */
const envoyNames: readonly (readonly [RegExp, string])[] = [
  [/\brequest\.path\b/g, "request.url_path"],
  [/\bresponse\.grpcStatus\b/g, "response.grpc_status"],
];

export const inEnvoysWords = (expression: string): string =>
  envoyNames.reduce((text, [pattern, name]) => text.replace(pattern, name), expression);

/** A sampling expression that is a number or a switch; null for anything that depends on the request. */
export const constantRate = (node: YamlNode): Rate | null => {
  const word = (wordOf(node) ?? "").trim().replace(/^(["'])(.*)\1$/, "$2");
  if (word === "true") return all;
  if (word === "false") return { numerator: 0, denominator: 100 };
  return /^[01](?:\.\d+)?$/.test(word) ? shareRate(Number(word)) : null;
};

export const providerOf = (
  reading: Reading,
  block: YamlNode | null,
  usualPath: string,
): Cited<SketchProvider> | null => {
  const ref = at(block, "backendRef");
  const url = at(block, "url");
  const protocol = at(block, "protocol");
  const path = at(block, "path");
  const isHttp = wordOf(protocol) === "HTTP";
  if (protocol !== null && !["HTTP", "GRPC"].includes(wordOf(protocol) ?? ""))
    wrong(reading, protocol, "is no protocol", "write GRPC or HTTP");
  if (path !== null && isHttp && wordOf(path) !== usualPath)
    lost(reading, path, `the exporter always sends to ${usualPath}; give it a route at the backend`);
  else if (path !== null) reading.note(path, { outcome: "carried", why: `${usualPath} is added by the exporter` });
  let found: Cited<SketchProvider> | null = null;
  if (ref !== null) {
    found = backendOf(reading, ref);
    if (found !== null && isHttp && found.value.kind === "service") {
      const { name, namespace, port } = found.value;
      found = {
        ...found,
        value: { kind: "endpoint", endpoint: `http://${name}.${namespace}.svc:${port}` },
        how: "changed",
        why: "OTLP over HTTP, as protocol says",
      };
    }
  } else if (url !== null) {
    const [, scheme, host, port, rest = ""] =
      /^(https?):\/\/(\[[^\]]+\]|[^:/?#]+)(?::(\d+))?(\/.*)?$/.exec(wordOf(url) ?? "") ?? [];
    if (scheme === undefined || host === undefined)
      return wrong(reading, url, "is no URL", "write http://host:port or https://host:port");
    if (isLocal(host)) {
      lost(reading, url, `${host} is the gateway's own machine; the platform's default sink is used`);
      return null;
    }
    const address = `${host}${port === undefined ? "" : `:${port}`}`;
    // gRPC has no paths: the usual one changes nothing, and another is not used.
    if (!isHttp && ![`${usualPath}`, ""].includes(rest.replace(/\/$/, "")))
      lost(reading, url, `over gRPC the path ${rest} is not used`);
    found = isHttp
      ? reading.cite(
          {
            kind: "endpoint",
            endpoint: `${scheme}://${address}${rest.replace(new RegExp(`${usualPath}/?$`), "").replace(/\/$/, "")}`,
          },
          url,
        )
      : scheme === "https"
        ? reading.cite({ kind: "endpoint", endpoint: `grpcs://${host}:${port ?? 443}` }, url, {
            how: "changed",
            why: "gRPC with TLS",
          })
        : reading.cite(providerAt(host, Number(port ?? 4317)), url, {
            how: "changed",
            why: "gRPC, the default of protocol",
          });
  }
  if (protocol !== null) reading.note(protocol, { outcome: "carried", why: "as the endpoint's scheme" });
  return found;
};

type Pair = readonly [name: string, source: SketchSource, node: YamlNode];

/** `attributes.add[]`: what a policy can say by itself; the rest the gateway goes on adding. */
export const addedOf = (reading: Reading, list: YamlNode | null, what: "attribute" | "dimension"): readonly Pair[] =>
  itemsOf(list).flatMap((item): readonly Pair[] => {
    const name = wordOf(at(item, "name")) ?? "";
    const expression = wordOf(at(item, "expression")) ?? "";
    const problem = nameProblem(name, what);
    if (problem !== null) {
      lost(reading, item, problem);
      return [];
    }
    const source = celSource(inEnvoysWords(expression));
    if (source === null || (source.from === "literal" && literalProblem(source.value) !== null)) {
      keepNative(reading, item, "only the gateway can evaluate it; what it adds arrives under this name");
      return [];
    }
    return [[name, source, item]];
  });
