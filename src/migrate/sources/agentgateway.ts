import type { Rate } from "../../policy/types.ts";
import type { YamlNode } from "../../policy/yaml.ts";
import { groupOf, type Manifest } from "../manifests.ts";
import {
  backendOf,
  celSource,
  conditionProblem,
  forEachUnspoken,
  isLocal,
  keepNative,
  literalProblem,
  lost,
  lostSecret,
  nameProblem,
  providerAt,
  type Reading,
  shareRate,
  unknownFields,
  unrelated,
  wrong,
} from "../reading.ts";
import { endpointText } from "../say.ts";
import type {
  Cited,
  Sketch,
  SketchLogs,
  SketchMetrics,
  SketchProvider,
  SketchSource,
  SketchTracing,
} from "../sketch.ts";
import type { Source } from "../source.ts";
import { askedTargets, gatewayTargets, refsOf } from "../targets.ts";
import { at, entriesOf, itemsOf, wordOf } from "../tree.ts";

const all: Rate = { numerator: 100, denominator: 100 };
const sampled = "the agent samples now: let the gateway send all (randomSampling: true), or the two rates multiply";

/** agentgateway's CEL names what Envoy's has other names for. */
const envoyNames: readonly (readonly [RegExp, string])[] = [
  [/\brequest\.path\b/g, "request.url_path"],
  [/\bresponse\.grpcStatus\b/g, "response.grpc_status"],
];

const inEnvoysWords = (expression: string): string =>
  envoyNames.reduce((text, [pattern, name]) => text.replace(pattern, name), expression);

