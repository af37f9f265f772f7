import type { Clock } from "../../base/clock.ts";
import { envoyGateway } from "../../traffic/envoy-gateway.ts";
import { everyday, type Mix } from "../../traffic/mix.ts";
import { type Part, proxyExports, scene } from "../../traffic/scene.ts";
import { meshWorkload, otlpGateway } from "../../traffic/semconv-source.ts";
import { type Sender, startSender } from "../../traffic/sender.ts";

/** Few remote parents, so that an edit of the root rate shows clearly in the kept share. */
const mix: Mix = { ...everyday, remoteSampled: 0.1, remoteUnsampled: 0.02 };

/** The tags Envoy Gateway would be given so that spans carry the headers policies ask for. */
const tags = { "x-model-id": "x-model-id", "x-team": "x-team" };

const standing: readonly Part[] = [
  { source: envoyGateway({ namespace: "prod-ns", gateway: "my-gateway", tags }), mix, weight: 5 },
  {
    source: otlpGateway("ai-platform", "llm-gateway"),
    mix: {
      ...mix,
      kinds: [
        ["chat", 8],
        ["unavailable", 1],
        ["mcp", 1],
      ],
    },
    weight: 3,
  },
  { source: meshWorkload("agents", "planner"), mix, weight: 2 },
];

/** A part for a target some policy names, written as `targetName` does: a Gateway speaks as Envoy Gateway does, a namespace as a mesh. */
const partFor = (target: string): Part | null => {
  const [kind, namespace, name] = target.split(/[ /]/);
  if (kind === "Gateway" && namespace !== undefined && name !== undefined)
    return { source: envoyGateway({ namespace, gateway: name, tags }), mix, weight: 3 };
  return kind === "Namespace" && namespace !== undefined
    ? { source: meshWorkload(namespace, "planner"), mix, weight: 2 }
    : null;
};

/** At most so many targets get traffic of their own. */
const maxParts = 12;

export const partsFor = (targets: readonly string[]): readonly Part[] => {
  const known = new Set(standing.map((part) => part.source.target));
  const added = [...new Set(targets)].map(partFor).filter((part) => part !== null && !known.has(part.source.target));
  return [...standing, ...added.filter((part) => part !== null)].slice(0, maxParts);
};

/** Traffic for the targets of the day; when policies come to name others, the next request may be theirs. */
export const startTraffic = (options: {
  readonly endpoint: string;
  readonly perSecond: number;
  readonly clock: Clock;
  readonly targets: () => readonly string[];
}): Sender => {
  const { clock } = options;
  const toExports = proxyExports({ startMs: clock.now(), metricsEvery: 200 });
  let key = "";
  let stream = scene(standing, 1);
  let scenes = 1;
  return startSender({
    endpoint: options.endpoint,
    perSecond: options.perSecond,
    clock,
    next: () => {
      const targets = options.targets();
      if (targets.join() !== key) {
        key = targets.join();
        scenes += 1;
        // Another seed: ids must not repeat within a run.
        stream = scene(partsFor(targets), scenes);
      }
      const now = clock.now();
      return toExports(stream.next(now), now);
    },
  });
};
