import { groupOf } from "../group.ts";
import { forEachUnspoken, keepNative, lost, type Reading, unrelated } from "../reading.ts";
import type { Sketch } from "../sketch.ts";
import type { Source } from "../source.ts";
import { askedTargets, gatewayTargets, refsOf } from "../targets.ts";
import { at, entriesOf } from "../tree.ts";
import { readLogs, readMetrics, readTracing } from "./agentgateway-signals.ts";
import { isStandalone, readStandalone } from "./agentgateway-standalone.ts";

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
