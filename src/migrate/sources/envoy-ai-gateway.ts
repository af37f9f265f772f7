import type { Target } from "../../policy/types.ts";
import { groupOf } from "../group.ts";
import { forEachUnspoken, keepNative, type Reading, unrelated } from "../reading.ts";
import type { Sketch } from "../sketch.ts";
import type { Source } from "../source.ts";
import { askedTargets, gatewaysIn } from "../targets.ts";
import { at, entriesOf, wordOf } from "../tree.ts";
import { readEnvironment } from "./otel-environment.ts";

const annotation = "aigateway.envoyproxy.io/gateway-config";

/** Its Envoy is set up by EnvoyProxy; this is the ext_proc beside it, per Gateway, by its environment. */
const readGatewayConfig = (reading: Reading): readonly Sketch[] => {
  const { manifest } = reading;
  const tracing = readEnvironment(reading, at(manifest.root, "spec", "extProc", "kubernetes", "env"), {
    sender: "the ext_proc",
    why: "set by the agent; keep ai-gateway there, by which its telemetry is recognised",
  });
  forEachUnspoken(reading, at(manifest.root, "spec"), {
    outcome: "unrelated",
    why: "no telemetry: how the ext_proc runs",
  });
  if (Object.keys(tracing).length === 0) return [];
  const anchor = at(manifest.root, "metadata", "name") ?? manifest.root;
  const own = gatewaysIn(reading.all).filter(
    ({ root, namespace }) =>
      namespace === manifest.namespace && wordOf(at(root, "metadata", "annotations", annotation)) === manifest.name,
  );
  const targets =
    own.length > 0
      ? own.map(({ namespace, name }) =>
          reading.cite<Target>({ kind: "Gateway", namespace, name }, anchor, {
            how: "changed",
            why: "the Gateway's annotation names it",
          }),
        )
      : askedTargets(reading, anchor, "the targets that were named");
  return [
    {
      namespace: targets[0]?.value.namespace ?? manifest.namespace,
      name: manifest.name,
      targets,
      createdAt: manifest.createdAt,
      from: `Envoy AI Gateway ${manifest.title}`,
      wanted: `the Gateways whose annotation ${annotation} names it, none of which is among the files`,
      // Envoy's own settings of the same Gateway are the ones a policy speaks of first.
      level: 0,
      tracing,
    },
  ];
};

const readRoute = (reading: Reading): readonly Sketch[] => {
  const spec = at(reading.manifest.root, "spec");
  keepNative(
    reading,
    at(spec, "llmRequestCosts"),
    "they put tokens into the metadata that access logs read; token metrics need them",
  );
  for (const [key, value] of entriesOf(spec))
    if (key !== "llmRequestCosts") unrelated(reading, value, "no telemetry: what the gateway routes and how");
  return [];
};

export const envoyAiGateway: Source = {
  name: "Envoy AI Gateway",
  reads: (manifest) =>
    groupOf(manifest) === "aigateway.envoyproxy.io" && ["GatewayConfig", "AIGatewayRoute"].includes(manifest.kind),
  read: (reading) => (reading.manifest.kind === "GatewayConfig" ? readGatewayConfig(reading) : readRoute(reading)),
};
