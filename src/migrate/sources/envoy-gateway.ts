import type { Target } from "../../policy/types.ts";
import type { YamlNode } from "../../policy/yaml.ts";
import { groupOf, type Manifest } from "../manifests.ts";
import {
  conditionProblem,
  forEachUnspoken,
  keepNative,
  lost,
  lostSecret,
  type Reading,
  unknownFields,
  unrelated,
  wrong,
} from "../reading.ts";
import { endpointText } from "../say.ts";
import type { Cited, Sketch, SketchLogs, SketchMetrics } from "../sketch.ts";
import type { Source } from "../source.ts";
import { askedTargets, gatewayGroup, gatewaysIn, gatewayTargets, refsOf } from "../targets.ts";
import { at, entriesOf, itemsOf, switchOf, wordOf } from "../tree.ts";
import { readEnvoyTracing, sinkProvider } from "./envoy-gateway-tracing.ts";

const group = "gateway.envoyproxy.io";

type Attached = { readonly targets: readonly Cited<Target>[]; readonly wanted: string };

const refersTo = (ref: YamlNode | null, manifest: Manifest, namespace: string): boolean =>
  ref !== null &&
  wordOf(at(ref, "kind")) === "EnvoyProxy" &&
  wordOf(at(ref, "name")) === manifest.name &&
  (wordOf(at(ref, "namespace")) ?? namespace) === manifest.namespace;

/** EnvoyProxy is attached from the other side: by a Gateway, or by the class of many. */
const attachedTo = (reading: Reading): Attached => {
  const { manifest, all } = reading;
  const anchor = at(manifest.root, "metadata", "name") ?? manifest.root;
  const asGateway = (gateway: Manifest, node: YamlNode, why: string): Cited<Target> =>
    reading.cite<Target>({ kind: "Gateway", namespace: gateway.namespace, name: gateway.name }, node, {
      how: "changed",
      why,
    });
  const gateways = gatewaysIn(all);
  const own = gateways.flatMap((gateway) => {
    const ref = at(gateway.root, "spec", "infrastructure", "parametersRef");
    return ref !== null && refersTo(ref, manifest, gateway.namespace)
      ? [asGateway(gateway, ref, "the reference goes the other way now: from the policy to the Gateway")]
      : [];
  });
  if (own.length > 0) return { targets: own, wanted: "" };
  const asked = askedTargets(reading, anchor, "the targets that were named");
  const classes = all.filter(
    (other) =>
      other.kind === "GatewayClass" &&
      groupOf(other) === gatewayGroup &&
      refersTo(at(other.root, "spec", "parametersRef"), manifest, ""),
  );
  if (asked.length > 0) {
    for (const { root } of classes)
      reading.note(at(root, "spec", "parametersRef"), {
        outcome: "changed",
        why: "a policy names its Gateways itself",
      });
    return { targets: asked, wanted: "" };
  }
  const ofClass = classes.flatMap((of) => {
    const ref = at(of.root, "spec", "parametersRef");
    return gateways
      .filter(
        ({ root }) =>
          wordOf(at(root, "spec", "gatewayClassName")) === of.name &&
          at(root, "spec", "infrastructure", "parametersRef") === null,
      )
      .map((gateway) => asGateway(gateway, ref ?? anchor, "every Gateway of the class that is among the files"));
  });
  const [first] = classes;
  if (ofClass.length > 0) return { targets: ofClass, wanted: "" };
  if (first !== undefined) {
    reading.note(at(first.root, "spec", "parametersRef"), {
      outcome: "changed",
      why: "a policy names its Gateways itself, and none of this class is among the files",
    });
    return { targets: [], wanted: `every Gateway of class ${first.name}` };
  }
  // The translator's own test inputs say so by the name of the block.
  if (/(?:^|\.)envoyProxyForGatewayClass$/.test(manifest.path)) {
    return {
      targets: gateways
        .filter(({ file }) => file === manifest.file)
        .map((gateway) => asGateway(gateway, anchor, "every Gateway of the file")),
      wanted: "every Gateway of a class",
    };
  }
  return { targets: [], wanted: "the Gateways that refer to it, none of which is among the files" };
};

const sinkKinds = ["File", "OpenTelemetry", "ALS"];

