import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { istio } from "../../src/dataplane/istio.ts";
import { assertQuiet, counted, gatewayLabels, type Place } from "../support/dataplane-scene.ts";
import { poll, settled } from "../support/poll.ts";
import type { Sent } from "./support/client.ts";
import { inboundSidecar, istioGateway, outboundSidecar } from "./support/istio.ts";
import { mixed } from "./support/mix.ts";
import { nativeDocuments, wishOf } from "./support/native.ts";
import { bySeq, histograms, isKept, isTraced, observed } from "./support/observed.ts";
import { type EnvoyScene, type ProxyMaker, patience, placeName, startEnvoyScene } from "./support/scene.ts";
import { describeWithEnvoy } from "./support/suite.ts";

/** Gateways, and workloads of a mesh: the planner calls the tools, and so does a stranger from `agents-2`. */
const edge: Place = { namespace: "team-a", name: "edge" };
const edgeV2: Place = { namespace: "team-a", name: "edge.v2" };
const stranger: Place = { namespace: "team-b", name: "edge" };
const planner: Place = { namespace: "agents", name: "planner" };
const outsider: Place = { namespace: "agents-2", name: "planner" };
const tools: Place = { namespace: "agents", name: "tools" };

const backend = `{type: OTLP, endpoint: "collector.monitoring.svc:4317"}`;
const tag = (text: string): string =>
  `customAttributes: [{attributeName: governed.by, literalValue: "${text}"}, {attributeName: caller.team, fromHeader: x-team}]`;
const policies = `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: edge, namespace: team-a}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge}
  tracing: {provider: ${backend}, ${tag("edge")}}
  metrics:
    enabled: true
    provider: ${backend}
    overrides: [{name: request_count, dimensions: [{key: model_id, fromHeader: x-model-id}]}]
  accessLogs:
    enabled: true
    provider: ${backend}
    matches: [{cel: "response.code >= 400"}, {path: /tool/execute}]
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: mesh, namespace: team-a}
spec:
  targetRef: {group: "", kind: Namespace, name: team-a}
  tracing: {provider: ${backend}, ${tag("team-a")}}
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: mesh, namespace: agents}
spec:
  targetRef: {group: "", kind: Namespace, name: agents}
  tracing: {provider: ${backend}, samplingRate: {percent: 50}, ${tag("agents")}}
  metrics: {enabled: true, provider: ${backend}}
  accessLogs: {enabled: true, provider: ${backend}}
`;

const meshDocuments = (compilation: Parameters<ProxyMaker>[0], { namespace }: Place) =>
  nativeDocuments(istio, wishOf(compilation, "Namespace", { namespace, name: namespace }, istio));

const gateway =
  (place: Place): ProxyMaker =>
  (compilation, wires) =>
    istioGateway(place, nativeDocuments(istio, wishOf(compilation, "Gateway", place, istio)), wires);

const caller =
  (workload: Place): ProxyMaker =>
  (compilation, wires, ports) =>
    outboundSidecar(workload, meshDocuments(compilation, workload), wires, { ...tools, port: ports[5] ?? 0 });

const makers: readonly ProxyMaker[] = [
  gateway(edge),
  // Without a policy of its own it has what its namespace has.
  (compilation, wires) => istioGateway(edgeV2, meshDocuments(compilation, edgeV2), wires),
  gateway(stranger),
  caller(planner),
  caller(outsider),
  (compilation, wires) => inboundSidecar(tools, meshDocuments(compilation, tools), wires),
];

