import { parseEndpoint } from "../../policy/values/endpoint.ts";
import type { YamlNode } from "../../policy/yaml-node.ts";
import type { Manifest } from "../manifests.ts";
import { forEachUnspoken, isLocal, keepNative, lost, providerAt, type Reading, unknownFields } from "../reading.ts";
import type { SketchProvider } from "../sketch.ts";
import { at, entriesOf, itemsOf, numberOf, wordOf } from "../tree.ts";

/** Where MeshConfig may stand: IstioOperator, Helm values, or by itself. */
export const meshConfigIn = ({ root, kind, apiVersion }: Manifest): YamlNode | null => {
  if (kind === "IstioOperator" && apiVersion.startsWith("install.istio.io/")) return at(root, "spec", "meshConfig");
  if (kind !== "") return null;
  const named = at(root, "meshConfig");
  if (named !== null) return named;
  return at(root, "extensionProviders") === null ? null : root;
};

export type MeshProvider = {
  readonly name: string;
  readonly kind: string;
  readonly node: YamlNode;
  readonly config: YamlNode;
};

/** Every provider that the input defines. */
export const meshProviders = (all: readonly Manifest[]): readonly MeshProvider[] =>
  all.flatMap((manifest) =>
    itemsOf(at(meshConfigIn(manifest), "extensionProviders")).flatMap((node) => {
      const name = wordOf(at(node, "name"));
      const [kind, config] = entriesOf(node).find(([key]) => key !== "name") ?? [];
      return name === null || kind === undefined || config === undefined ? [] : [{ name, kind, node, config }];
    }),
  );

export const rootNamespaceIn = (all: readonly Manifest[]): string =>
  all.map((manifest) => wordOf(at(meshConfigIn(manifest), "rootNamespace"))).find((name) => name !== null) ??
  "istio-system";

/** `[namespace/]host` of a provider as an endpoint. */
export const serviceOf = (config: YamlNode): { readonly host: string; readonly port: number } | null => {
  const service = wordOf(at(config, "service"));
  const port = numberOf(at(config, "port"));
  return service === null || port === null ? null : { host: service.slice(service.lastIndexOf("/") + 1), port };
};

export const otlpProvider = (config: YamlNode): SketchProvider | null => {
  const service = serviceOf(config);
  if (service === null || isLocal(service.host)) return null;
  if (at(config, "http") !== null) {
    const endpoint = `http://${service.host}:${service.port}`;
    return "problem" in parseEndpoint(endpoint) ? null : { kind: "endpoint", endpoint };
  }
  return providerAt(service.host, service.port);
};

const known: { readonly [kind: string]: readonly string[] } = {
  opentelemetry: [
    "service",
    "port",
    "http",
    "grpc",
    "maxTagLength",
    "resourceDetectors",
    "serviceAttributeEnrichment",
    "dynatraceSampler",
  ],
  envoyOtelAls: ["service", "port", "logName", "logFormat"],
  envoyFileAccessLog: ["path", "logFormat", "omitEmptyValues"],
  zipkin: ["service", "port", "path", "maxTagLength", "enable64bitTraceId", "traceContextOption"],
  prometheus: [],
};

/** Notes for MeshConfig itself, after every Telemetry has taken what it uses from it. */
export const readMeshConfig = (reading: Reading): void => {
  const config = meshConfigIn(reading.manifest);
  for (const provider of itemsOf(at(config, "extensionProviders"))) {
    const [kind, body] = entriesOf(provider).find(([key]) => key !== "name") ?? [];
    if (kind === undefined || body === undefined) continue;
    if (kind in known) unknownFields(reading, body, known[kind] ?? []);
    keepNative(reading, at(body, "logName"), "names the log on the wire; a policy does not");
    keepNative(reading, at(body, "maxTagLength"), "the proxy cuts tags before it sends them");
    keepNative(reading, at(body, "resourceDetectors"), "the proxy detects its own resource");
    keepNative(reading, at(body, "serviceAttributeEnrichment"), "the proxy names its own resource");
    keepNative(reading, at(body, "dynatraceSampler"), "the proxy samples; a policy's rate comes on top");
    keepNative(reading, at(body, "omitEmptyValues"), "the proxy leaves empty values out");
    forEachUnspoken(reading, provider, {
      outcome: "unrelated",
      why: "no Telemetry among the files uses this provider in a way that a policy can say",
    });
  }
  for (const [key, value] of entriesOf(config)) {
    if (key === "extensionProviders") continue;
    if (key === "defaultProviders" || key === "enableTracing" || /^accessLog/.test(key))
      lost(
        reading,
        value,
        "a default of the whole mesh; say it in a Telemetry of the root namespace to have it migrated",
      );
    else if (key === "defaultConfig")
      keepNative(
        reading,
        value,
        "settings of each proxy; its tracing.sampling comes before the policy's rate: let it be 100",
      );
  }
  forEachUnspoken(reading, reading.manifest.root, { outcome: "unrelated", why: "mesh settings without telemetry" });
};