/** Two settings that differ would be two access logs; a policy has one, of requests. */
const readAccessLog = (reading: Reading, accessLog: YamlNode): SketchLogs => {
  unknownFields(reading, accessLog, ["disable", "settings"]);
  const disable = at(accessLog, "disable");
  if (disable !== null && switchOf(disable) === true) {
    lost(reading, at(accessLog, "settings"), "settings of logs that are off");
    return { enabled: reading.cite(false, disable) };
  }
  if (disable !== null) reading.note(disable, { outcome: "carried", why: "that is a policy's default" });
  let logs: SketchLogs | null = null;
  for (const setting of itemsOf(at(accessLog, "settings"))) {
    unknownFields(reading, setting, ["type", "format", "matches", "sinks"]);
    const type = at(setting, "type");
    const word = wordOf(type);
    if (word === "Listener" || word === "Upstream") {
      keepNative(
        reading,
        setting,
        `${word} logs are no request records: a policy's access log has one record per request`,
      );
      continue;
    }
    if (type !== null) {
      if (word === "Route") reading.note(type, { outcome: "carried", why: "one record per request" });
      else wrong(reading, type, "is no type of access log", "write Route, Listener or Upstream");
    }
    const read = readSetting(reading, setting);
    if (read === null) continue;
    if (logs === null) logs = read;
    else
      lost(
        reading,
        setting,
        "a policy has one access log per target; let the platform's Collector fan out, or keep this one in the proxy",
      );
  }
  return logs ?? {};
};

const readSetting = (reading: Reading, setting: YamlNode): SketchLogs | null => {
  let provider: SketchLogs["provider"];
  for (const sink of itemsOf(at(setting, "sinks"))) {
    const type = at(sink, "type");
    const word = wordOf(type) ?? "";
    if (!sinkKinds.includes(word)) {
      wrong(reading, type ?? sink, "is no sink of Envoy Gateway", "write File, OpenTelemetry or ALS");
      continue;
    }
    if (word === "ALS") {
      keepNative(reading, sink, "Envoy's own gRPC log stream is no OTLP; a Collector cannot write it");
      continue;
    }
    if (provider !== undefined) {
      lost(reading, sink, "a policy has one sink per signal; let the platform's Collector fan out from there");
      continue;
    }
    if (word === "File") {
      const path = at(sink, "file", "path");
      if (path === null || wordOf(path) === "/dev/stdout") {
        provider = reading.cite(null, path ?? sink, {
          how: "changed",
          why: "the agent's standard output; the proxy needs an OpenTelemetry sink that leads to the agent",
        });
        if (type !== null) reading.note(type, { outcome: "carried", why: "with the path" });
      } else lost(reading, sink, "a policy cannot choose a file; the agent's standard output is used");
      continue;
    }
    const otlp = at(sink, "openTelemetry");
    unknownFields(reading, otlp, [
      "backendRef",
      "backendRefs",
      "host",
      "port",
      "resources",
      "resourceAttributes",
      "headers",
    ]);
    const to = otlp === null ? null : sinkProvider(reading, otlp);
    if (to !== null && to !== undefined) {
      provider = { ...to, value: endpointText(to.value) };
      if (type !== null) reading.note(type, { outcome: "carried", why: "OTLP" });
    }
    for (const field of ["resources", "resourceAttributes"])
      keepNative(reading, at(otlp, field), "resource attributes stay with the proxy, which sends them to the agent");
    lostSecret(reading, at(otlp, "headers"));
  }
  const format = at(setting, "format");
  unknownFields(reading, format, ["type", "text", "json"]);
  const type = at(format, "type");
  const json = at(format, "json");
  const text = at(format, "text");
  const word = wordOf(type);
  const keep = "the proxy's OpenTelemetry sink to the agent must keep this format";
  let shape: Pick<SketchLogs, "format" | "fields"> = {};
  if (json !== null && word !== "Text") {
    const fields = entriesOf(json).flatMap(([key, operator]) => {
      if (key.length <= 256) return [reading.cite(key, operator, { how: "carried", why: keep })];
      lost(reading, operator, "a field's name has at most 256 characters");
      return [];
    });
    shape = { format: reading.cite("JSON", type ?? json, { how: "carried" }), fields };
    lost(reading, text, "with json beside it, the text would be the body of the record");
  } else if (text !== null) {
    shape = {
      format: reading.cite("Text", text, {
        how: "changed",
        why: `the line that Envoy wrote is passed on as it is: ${keep}`,
      }),
    };
    if (type !== null) reading.note(type, { outcome: "carried", why: "with the text" });
    lost(reading, json, "not used with type Text");
  }
  const conditions = itemsOf(at(setting, "matches"));
  const texts = conditions.map((node) => wordOf(node) ?? "");
  const problems = texts.map(conditionProblem);
  let matches: SketchLogs["matches"] = [];
  const [only] = conditions;
  if (conditions.length === 1 && only !== undefined && problems[0] === null)
    matches = [reading.cite({ cel: texts[0] ?? "" }, only)];
  else if (conditions.length > 1 && problems.every((problem) => problem === null) && only !== undefined) {
    // Envoy Gateway renders several matches as an AND filter, whatever the API text says.
    const cel = texts.map((each) => `(${each})`).join(" && ");
    const why = "all of them must hold, as Envoy Gateway's translator has it: one condition";
    matches =
      cel.length <= 4096
        ? conditions.slice(0, 1).map((node) => reading.cite({ cel }, node, { how: "changed", why }))
        : [];
    for (const node of conditions.slice(1)) reading.note(node, { outcome: "changed", why });
  } else {
    for (const [index, node] of conditions.entries())
      keepNative(
        reading,
        node,
        `telemetry cannot decide ${problems[index] === null ? "the others" : `it (${problems[index] ?? ""})`}; leave the filter in the proxy, which then sends what matches only`,
      );
  }
  if (
    provider === undefined &&
    itemsOf(at(setting, "sinks")).length > 0 &&
    itemsOf(at(setting, "sinks")).every((sink) => wordOf(at(sink, "type")) === "ALS")
  ) {
    forEachUnspoken(reading, setting, { outcome: "dataPlane", why: "it belongs to a sink that stays with the proxy" });
    return null;
  }
  const anchor = provider?.node ?? at(setting, "sinks") ?? setting;
  return {
    enabled: reading.cite(true, anchor, { how: "changed", why: "settings turn logs on" }),
    ...(provider === undefined ? {} : { provider }),
    ...shape,
    matches,
  };
};

