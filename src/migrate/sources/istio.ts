import { groupOf } from "../group.ts";
import type { Manifest } from "../manifests.ts";
import { type Reading, unknownFields } from "../reading.ts";
import type { Sketch } from "../sketch.ts";
import type { Source } from "../source.ts";
import { at, itemsOf } from "../tree.ts";
import { readLogs } from "./istio-logs.ts";
import { readMetrics } from "./istio-metrics.ts";
import { meshConfigIn, readMeshConfig } from "./istio-providers.ts";
import { scopeOf } from "./istio-scope.ts";
import { readTracing } from "./istio-tracing.ts";

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