describeWithEnvoy("Envoy as Istio configures it", () => {
  let scene: EnvoyScene;
  let sent: { readonly [K in "edge" | "edgeV2" | "stranger" | "planner" | "outsider"]: readonly Sent[] };

  /** Records of one workload: an access log says it in its attributes, a span in its resource. */
  const logsAt = (sink: "backend" | "defaults", { namespace, name }: Place) =>
    observed(scene.run[sink].logs).filter(
      ({ values }) => values["k8s.namespace.name"] === namespace && values["k8s.deployment.name"] === name,
    );
  const spansAt = (sink: "backend" | "defaults", { namespace, name }: Place) =>
    observed(scene.run[sink].spans, ["service.name", `${name}.${namespace}`]);
  const deployed = ({ namespace, name }: Place): Place => ({ namespace, name: `${name}-istio` });

  before(async () => {
    scene = await startEnvoyScene(policies, ["istio"], makers);
    const counts = [90, 20, 20, 80, 40];
    const [a = [], b = [], c = [], d = [], e = []] = await Promise.all(
      counts.map((count, index) => scene.send(index, mixed(count))),
    );
    sent = { edge: a, edgeV2: b, stranger: c, planner: d, outsider: e };
    const everything = (): number =>
      [scene.run.backend, scene.run.defaults].reduce((sum, { spans, logs }) => sum + spans.length + logs.length, 0);
    await poll("the server's records", () => logsAt("backend", tools).length >= d.length + e.length, patience);
    await poll("the outsider's records", () => logsAt("defaults", outsider).length >= e.length, patience);
    await poll("the planner's records", () => logsAt("backend", planner).length >= d.length, patience);
    await poll("the stranger's records", () => logsAt("defaults", deployed(stranger)).length >= c.length, patience);
    await poll(
      "the gateway's spans",
      () => spansAt("backend", deployed(edge)).length >= a.filter(isTraced).length,
      patience,
    );
    await poll(
      "the last counts",
      () => counted(scene.run, "http.server.request.count", gatewayLabels(edge)) >= a.length,
      patience,
    );
    await settled(everything, 1000);
  });
  after(() => scene.stop());

  test("what they were told is what explain --native prints, and they took it without a word", () => {
    assert.deepEqual(
      scene
        .proxyLogs()
        .split("\n")
        .filter((line) => line !== "" && !/Deprecated field.*common_config|no configured limit/.test(line)),
      [],
    );
  });

  test("a gateway's requests count once each, by model; sampled by their caller or not", () => {
    const count = (more: { readonly [key: string]: string } = {}): number =>
      counted(scene.run, "http.server.request.count", { ...gatewayLabels(edge), ...more });
    assert.equal(count(), sent.edge.length);
    for (const model of ["gpt-4o", "claude-sonnet-4"])
      assert.equal(
        count({ model_id: model }),
        sent.edge.filter(({ wish }) => wish.headers?.["x-model-id"] === model).length,
      );
    const all = histograms(scene.run.backend.metrics, "http.server.request.duration", gatewayLabels(edge));
    const seconds = all.reduce((sum, each) => sum + each.sum, 0);
    assert.ok(seconds > 0 && seconds * 1000 <= sent.edge.reduce((sum, { ms }) => sum + ms, 0), `${seconds} s`);
  });

  test("its access log holds what its conditions say, and nothing else", () => {
    const logs = bySeq(logsAt("backend", deployed(edge)));
    const wanted = sent.edge.filter(({ wish, status }) => (status ?? 0) >= 400 || wish.path === "/tool/execute");
    assert.ok(wanted.length > 10 && wanted.length < sent.edge.length / 2 + 10);
    assert.deepEqual([...logs.keys()].sort(), wanted.map(({ seq }) => seq).sort());
    for (const { seq, status, target } of wanted) {
      assert.equal(logs.get(seq)?.values["http.response.status_code"], status, target);
      assert.equal(logs.get(seq)?.values["x-envoy-origin-path"], target);
      // Istio's record has no resource, and stays without one of ours.
      assert.deepEqual(logs.get(seq)?.resource, {});
    }
    assert.equal(logsAt("defaults", deployed(edge)).length, 0);
  });

  test("its spans, of kind CLIENT, are the Gateway's; another Gateway of the namespace is the namespace's", () => {
    for (const [place, name, requests] of [
      [edge, "edge", sent.edge],
      [edgeV2, "team-a", sent.edgeV2],
    ] as const) {
      const spans = bySeq(spansAt("backend", deployed(place)));
      const traced = requests.filter(isTraced);
      assert.deepEqual([...spans.keys()].sort(), traced.map(({ seq }) => seq).sort(), placeName(place));
      for (const { seq, wish, status } of traced) {
        const span = spans.get(seq);
        assert.equal(span?.record.kind, 3);
        assert.equal(span?.values["governed.by"], name);
        assert.equal(span?.values["caller.team"], wish.headers?.["x-team"]);
        assert.equal(span?.values["http.response.status_code"], status);
      }
      assert.equal(spansAt("defaults", deployed(place)).length, 0);
    }
  });

  test("a Gateway of the same name in another namespace is nobody's", () => {
    assert.equal(bySeq(logsAt("defaults", deployed(stranger))).size, sent.stranger.length);
    assert.equal(bySeq(spansAt("defaults", deployed(stranger))).size, sent.stranger.filter(isTraced).length);
    assert.equal(logsAt("backend", deployed(stranger)).length + spansAt("backend", deployed(stranger)).length, 0);
    assert.equal(counted(scene.run, "http.server.request.count", gatewayLabels(stranger)), 0);
  });

  test("in the mesh a request passes two proxies and counts once, where it was served", async () => {
    const calls = [...sent.planner, ...sent.outsider];
    assert.equal(bySeq(logsAt("backend", tools)).size, calls.length);
    // The planner's own log is governed, too; the outsider's is not.
    assert.equal(bySeq(logsAt("backend", planner)).size, sent.planner.length);
    assert.equal(bySeq(logsAt("defaults", outsider)).size, sent.outsider.length);
    const count = (): number => counted(scene.run, "http.server.request.count", { "k8s.namespace.name": "agents" });
    await poll("all calls counted", () => count() >= calls.length);
    assert.equal(count(), calls.length);
    const outside = counted(scene.run, "http.server.request.count", { "k8s.namespace.name": "agents-2" });
    assert.equal(outside, 0);
  });

  test("both ends of a trace in the mesh are kept, or neither, as the trace's id says", () => {
    const rate = { numerator: 50, denominator: 100 };
    const kept = (requests: readonly Sent[]): readonly Sent[] =>
      requests.filter((each) => isTraced(each) && isKept(each.traceId ?? "", rate));
    const ids = (records: ReturnType<typeof spansAt>): readonly string[] =>
      records.map(({ record }) => record.traceId).sort();
    const of = (requests: readonly Sent[]): readonly string[] => requests.map(({ traceId }) => traceId ?? "").sort();
    assert.ok(kept(sent.planner).length > 15 && kept(sent.planner).length < sent.planner.filter(isTraced).length - 15);
    assert.deepEqual(ids(spansAt("backend", planner)), of(kept(sent.planner)));
    assert.deepEqual(ids(spansAt("backend", tools)), of(kept([...sent.planner, ...sent.outsider])));
    assert.deepEqual(ids(spansAt("defaults", outsider)), of(sent.outsider.filter(isTraced)));
    // The server's span hangs below the client's.
    const clients = new Map(spansAt("backend", planner).map(({ record }) => [record.traceId, record.spanId]));
    for (const { record, values } of spansAt("backend", tools)) {
      assert.equal(values["governed.by"], "agents");
      assert.equal(record.kind, 2);
      if (clients.has(record.traceId)) assert.equal(record.parentSpanId, clients.get(record.traceId));
    }
  });

  test("nothing of ours is left on any record, and the Collector had nothing to complain of", () => {
    const text = JSON.stringify([scene.run.backend.spans, scene.run.backend.logs, scene.run.defaults]);
    assert.ok(
      !text.includes("otel_policy."),
      text.slice(Math.max(0, text.indexOf("otel_policy.") - 300)).slice(0, 400),
    );
    assertQuiet(scene.run);
  });
});