const readMetrics = (reading: Reading, metrics: YamlNode): SketchMetrics => {
  let provider: SketchMetrics["provider"];
  for (const sink of itemsOf(at(metrics, "sinks"))) {
    const otlp = at(sink, "openTelemetry");
    const to = otlp === null ? null : sinkProvider(reading, otlp);
    if (to === null || to === undefined) continue;
    if (provider !== undefined) {
      lost(reading, sink, "a policy has one sink per signal; let the platform's Collector fan out from there");
      continue;
    }
    provider = { ...to, value: { type: "OTLP", endpoint: endpointText(to.value) } };
    reading.note(at(sink, "type"), { outcome: "carried", why: "OTLP" });
    for (const field of ["reportCountersAsDeltas", "reportHistogramsAsDeltas", "resourceAttributes"])
      keepNative(reading, at(otlp, field), "how Envoy's own stats are written stays with Envoy");
    lostSecret(reading, at(otlp, "headers"));
  }
  keepNative(
    reading,
    at(metrics, "prometheus"),
    "Envoy's own scrape endpoint; scrape it with the platform's Collector",
  );
  for (const field of [
    "matches",
    "enableVirtualHostStats",
    "enablePerEndpointStats",
    "enableRequestResponseSizesStats",
    "enableGRPCStats",
    "clusterStatName",
  ])
    keepNative(reading, at(metrics, field), "which stats Envoy makes is Envoy's");
  unknownFields(reading, metrics, [
    "sinks",
    "prometheus",
    "matches",
    "enableVirtualHostStats",
    "enablePerEndpointStats",
    "enableRequestResponseSizesStats",
    "enableGRPCStats",
    "clusterStatName",
  ]);
  if (provider === undefined) return {};
  const why = "the policy also derives request metrics under OpenTelemetry's names";
  return { enabled: reading.cite(true, provider.node, { how: "changed", why }), provider };
};

