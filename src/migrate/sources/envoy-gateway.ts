import type { YamlNode } from "../../policy/yaml-node.ts";
import { groupOf } from "../group.ts";
import { keepNative, lost, lostSecret, type Reading, unknownFields, unrelated } from "../reading.ts";
import { endpointText } from "../say.ts";
import type { Sketch, SketchMetrics } from "../sketch.ts";
import type { Source } from "../source.ts";
import { gatewayTargets, refsOf } from "../targets.ts";
import { at, entriesOf, itemsOf, switchOf, wordOf } from "../tree.ts";
import { attachedTo } from "./envoy-gateway-attached.ts";
import { readAccessLog } from "./envoy-gateway-logs.ts";
import { readEnvoyTracing, sinkProvider } from "./envoy-gateway-tracing.ts";

const group = "gateway.envoyproxy.io";

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