/** A sampling expression that is a number or a switch; null for anything that depends on the request. */
const constantRate = (node: YamlNode): Rate | null => {
  const word = (wordOf(node) ?? "").trim().replace(/^(["'])(.*)\1$/, "$2");
  if (word === "true") return all;
  if (word === "false") return { numerator: 0, denominator: 100 };
  return /^[01](?:\.\d+)?$/.test(word) ? shareRate(Number(word)) : null;
};

const providerOf = (reading: Reading, block: YamlNode | null, usualPath: string): Cited<SketchProvider> | null => {
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
    found =
      isHttp || rest.replace(/\/$/, "") !== ""
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
const addedOf = (reading: Reading, list: YamlNode | null, what: "attribute" | "dimension"): readonly Pair[] =>
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

const readTracing = (reading: Reading, block: YamlNode): SketchTracing => {
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

const readLogs = (reading: Reading, block: YamlNode): SketchLogs => {
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

const readMetrics = (reading: Reading, block: YamlNode): SketchMetrics => {
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

const readPolicy = (reading: Reading): readonly Sketch[] => {
  const { manifest } = reading;
  const spec = at(manifest.root, "spec");
  const frontend = at(spec, "frontend");
  const blocks = (["tracing", "accessLog", "metrics"] as const).map((name) => at(frontend, name));
  for (const [key, value] of entriesOf(spec))
    if (key !== "frontend" && !key.startsWith("target")) unrelated(reading, value, "no telemetry");
  for (const [key, value] of entriesOf(frontend))
    if (!["tracing", "accessLog", "metrics"].includes(key)) unrelated(reading, value, "no telemetry");
  const [tracing, accessLog, metrics] = blocks;
  if (blocks.every((block) => block === null)) {
    unrelated(reading, manifest.root, spec === null ? "status only: what a controller wrote" : "no telemetry in it");
    return [];
  }
  lost(reading, at(spec, "targetSelectors"), "targets by label are not known from files; name them with --target");
  const named = gatewayTargets(reading, refsOf(spec));
  const anchor = at(manifest.root, "metadata", "name") ?? manifest.root;
  const targets = named.length > 0 ? named : askedTargets(reading, anchor, "the targets that were named");
  return [
    {
      namespace: targets[0]?.value.namespace ?? manifest.namespace,
      name: manifest.name,
      targets,
      createdAt: manifest.createdAt,
      from: `agentgateway ${manifest.title}`,
      wanted: "Gateways by label, or none",
      ...(tracing === null || tracing === undefined ? {} : { tracing: readTracing(reading, tracing) }),
      ...(accessLog === null || accessLog === undefined ? {} : { logs: readLogs(reading, accessLog) }),
      ...(metrics === null || metrics === undefined ? {} : { metrics: readMetrics(reading, metrics) }),
    },
  ];
};

const readParameters = (reading: Reading): readonly Sketch[] => {
  const spec = at(reading.manifest.root, "spec");
  keepNative(reading, at(spec, "logging"), "format and level of the gateway's own standard output");
  keepNative(reading, at(spec, "modelCatalog"), "prices of the gateway's own cost metrics");
  forEachUnspoken(reading, spec, { outcome: "unrelated", why: "no telemetry" });
  return [];
};

/** Standalone, a file without apiVersion: no Gateway has a name there. */
const isStandalone = ({ kind, root }: Manifest): boolean =>
  kind === "" &&
  (at(root, "config", "tracing", "otlpEndpoint") !== null ||
    at(root, "frontendPolicies") !== null ||
    (at(root, "binds") !== null && at(root, "config") !== null));

const readStandalone = (reading: Reading): readonly Sketch[] => {
  const { root } = reading.manifest;
  const tracing = at(root, "config", "tracing");
  const frontend = at(root, "frontendPolicies");
  const endpoint = at(tracing, "otlpEndpoint");
  const frontTracing = at(frontend, "tracing");
  const accessLog = at(frontend, "accessLog");
  let block: SketchTracing | undefined = frontTracing === null ? undefined : readTracing(reading, frontTracing);
  if (endpoint !== null && tracing !== null) {
    const url = wordOf(endpoint) ?? "";
    const [, host, port] = /^(?:https?:\/\/)?(\[[^\]]+\]|[^:/]+)(?::(\d+))?\/?$/.exec(url) ?? [];
    let provider: Cited<SketchProvider> | null = null;
    if (host === undefined) wrong(reading, endpoint, "is no address", "write http://host:port");
    else if (isLocal(host))
      lost(
        reading,
        endpoint,
        `${host} is the gateway's own machine; the agent exports from another one, so its default sink is used`,
      );
    else provider = reading.cite(providerAt(host, Number(port ?? 4317)), endpoint);
    const random = at(tracing, "randomSampling");
    const rate = random === null ? null : constantRate(random);
    if (random !== null && rate === null)
      keepNative(reading, random, "a rate that depends on the request is the gateway's");
    const added = entriesOf(at(tracing, "fields", "add")).flatMap(([name, node]) => {
      const source = celSource(inEnvoysWords(wordOf(node) ?? ""));
      const problem = nameProblem(name, "attribute");
      if (problem !== null) lost(reading, node, problem);
      else if (source === null)
        keepNative(reading, node, "only the gateway can evaluate it; what it adds arrives under this name");
      else return [reading.cite({ name, source }, node)];
      return [];
    });
    for (const [, header] of entriesOf(at(tracing, "headers"))) lostSecret(reading, header);
    keepNative(reading, at(tracing, "otlpProtocol"), "how the gateway sends to the agent");
    keepNative(reading, at(tracing, "fields", "remove"), "the gateway leaves them out before it sends");
    forEachUnspoken(reading, at(tracing, "fields", "add"), { outcome: "carried", why: "nothing is added" });
    block = {
      ...block,
      ...(provider === null ? {} : { provider }),
      ...(random === null || rate === null
        ? {}
        : {
            rate: reading.cite(
              rate,
              random,
              rate.numerator === rate.denominator ? {} : { how: "changed", why: sampled },
            ),
          }),
      ...(added.length === 0 ? {} : { attributes: added }),
    };
  }
  const logs = accessLog === null ? undefined : readLogs(reading, accessLog);
  const anchor = endpoint ?? frontTracing ?? accessLog;
  for (const [, value] of entriesOf(root))
    if (value !== at(root, "config") && value !== frontend)
      unrelated(reading, value, "no telemetry: what the gateway routes and how");
  forEachUnspoken(reading, at(root, "config"), { outcome: "unrelated", why: "no telemetry" });
  forEachUnspoken(reading, frontend, { outcome: "unrelated", why: "no telemetry" });
  if (anchor === null || (block === undefined && logs === undefined)) return [];
  const targets = askedTargets(
    reading,
    anchor,
    "standalone, without a Gateway object; for the targets that were named",
  );
  return [
    {
      namespace: targets[0]?.value.namespace ?? reading.manifest.namespace,
      name: "agentgateway",
      targets,
      createdAt: null,
      from: "agentgateway, standalone",
      wanted: "a gateway that runs without Kubernetes, and so has no name",
      ...(block === undefined ? {} : { tracing: block }),
      ...(logs === undefined ? {} : { logs }),
    },
  ];
};

export const agentgateway: Source = {
  name: "agentgateway",
  reads: (manifest) =>
    (groupOf(manifest) === "agentgateway.dev" &&
      ["AgentgatewayPolicy", "AgentgatewayParameters"].includes(manifest.kind)) ||
    isStandalone(manifest),
  read: (reading) =>
    reading.manifest.kind === "AgentgatewayPolicy"
      ? readPolicy(reading)
      : reading.manifest.kind === ""
        ? readStandalone(reading)
        : readParameters(reading),
};