const readEnvoyProxy = (reading: Reading): readonly Sketch[] => {
  const { manifest } = reading;
  const spec = at(manifest.root, "spec");
  const telemetry = at(spec, "telemetry");
  if (telemetry === null) {
    unrelated(reading, manifest.root, "an EnvoyProxy without telemetry");
    return [];
  }
  unknownFields(reading, telemetry, ["tracing", "accessLog", "metrics", "requestID", "healthCheckLog"]);
  const { targets, wanted } = attachedTo(reading);
  const merged = at(spec, "mergeGateways");
  if (merged !== null && switchOf(merged) === true) {
    lost(
      reading,
      merged,
      "one Envoy for all Gateways of the class names none of them: turn it off, or the policy cannot take hold",
    );
    for (const { value } of targets)
      reading.report("TP6006", { target: `Gateway ${value.namespace}/${value.name}` }, merged);
    if (targets.length === 0) reading.report("TP6006", { target: wanted }, merged);
  }
  for (const [key, value] of entriesOf(spec))
    if (key !== "telemetry" && key !== "mergeGateways")
      unrelated(reading, value, "no telemetry: how Envoy is deployed and run");
  const tracing = at(telemetry, "tracing");
  const accessLog = at(telemetry, "accessLog");
  const metrics = at(telemetry, "metrics");
  keepNative(reading, at(telemetry, "requestID"), "request ids are made by Envoy");
  keepNative(reading, at(telemetry, "healthCheckLog"), "logs of health checks are no access logs");
  return [
    {
      namespace: targets[0]?.value.namespace ?? manifest.namespace,
      name: manifest.name,
      targets,
      createdAt: manifest.createdAt,
      from: `Envoy Gateway ${manifest.title}`,
      wanted,
      ...(tracing === null ? {} : { tracing: readEnvoyTracing(reading, tracing) }),
      ...(accessLog === null ? {} : { logs: readAccessLog(reading, accessLog) }),
      ...(metrics === null ? {} : { metrics: readMetrics(reading, metrics) }),
    },
  ];
};

const readTrafficPolicy = (reading: Reading): readonly Sketch[] => {
  const { manifest } = reading;
  const spec = at(manifest.root, "spec");
  const telemetry = at(spec, "telemetry");
  for (const [key, value] of entriesOf(spec))
    if (key !== "telemetry" && !key.startsWith("target")) unrelated(reading, value, "no telemetry");
  if (telemetry === null) {
    unrelated(reading, manifest.root, "a BackendTrafficPolicy without telemetry");
    return [];
  }
  unknownFields(reading, telemetry, ["tracing", "metrics"]);
  keepNative(reading, at(telemetry, "metrics"), "names of Envoy's route stats are Envoy's");
  const refs = refsOf(spec);
  const tracing = at(telemetry, "tracing");
  const routes = refs.filter((ref) => wordOf(at(ref, "kind")) !== "Gateway");
  const targets = gatewayTargets(reading, refs);
  if (targets.length === 0) {
    const names = routes.map((ref) => `${wordOf(at(ref, "kind")) ?? ""} ${wordOf(at(ref, "name")) ?? ""}`).join(", ");
    if (tracing !== null)
      keepNative(
        reading,
        tracing,
        `a TelemetryPolicy cannot attach to ${names === "" ? "selected targets" : names}: its rate and tags stay with Envoy, below those of the Gateway`,
      );
    lost(reading, at(spec, "targetSelectors"), "targets by label are not known from files");
    return [];
  }
  return [
    {
      namespace: targets[0]?.value.namespace ?? manifest.namespace,
      name: manifest.name,
      targets,
      createdAt: manifest.createdAt,
      from: `Envoy Gateway ${manifest.title}`,
      level: 2,
      keepsProvider: true,
      ...(tracing === null ? {} : { tracing: readEnvoyTracing(reading, tracing) }),
    },
  ];
};

export const envoyGateway: Source = {
  name: "Envoy Gateway",
  reads: (manifest) => groupOf(manifest) === group && ["EnvoyProxy", "BackendTrafficPolicy"].includes(manifest.kind),
  read: (reading) => (reading.manifest.kind === "EnvoyProxy" ? readEnvoyProxy(reading) : readTrafficPolicy(reading)),
};
