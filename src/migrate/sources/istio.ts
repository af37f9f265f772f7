import type { Target } from "../../policy/types.ts";
import { isHeaderName, isName } from "../../policy/values/name.ts";
import type { YamlNode } from "../../policy/yaml.ts";
import { groupOf, type Manifest } from "../manifests.ts";
import {
  celSource,
  conditionProblem,
  forEachUnspoken,
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
import type {
  Cited,
  Sketch,
  SketchLogs,
  SketchMetrics,
  SketchOverride,
  SketchSource,
  SketchTracing,
} from "../sketch.ts";
import type { Source } from "../source.ts";
import { askedTargets, gatewayTargets, namespacesIn, refsOf } from "../targets.ts";
import { at, entriesOf, itemsOf, numberOf, switchOf, wordOf } from "../tree.ts";
import {
  type MeshProvider,
  meshConfigIn,
  meshProviders,
  otlpProvider,
  readMeshConfig,
  rootNamespaceIn,
} from "./istio-providers.ts";

const always = { numerator: 100, denominator: 100 };

/** Istio's names of metrics → ours, or the family's exact name. `http` ones are what ALL_METRICS means here. */
const metricNames: { readonly [name: string]: string } = {
  REQUEST_COUNT: "request_count",
  REQUEST_DURATION: "request_duration",
  REQUEST_SIZE: "request_size",
  RESPONSE_SIZE: "response_size",
  TCP_OPENED_CONNECTIONS: "istio_tcp_connections_opened_total",
  TCP_CLOSED_CONNECTIONS: "istio_tcp_connections_closed_total",
  TCP_SENT_BYTES: "istio_tcp_sent_bytes_total",
  TCP_RECEIVED_BYTES: "istio_tcp_received_bytes_total",
  GRPC_REQUEST_MESSAGES: "istio_request_messages_total",
  GRPC_RESPONSE_MESSAGES: "istio_response_messages_total",
};

/** Families that the agent derives from requests, and can read any value of a request for. */
const derivedFamilies = ["request_count", "request_duration", "request_size", "response_size"];

type Scope = {
  readonly targets: readonly Cited<Target>[];
  readonly level: 0 | 1 | 2;
  readonly wanted: string;
  /** Listeners of gateways are outbound: `mode: SERVER` never applies to them. */
  readonly isGateway: boolean;
};

const gatewayLabels = ["gateway.networking.k8s.io/gateway-name", "istio.io/gateway-name"];

/** Which Gateways and Namespaces a Telemetry is about. */
const scopeOf = (reading: Reading): Scope => {
  const { manifest } = reading;
  const spec = at(manifest.root, "spec");
  const refs = refsOf(spec);
  const labels = entriesOf(at(spec, "selector", "matchLabels"));
  const anchor = at(manifest.root, "metadata", "name") ?? manifest.root;
  if (refs.length > 0) {
    const targets = gatewayTargets(reading, refs);
    const asked =
      targets.length > 0 ? targets : askedTargets(reading, anchor, "its own targets are none a policy can have");
    return { targets: asked, level: 2, wanted: "targetRefs of other kinds than Gateway", isGateway: true };
  }
  if (labels.length > 0) {
    const [, node] = labels.find(([key]) => gatewayLabels.includes(key)) ?? [];
    const name = wordOf(node ?? null);
    if (
      node !== undefined &&
      name !== null &&
      isName(name, "subdomain") &&
      labels.length === 1 &&
      !manifest.isNamespaceUnknown
    ) {
      const target: Target = { kind: "Gateway", namespace: manifest.namespace, name };
      const why = "the label selects the pods of that Gateway";
      return { targets: [reading.cite(target, node, { how: "changed", why })], level: 2, wanted: "", isGateway: true };
    }
    const selector = at(spec, "selector");
    lost(reading, selector, "a policy cannot select workloads; it governs a Gateway or a whole Namespace");
    const targets = askedTargets(reading, anchor, "the selector's workloads are none a policy can have");
    const wanted = `workloads with ${labels.map(([key, value]) => `${key}=${wordOf(value) ?? ""}`).join(", ")}`;
    return { targets, level: 2, wanted, isGateway: targets.every(({ value }) => value.kind === "Gateway") };
  }
  if (manifest.namespace === rootNamespaceIn(reading.all)) {
    const asked = askedTargets(reading, anchor, "mesh-wide there; a policy for each target that was named");
    const named = namespacesIn(reading.all).map((name) =>
      reading.cite<Target>({ kind: "Namespace", namespace: name, name }, anchor, {
        how: "changed",
        why: "mesh-wide there; a policy for each Namespace among the files",
      }),
    );
    return {
      targets: asked.length > 0 ? asked : named,
      level: 0,
      wanted: "every namespace of the mesh",
      isGateway: false,
    };
  }
  if (reading.options.targets.length > 0) {
    const targets = askedTargets(reading, anchor, "the namespace's, for the targets that were named");
    return { targets, level: 1, wanted: "", isGateway: targets.every(({ value }) => value.kind === "Gateway") };
  }
  if (manifest.isNamespaceUnknown)
    return { targets: [], level: 1, wanted: "its namespace, which is not known", isGateway: false };
  const node = at(manifest.root, "metadata", "namespace") ?? anchor;
  const target: Target = { kind: "Namespace", namespace: manifest.namespace, name: manifest.namespace };
  return {
    targets: isName(manifest.namespace, "label") ? [reading.cite(target, node)] : [],
    level: 1,
    wanted: "a Namespace",
    isGateway: false,
  };
};

/** False where an entry never applies to this target. */
const applies = (reading: Reading, entry: YamlNode, { isGateway }: Scope): boolean => {
  const mode = at(entry, "match", "mode");
  const word = wordOf(mode) ?? "CLIENT_AND_SERVER";
  if (mode === null) return true;
  if (!["CLIENT", "SERVER", "CLIENT_AND_SERVER"].includes(word)) {
    wrong(reading, mode, "is no mode", "write CLIENT, SERVER or CLIENT_AND_SERVER");
    return true;
  }
  if (isGateway && word === "SERVER") {
    lost(reading, entry, "mode SERVER never applies to a gateway, whose listeners count as CLIENT");
    return false;
  }
  if (word === "CLIENT_AND_SERVER" || isGateway)
    reading.note(mode, { outcome: "carried", why: "a policy governs both sides" });
  else
    lost(
      reading,
      mode,
      "a policy on a Namespace governs client and server side alike; requests are counted at the server",
    );
  return true;
};

type Named = { readonly node: YamlNode; readonly name: string; readonly provider: MeshProvider | null };

/** The first provider of an entry; Istio, too, uses only that for traces. */
const providersOf = (reading: Reading, entry: YamlNode): readonly Named[] => {
  const defined = meshProviders(reading.all);
  return itemsOf(at(entry, "providers")).flatMap((item) => {
    const name = wordOf(at(item, "name"));
    return name === null ? [] : [{ node: item, name, provider: defined.find((each) => each.name === name) ?? null }];
  });
};

const undefinedProvider = (name: string): string =>
  `provider "${name}" is defined in MeshConfig, which is not among the files; the platform's default sink is used`;

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

const readTracing = (reading: Reading, list: YamlNode | null, scope: Scope): SketchTracing | undefined => {
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

const lostPath = (reading: Reading, node: YamlNode | null, usual: string): void => {
  if (node === null) return;
  if (wordOf(node) === usual) reading.note(node, { outcome: "carried", why: `${usual} is added by the exporter` });
  else lost(reading, node, `the exporter always sends to ${usual}`);
};

const readOverride = (
  reading: Reading,
  override: YamlNode,
  scope: Scope,
): { readonly overrides: readonly SketchOverride[]; readonly off: Cited<boolean> | null } => {
  unknownFields(reading, override, ["match", "disabled", "tagOverrides"]);
  const none = { overrides: [], off: null };
  if (!applies(reading, override, scope)) return none;
  const match = at(override, "match");
  const metric = at(match, "metric");
  const custom = at(match, "customMetric");
  const word = wordOf(metric) ?? (custom === null ? "ALL_METRICS" : "");
  const everything = custom === null && word === "ALL_METRICS";
  if (custom === null && !everything && metricNames[word] === undefined) {
    if (metric !== null)
      wrong(reading, metric, "is no metric of Istio", `write one of ${Object.keys(metricNames).join(", ")}`);
    forEachUnspoken(reading, override, { outcome: "lost", why: "no known metric is meant" });
    return none;
  }
  const names = everything
    ? ["request_count", "request_duration", "request_size", "response_size"]
    : [wordOf(custom) ?? metricNames[word] ?? ""];
  const anchor = metric ?? custom ?? override;
  const spread = everything
    ? ({ how: "changed", why: "all metrics: the four of HTTP requests, each by itself" } as const)
    : {};
  const disabled = at(override, "disabled");
  if (switchOf(disabled) === true && disabled !== null) {
    const tags = at(override, "tagOverrides");
    if (tags !== null) lost(reading, tags, "tags of a metric that is off");
    if (everything)
      return { overrides: [], off: reading.cite(false, disabled, { how: "changed", why: "all metrics off" }) };
    return {
      overrides: names.map((name) => ({ name: reading.cite(name, anchor), disabled: reading.cite(true, disabled) })),
      off: null,
    };
  }
  if (disabled !== null) reading.note(disabled, { outcome: "carried", why: "that is a policy's default" });
  const dimensions: Cited<{ key: string; source: SketchSource | null }>[] = [];
  for (const [key, tag] of entriesOf(at(override, "tagOverrides"))) {
    const problem = nameProblem(key, "dimension");
    if (problem !== null) {
      lost(reading, tag, problem);
      continue;
    }
    const operation = wordOf(at(tag, "operation")) ?? "UPSERT";
    const expression = at(tag, "value");
    if (operation === "REMOVE") {
      if (expression !== null) wrong(reading, expression, "is a value of a tag that is removed", "leave value out");
      dimensions.push(reading.cite({ key, source: null }, at(tag, "operation") ?? tag, spread));
      continue;
    }
    if (operation !== "UPSERT") {
      wrong(reading, at(tag, "operation") ?? tag, "is no operation", "write UPSERT or REMOVE");
      continue;
    }
    if (expression === null) {
      wrong(reading, tag, "has no value", "give UPSERT a value, or write operation: REMOVE");
      continue;
    }
    reading.note(at(tag, "operation"), { outcome: "carried", why: "a dimension with a source is added" });
    const source = celSource(wordOf(expression) ?? "");
    // Families that proxies make themselves arrive with their labels alone: nothing else is there to read.
    const isTheirs = !names.every((name) => derivedFamilies.includes(name)) && source?.from !== "literal";
    if (source === null || isTheirs)
      keepNative(
        reading,
        expression,
        "only the proxy can evaluate it; keep the tag there, it arrives as a label of istio_* metrics",
        `${JSON.stringify(key)}:\n  ${reading.text(tag).replaceAll("\n", "\n  ")}`,
      );
    else if (source.from === "literal" && literalProblem(source.value) !== null)
      lost(reading, expression, literalProblem(source.value) ?? "");
    else dimensions.push(reading.cite({ key, source }, expression, spread));
  }
  if (dimensions.length === 0) {
    forEachUnspoken(reading, match, {
      outcome: "dataPlane",
      why: "it chooses the metric of what stays with the proxy",
    });
    return none;
  }
  return { overrides: names.map((name) => ({ name: reading.cite(name, anchor, spread), dimensions })), off: null };
};

const readMetrics = (reading: Reading, list: YamlNode | null, scope: Scope): SketchMetrics | undefined => {
  const overrides: SketchOverride[] = [];
  let provider: SketchMetrics["provider"];
  let off: Cited<boolean> | null = null;
  for (const entry of itemsOf(list)) {
    unknownFields(reading, entry, ["providers", "reportingInterval", "overrides"]);
    for (const { node, name } of providersOf(reading, entry)) {
      if (name !== "prometheus") lost(reading, node, `Istio itself implements prometheus only, not "${name}"`);
      else if (provider === undefined) provider = reading.cite({ type: "Prometheus", endpoint: null }, node);
      else reading.note(node, { outcome: "carried", why: "said already" });
    }
    keepNative(reading, at(entry, "reportingInterval"), "how often proxies report TCP metrics is theirs");
    for (const override of itemsOf(at(entry, "overrides"))) {
      const read = readOverride(reading, override, scope);
      overrides.push(...read.overrides);
      off = read.off ?? off;
    }
  }
  if (overrides.length === 0 && provider === undefined && off === null) return undefined;
  const [first] = overrides;
  const enabled =
    off ??
    (provider === undefined
      ? first === undefined
        ? null
        : reading.cite(true, first.name.node)
      : reading.cite(true, provider.node));
  return {
    ...(enabled === null ? {} : { enabled }),
    ...(provider === undefined || off !== null ? {} : { provider }),
    overrides: off === null ? overrides : [],
  };
};

const readLogs = (reading: Reading, list: YamlNode | null, scope: Scope): SketchLogs | undefined => {
  let enabled: SketchLogs["enabled"];
  let provider: SketchLogs["provider"];
  let format: SketchLogs["format"];
  let fields: Cited<string>[] = [];
  const matches: Cited<{ cel: string }>[] = [];
  let everything = false;
  let seen = false;
  for (const entry of itemsOf(list)) {
    unknownFields(reading, entry, ["match", "providers", "disabled", "filter"]);
    if (!applies(reading, entry, scope)) continue;
    seen = true;
    const disabled = at(entry, "disabled");
    if (disabled !== null && switchOf(disabled) === true) {
      enabled = reading.cite(false, disabled);
      for (const { node } of providersOf(reading, entry)) lost(reading, node, "the sink of logs that are off");
      if (at(entry, "filter") !== null) lost(reading, at(entry, "filter"), "a condition of logs that are off");
      continue;
    }
    if (disabled !== null) reading.note(disabled, { outcome: "carried", why: "that is a policy's default" });
    for (const { node, name, provider: of } of providersOf(reading, entry)) {
      if (provider !== undefined) {
        lost(reading, node, "a policy has one sink per signal; let the platform's Collector fan out from there");
        continue;
      }
      if (of === null && name === "envoy") {
        provider = reading.cite(null, node, {
          how: "changed",
          why: "Istio's built-in file provider: the agent's standard output, one JSON object per line",
        });
      } else if (of === null) lost(reading, node, undefinedProvider(name));
      else if (of.kind === "envoyOtelAls") {
        const otlp = otlpProvider(of.config);
        if (otlp === null) lost(reading, node, "its provider has no service and port that the agent could reach");
        else {
          const endpoint = otlp.kind === "service" ? `${otlp.name}.${otlp.namespace}.svc:${otlp.port}` : otlp.endpoint;
          provider = reading.cite(endpoint, node, {
            how: "changed",
            why: "the provider's service and port, from MeshConfig",
          });
          for (const field of ["service", "port"])
            reading.note(at(of.config, field), { outcome: "carried", to: "spec.accessLogs.provider" });
          reading.note(at(of.node, "name"), {
            outcome: "carried",
            why: "providers are written out where they are used",
          });
        }
      } else if (of.kind === "envoyFileAccessLog") {
        const path = at(of.config, "path");
        if (path === null || wordOf(path) === "/dev/stdout")
          provider = reading.cite(null, path ?? node, { how: "changed", why: "the agent's standard output" });
        else lost(reading, path, "a policy cannot choose a file; the agent's standard output is used");
        reading.note(at(of.node, "name"), { outcome: "carried", why: "providers are written out where they are used" });
      } else
        lost(reading, node, `a provider of kind ${of.kind} is no OTLP backend; the agent's standard output is used`);
      if (of !== null) {
        const labels = at(of.config, "logFormat", "labels");
        const text = at(of.config, "logFormat", "text");
        if (labels !== null) {
          format = reading.cite("JSON", labels, {
            how: "changed",
            why: "the proxy must send the same labels: move them to the envoyOtelAls provider that leads to the agent",
          });
          fields = entriesOf(labels).flatMap(([key, operator]) =>
            key.length > 256 || fields.some((other) => other.value === key) ? [] : [reading.cite(key, operator)],
          );
        } else if (text !== null) {
          format = reading.cite("Text", text, {
            how: "changed",
            why: "the line that the proxy wrote is passed on as it is: move the format to the envoyOtelAls provider that leads to the agent",
          });
        }
      }
    }
    const expression = at(entry, "filter", "expression");
    const cel = wordOf(expression);
    if (expression === null || cel === null) {
      everything = true;
      continue;
    }
    if (cel.trim() === "true") {
      reading.note(expression, { outcome: "carried", why: "true holds for every request, as no condition does" });
      everything = true;
      continue;
    }
    const problem = conditionProblem(cel);
    if (problem === null) matches.push(reading.cite({ cel }, expression));
    else {
      keepNative(
        reading,
        expression,
        `telemetry cannot decide it (${problem}); leave the filter in the proxy, which then sends what matches only`,
      );
      everything = true;
    }
  }
  if (!seen) return undefined;
  if (everything)
    for (const { node } of matches) reading.note(node, { outcome: "lost", why: "another entry logs every request" });
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(provider === undefined ? {} : { provider }),
    ...(format === undefined ? {} : { format }),
    matches: everything ? [] : matches,
    fields,
  };
};

const readTelemetry = (reading: Reading): readonly Sketch[] => {
  const { manifest } = reading;
  const spec = at(manifest.root, "spec");
  const scope = scopeOf(reading);
  unknownFields(reading, spec, ["selector", "targetRef", "targetRefs", "tracing", "metrics", "accessLogging"]);
  const tracing = readTracing(reading, at(spec, "tracing"), scope);
  const metrics = readMetrics(reading, at(spec, "metrics"), scope);
  const logs = readLogs(reading, at(spec, "accessLogging"), scope);
  const anchor = itemsOf(at(spec, "accessLogging"))[0];
  return [
    {
      namespace: manifest.namespace,
      name: manifest.name,
      targets: scope.targets,
      createdAt: manifest.createdAt,
      from: `Istio ${manifest.title}`,
      wanted: scope.wanted,
      level: scope.level,
      inherits: true,
      ...(tracing === undefined ? {} : { tracing }),
      ...(metrics === undefined ? {} : { metrics }),
      // A block without any field still says that logs are wanted.
      ...(logs === undefined || anchor === undefined
        ? {}
        : {
            logs:
              logs.enabled === undefined
                ? {
                    ...logs,
                    enabled: reading.cite(true, logs.provider?.node ?? anchor, {
                      how: "changed",
                      why: "an entry turns logs on",
                    }),
                  }
                : logs,
          }),
    },
  ];
};

export const istio: Source = {
  name: "Istio",
  reads: (manifest: Manifest) =>
    (manifest.kind === "Telemetry" && groupOf(manifest) === "telemetry.istio.io") || meshConfigIn(manifest) !== null,
  isShared: (manifest) => manifest.kind !== "Telemetry",
  read: (reading) => {
    if (reading.manifest.kind === "Telemetry") return readTelemetry(reading);
    readMeshConfig(reading);
    return [];
  },
};
