import assert from "node:assert/strict";
import type { Export } from "../../src/traffic/batch.ts";
import { type PolicyCollector, runPolicies } from "./policy-collector.ts";
import { poll, settled } from "./poll.ts";
import { attributeOf, attributesOf } from "./sink.ts";

export type Place = { readonly namespace: string; readonly name: string };

/** What one target's proxies send for some requests, in their own shape, and what must be seen of it. */
export type Scene = {
  readonly exports: readonly Export[];
  /** Requests that the exports stand for; each of them must be counted once. */
  readonly requests: number;
};

/** Names that are prefixes of each other, hold dots, or are the same in two namespaces. */
export const governed: readonly Place[] = [
  { namespace: "team-a", name: "edge" },
  { namespace: "team-a", name: "edge.v2" },
];
export const bystanders: readonly Place[] = [
  { namespace: "team-b", name: "edge" },
  { namespace: "team-a", name: "edge-2" },
  { namespace: "team-a", name: "edg" },
  { namespace: "team-a-edge", name: "v2" },
  { namespace: "v2", name: "edge" },
];

const backend = "collector.monitoring.svc:4317";

const spec = (tag: string, metrics = ""): string => `  tracing:
    provider: {type: OTLP, endpoint: "${backend}"}
    customAttributes: [{attributeName: governed.by, literalValue: "${tag}"}]
  metrics:
    enabled: true
    provider: {type: OTLP, endpoint: "${backend}"}
${metrics}  accessLogs:
    enabled: true
    provider: {type: OTLP, endpoint: "${backend}"}
`;

const gatewayPolicy = ({ namespace, name }: Place): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: ${name}}
${spec(`${namespace}/${name}`)}`;

const namespacePolicy = (namespace: string, metrics: string): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: mesh, namespace: ${namespace}}
spec:
  targetRef: {group: "", kind: Namespace, name: ${namespace}}
${spec(namespace, metrics)}`;

/** The real Collector with a policy on each governed Gateway and on these Namespaces; `metrics` is more of the latter's block. */
export const runDataPlane = (
  planes: readonly string[],
  namespaces: readonly string[] = [],
  metrics = "",
): Promise<PolicyCollector> => {
  const policies = [...governed.map(gatewayPolicy), ...namespaces.map((name) => namespacePolicy(name, metrics))];
  return runPolicies([{ path: "p.yaml", text: policies.join("---\n") }], planes);
};

/**
 * Highest value of every cumulative series of that name, summed over those whose labels include the given ones. Not the
 * one that came last: exporters send several requests at once, so that an older value may arrive after a newer one.
 */
export const counted = (run: PolicyCollector, name: string, labels: { readonly [key: string]: string }): number => {
  const series = new Map<string, number>();
  for (const { record } of run.backend.metrics) {
    if (record.name !== name) continue;
    for (const point of record.sum?.dataPoints ?? []) {
      const of = attributesOf({ attributes: point.attributes ?? [] });
      if (Object.entries(labels).every(([key, value]) => of[key] === value))
        series.set(JSON.stringify(of), Math.max(series.get(JSON.stringify(of)) ?? 0, Number(point.asInt)));
    }
  }
  return [...series.values()].reduce((sum, value) => sum + value, 0);
};

/** Where what was sent has arrived: everything of governed places at the backend, all else at the platform's own. */
export const assertScoped = async (
  run: PolicyCollector,
  sent: readonly { readonly place: Place; readonly scene: Scene; readonly isGoverned: boolean }[],
  labelsOf: (place: Place) => { readonly [key: string]: string },
): Promise<void> => {
  const items = (of: boolean, path: Export["path"]): number =>
    sent
      .filter(({ isGoverned }) => isGoverned === of)
      .flatMap(({ scene }) => scene.exports)
      .filter((each) => each.path === path)
      .reduce((sum, each) => sum + each.items, 0);
  assert.equal(await run.send(sent.flatMap(({ scene }) => scene.exports)), 0);
  const want = { spans: items(true, "/v1/traces"), logs: items(true, "/v1/logs") };
  const others = { spans: items(false, "/v1/traces"), logs: items(false, "/v1/logs") };
  const got = (sink: PolicyCollector["backend"]) => ({ spans: sink.spans.length, logs: sink.logs.length });
  await settled(
    () =>
      Object.values({ ...got(run.backend), a: run.defaults.spans.length, b: run.defaults.logs.length }).reduce(
        (a, b) => a + b,
        0,
      ),
    500,
  );
  assert.deepEqual(got(run.backend), want, "governed records at the backend");
  assert.deepEqual(got(run.defaults), others, "all others at the platform's default");
  const text = JSON.stringify([
    run.backend.spans,
    run.backend.logs,
    run.defaults.spans,
    run.defaults.logs,
    run.defaults.metrics,
  ]);
  assert.ok(!text.includes("otel_policy."), text.slice(Math.max(0, text.indexOf("otel_policy.") - 200)).slice(0, 300));
  for (const { place, scene, isGoverned } of sent) {
    const labels = labelsOf(place);
    if (!isGoverned) {
      assert.equal(counted(run, "http.server.request.count", labels), 0, JSON.stringify(place));
      continue;
    }
    await poll(
      `${scene.requests} requests of ${place.namespace}/${place.name}, got ${counted(run, "http.server.request.count", labels)}`,
      () => counted(run, "http.server.request.count", labels) >= scene.requests,
    );
    assert.equal(counted(run, "http.server.request.count", labels), scene.requests, JSON.stringify(place));
  }
};

export const gatewayLabels = ({ namespace, name }: Place) => ({
  "k8s.gateway.name": name,
  "k8s.gateway.namespace": namespace,
});

/** Spans at the backend say which policy they went through. */
export const assertTagged = (
  run: PolicyCollector,
  tagOf: (resource: { readonly [key: string]: unknown }, record: { readonly [key: string]: unknown }) => string,
): void => {
  for (const { resource, record } of run.backend.spans)
    assert.equal(attributeOf(record, "governed.by"), tagOf(attributesOf(resource), attributesOf(record)));
};

export const assertQuiet = (run: PolicyCollector): void =>
  assert.deepEqual(
    run.collector
      .log()
      .split("\n")
      .filter((line) => /\t(error|warn)\t/.test(line)),
    [],
  );
