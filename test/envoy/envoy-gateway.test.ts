import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Compilation } from "../../src/compile.ts";
import { envoyGateway } from "../../src/dataplane/envoy-gateway.ts";
import { assertQuiet, counted, gatewayLabels, type Place } from "../support/dataplane-scene.ts";
import { total } from "../support/policy-collector.ts";
import { poll, settled } from "../support/poll.ts";
import type { Sent } from "./support/client.ts";
import { envoyGatewayProxy, type LogType } from "./support/envoy-gateway.ts";
import { hangUp, mixed } from "./support/mix.ts";
import { mapAt, nativeDocuments, wishOf } from "./support/native.ts";
import { bySeq, histograms, isKept, isTraced, observed, tally } from "./support/observed.ts";
import { type EnvoyScene, patience, placeName, startEnvoyScene } from "./support/scene.ts";
import { describeWithEnvoy } from "./support/suite.ts";
import { slowMs, usageOf } from "./support/upstream.ts";

/** Prefixes of each other, dots, and the same name in two namespaces: a proxy each. */
const edge: Place = { namespace: "team-a", name: "edge" };
const sampled: Place = { namespace: "team-a", name: "edge.v2" };
const audited: Place = { namespace: "team-b", name: "edge" };
const bystanders: readonly Place[] = [
  { namespace: "team-a", name: "edge-2" },
  // Its spans say edge.v2, as the beginning of edge.v2.team-a does.
  { namespace: "v2", name: "edge" },
];
const places = [edge, sampled, audited, ...bystanders];

const backend = `{type: OTLP, endpoint: "collector.monitoring.svc:4317"}`;
const policies = `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: everything, namespace: team-a}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge}
  tracing:
    provider: ${backend}
    customAttributes:
      - {attributeName: env, literalValue: production}
      - {attributeName: caller.team, fromHeader: x-team}
  metrics:
    enabled: true
    provider: ${backend}
    overrides:
      - name: request_count
        dimensions: [{key: model_id, fromHeader: x-model-id}, {key: team, fromHeader: x-team}]
      - {name: cluster.upstream_cx_total, disabled: true}
      - {name: http.downstream_cx_total, dimensions: [{key: envoy.http_conn_manager_prefix, remove: true}, {key: tier, value: gold}]}
    genAI: {enabled: true}
  accessLogs: {enabled: true, provider: ${backend}}
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: rates, namespace: team-a}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge.v2}
  tracing:
    provider: ${backend}
    samplingRate: {percent: 50}
    parentBasedSampling: {enabled: true, samplingRate: {percent: 25}}
  metrics: {enabled: true, provider: {type: Prometheus}}
---
apiVersion: agentic.networking.x-k8s.io/v1alpha1
kind: TelemetryPolicy
metadata: {name: audit, namespace: team-b}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]
  tracing: {enabled: false}
  accessLogs:
    enabled: true
    format: JSON
    matches:
      - path: /tool/execute
      - cel: "response.code >= 500 && request.headers['x-team'] == 'blue'"
    fields: [start_time, method, path, response_code, x-team, x-token-usage, duration]
`;

const maker =
  (place: Place, types?: readonly LogType[]) =>
  (compilation: Compilation, wires: Parameters<typeof envoyGatewayProxy>[2]) => {
    const [envoyProxy = null] = nativeDocuments(envoyGateway, wishOf(compilation, "Gateway", place, envoyGateway));
    return envoyGatewayProxy(place, envoyProxy, wires, types);
  };

describeWithEnvoy("Envoy as Envoy Gateway configures it", () => {
  let scene: EnvoyScene;
  let sent: readonly (readonly Sent[])[] = [];
  const of = (place: Place): readonly Sent[] => sent[places.indexOf(place)] ?? [];
  const logsAt = (sink: "backend" | "defaults", place: Place) =>
    observed(scene.run[sink].logs, ["cluster_name", placeName(place)]);
  const spansAt = (sink: "backend" | "defaults", { namespace, name }: Place) =>
    observed(scene.run[sink].spans, ["service.name", `${name}.${namespace}`]);
  /** Trace ids by request: a log record has its own even where the client cannot know it. */
  const traceIds = new Map<number, string>();

  before(async () => {
    scene = await startEnvoyScene(
      policies,
      ["envoy-gateway"],
      [
        // Logs at every place Envoy has one: each request thrice, and each connection.
        maker(edge, ["Listener", "Route", "Upstream"]),
        ...places.slice(1).map((place) => maker(place)),
      ],
    );
    const counts = [120, 200, 80, 20, 20];
    sent = await Promise.all(
      counts.map((count, index) => scene.send(index, index === 0 ? [...mixed(count), hangUp] : mixed(count))),
    );
    const logged = places.filter((place) => place !== audited);
    const requestsOf = (place: Place) =>
      [...logsAt("backend", place), ...logsAt("defaults", place)].filter(({ values }) => isRequest(values));
    await poll("all records", () => logged.every((place) => requestsOf(place).length >= of(place).length), patience);
    const whole = (sink: "backend" | "defaults", place: Place): boolean =>
      spansAt(sink, place).length >= spansOf(of(place).filter(isTraced));
    await poll(
      "all spans",
      () => whole("backend", edge) && bystanders.every((each) => whole("defaults", each)),
      patience,
    );
    for (const place of [edge, sampled])
      for (const { record, seq, values } of [...logsAt("backend", place), ...logsAt("defaults", place)])
        if (seq !== null && isRequest(values) && record.traceId !== undefined) traceIds.set(seq, record.traceId);
    await poll("the kept traces", () => spansAt("backend", sampled).length >= spansOf(wantedTraces()), patience);
    await settled(() => scene.run.backend.spans.length + scene.run.defaults.spans.length, 800);
  });
  after(() => scene.stop());

  const isRequest = (values: { readonly [key: string]: unknown }): boolean =>
    values["access_log_type"] === "DownstreamEnd";
  /** What the proxy itself could not route has no span of an upstream request. */
  const spansPer = ({ wish }: Sent): number => (wish.path === "/nowhere" ? 1 : 2);
  const spansOf = (requests: readonly Sent[]): number => requests.reduce((sum, each) => sum + spansPer(each), 0);
  const wantedTraces = (): readonly Sent[] =>
    of(sampled).filter((each) =>
      each.wish.parent === "unsampled"
        ? false
        : isKept(traceIds.get(each.seq) ?? "", {
            numerator: each.wish.parent === "sampled" ? 25 : 50,
            denominator: 100,
          }),
    );

  test("what it was told is what explain --native prints, and it took all of it without a word", () => {
    const words = scene.proxyLogs().split("\n");
    assert.deepEqual(
      words.filter((line) => line !== "" && !/Deprecated field.*common_config|no configured limit/.test(line)),
      [],
    );
    // Envoy has thousands of families; an override may name any.
    assert.deepEqual(
      scene.run.compilation.diagnostics.filter(({ severity }) => severity !== "info").map(({ code }) => code),
      [],
    );
  });

  test("each request has its record, with path, method, code and headers as the client knows them", () => {
    const records = bySeq(logsAt("backend", edge).filter(({ values }) => isRequest(values)));
    assert.equal(records.size, of(edge).length);
    for (const { seq, wish, target, status, traceId } of of(edge)) {
      const { record, values } = records.get(seq) ?? assert.fail(`no record of ${target}`);
      const isModel = wish.path.startsWith("/v1/") && status !== null;
      const usage = usageOf(seq);
      assert.deepEqual(
        {
          target: values["x-envoy-origin-path"],
          path: values["url.path"],
          method: values["http.request.method"],
          status: values["http.response.status_code"],
          host: values["server.address"],
          agent: values["user_agent.original"],
          requestBytes: values["http.request.body.size"],
          responseBytes: values["http.response.body.size"],
          model: values["x-model-id"],
          team: values["x-team"],
          input: values["x-usage-input-tokens"],
        },
        {
          target,
          path: wish.path.split("?")[0],
          method: wish.method ?? "GET",
          // Who hung up got no status, and none is invented.
          status: status ?? undefined,
          host: "chat.example.com",
          agent: "test-client/1",
          requestBytes: wish.body?.length ?? 0,
          responseBytes:
            status === null || wish.path === "/nowhere"
              ? 0
              : wish.path === "/dead/end"
                ? values["http.response.body.size"]
                : 2,
          model: wish.headers?.["x-model-id"] ?? "-",
          team: wish.headers?.["x-team"] ?? "-",
          input: isModel ? String(usage.input) : "-",
        },
        target,
      );
      if (traceId !== null) assert.equal(record.traceId, traceId, target);
    }
  });

  test("each request counts once, whatever else Envoy logs of it, sampled by its caller or not", async () => {
    const kinds = tally(logsAt("backend", edge), ({ values }) => String(values["access_log_type"]));
    // Envoy did say everything thrice, and logged its connections.
    assert.equal(kinds["DownstreamEnd"], of(edge).length);
    assert.ok((kinds["UpstreamEnd"] ?? 0) > 0 && (kinds["NotSet"] ?? 0) > 0, JSON.stringify(kinds));
    const count = (labels: { readonly [key: string]: unknown }): number =>
      counted(scene.run, "http.server.request.count", labels as { readonly [key: string]: string });
    await poll("all requests counted", () => count(gatewayLabels(edge)) >= of(edge).length);
    assert.equal(count(gatewayLabels(edge)), of(edge).length);
    const labelsOf = ({ wish, status }: Sent) => ({
      ...gatewayLabels(edge),
      "http.request.method": wish.method ?? "GET",
      "http.response.status_code": status ?? undefined,
      model_id: wish.headers?.["x-model-id"],
      team: wish.headers?.["x-team"],
    });
    const series = tally(of(edge), (each) => JSON.stringify(labelsOf(each)));
    assert.ok(Object.keys(series).length > 15);
    for (const each of of(edge)) {
      const labels = labelsOf(each);
      const same = of(edge).filter((other) =>
        Object.entries(labels).every(
          ([key, value]) => value === undefined || labelsOf(other)[key as keyof typeof labels] === value,
        ),
      );
      const asked = Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined));
      assert.equal(count(asked), same.length, JSON.stringify(asked));
    }
  });

  test("durations lie between what the upstream took and what the client waited", async () => {
    const records = bySeq(logsAt("backend", edge).filter(({ values }) => isRequest(values)));
    let slow = 0;
    let all = 0;
    for (const { seq, ms, wish, target, status } of of(edge)) {
      // Envoy writes whole milliseconds, cut off.
      const took = Number(records.get(seq)?.values["http.server.request.duration"]) * 1000;
      const atLeast = wish.path === "/v1/slow" ? slowMs - 1 : 0;
      // Envoy learns a little later than the client that the client is gone.
      const atMost = status === null ? Number.POSITIVE_INFINITY : ms;
      assert.ok(took >= atLeast && took <= atMost, `${target}: ${took} of ${ms} ms`);
      if (wish.path === "/v1/slow") slow += 1;
      all += took;
    }
    assert.ok(slow > 0);
    const series = histograms(scene.run.backend.metrics, "http.server.request.duration", gatewayLabels(edge));
    assert.equal(
      series.reduce((sum, { count }) => sum + count, 0),
      of(edge).length,
    );
    const seconds = series.reduce((sum, each) => sum + each.sum, 0);
    assert.ok(Math.abs(seconds - all / 1000) < 1e-6, `${seconds} s of ${all} ms`);
  });

  test("tokens are those of the usage headers", async () => {
    const calls = of(edge).filter(({ wish, status }) => wish.path.startsWith("/v1/") && status === 200);
    const tokens = (bucket: string): number =>
      counted(scene.run, "otel_policy.gen_ai.tokens", { ...gatewayLabels(edge), bucket });
    const want = {
      input: calls.reduce((sum, { seq }) => sum + usageOf(seq).input, 0),
      output: calls.reduce((sum, { seq }) => sum + usageOf(seq).output, 0),
    };
    await poll("all tokens", () => tokens("output") >= want.output);
    assert.deepEqual({ input: tokens("uncached_input"), output: tokens("output") }, want);
  });

  test("every sampled request has its whole trace, with the policy's attributes on each span; others have none", () => {
    const spans = spansAt("backend", edge);
    const traced = of(edge).filter(isTraced);
    assert.equal(spans.length, spansOf(traced));
    const servers = bySeq(spans.filter(({ record }) => record.kind === 2));
    assert.deepEqual([...servers.keys()].sort(), traced.map(({ seq }) => seq).sort());
    for (const { seq, wish, status } of traced) {
      const server = servers.get(seq) ?? assert.fail();
      const whole = spans.filter(({ record }) => record.traceId === server.record.traceId);
      assert.equal(whole.length, spansPer({ wish } as Sent), wish.path);
      for (const { values } of whole) {
        assert.equal(values["env"], "production");
        assert.equal(values["caller.team"], wish.headers?.["x-team"]);
      }
      assert.equal(server.values["http.response.status_code"], status ?? undefined);
      assert.equal(server.values["url.path"], wish.path.split("?")[0]);
      // A span without a remote parent has flags 257, one with such a parent 769.
      assert.equal(server.record.flags, wish.parent === "sampled" ? 769 : 257);
    }
  });

  test("rates hold for exactly the traces that their ids say, each kept whole", async () => {
    const wanted = wantedTraces();
    assert.ok(wanted.length > 20 && wanted.length < of(sampled).length / 2, String(wanted.length));
    const spans = spansAt("backend", sampled);
    const got = Map.groupBy(spans, ({ record }) => record.traceId);
    assert.deepEqual([...got.keys()].sort(), wanted.map(({ seq }) => traceIds.get(seq) ?? "").sort());
    for (const each of wanted) assert.equal(got.get(traceIds.get(each.seq) ?? "")?.length, spansPer(each));
    // Its metrics know nothing of that: all requests, those that sent no span included.
    const labels = { k8s_gateway_name: sampled.name, k8s_gateway_namespace: sampled.namespace };
    const all = of(sampled).length;
    const requests = await poll("all requests counted", async () => {
      const count = total(await scene.run.scrape(), "http_server_request_count_total", labels);
      return count >= all ? count : null;
    });
    assert.equal(requests, all);
  });

  test("access-log lines: the audited path and what the condition says, with these fields in this order", async () => {
    const wanted = of(audited).filter(
      ({ wish, status }) =>
        wish.path === "/tool/execute" || ((status ?? 0) >= 500 && wish.headers?.["x-team"] === "blue"),
    );
    await poll("all lines", () => scene.run.collector.stdoutLines().length >= wanted.length);
    const lines = scene.run.collector.stdoutLines().map((line) => JSON.parse(line) as { [name: string]: unknown });
    assert.ok(wanted.some(({ wish }) => wish.path === "/dead/end"));
    assert.equal(lines.length, wanted.length);
    for (const line of lines) {
      assert.deepEqual(Object.keys(line), [
        "start_time",
        "method",
        "path",
        "response_code",
        "x-team",
        "x-token-usage",
        "duration",
      ]);
      assert.match(String(line["start_time"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    const shape = (method: unknown, path: unknown, code: unknown, team: unknown): string =>
      JSON.stringify([method, path, code, team ?? null]);
    assert.deepEqual(
      lines.map((line) => shape(line["method"], line["path"], line["response_code"], line["x-team"])).sort(),
      wanted.map(({ wish, status }) => shape(wish.method ?? "GET", wish.path, status, wish.headers?.["x-team"])).sort(),
    );
    // Tracing is off for it, and nothing of it goes anywhere else.
    for (const sink of ["backend", "defaults"] as const) assert.equal(spansAt(sink, audited).length, 0);
    assert.equal(logsAt("defaults", audited).length, 0);
  });

  test("stats go with the Gateway they name; families are dropped and re-labelled", async () => {
    const points = (name: string) =>
      scene.run.backend.metrics
        .filter(({ record }) => record.name === name)
        .flatMap(({ resource, record }) =>
          (record.sum?.dataPoints ?? []).map((point) => ({
            of: resource.attributes,
            point,
            values: Object.fromEntries(
              (point.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]),
            ),
          })),
        )
        .filter(({ of: who }) => JSON.stringify(who).includes('"stringValue":"edge"'));
    const requests = (): number =>
      Math.max(
        0,
        ...points("http.downstream_rq_total")
          .filter(({ values }) => values["envoy.http_conn_manager_prefix"] === "http-10080")
          .map(({ point }) => Number(point.asInt)),
      );
    await poll("Envoy's own count", () => requests() >= of(edge).length);
    assert.equal(requests(), of(edge).length);
    assert.deepEqual(points("cluster.upstream_cx_total"), []);
    const connections = points("http.downstream_cx_total");
    assert.ok(connections.length > 0);
    for (const { values } of connections) assert.deepEqual(values, { tier: "gold" });
  });

  test("Gateways that no policy names keep everything, as Envoy wrote it", async () => {
    const format = new Set([
      ...Object.keys(
        mapAt(
          nativeDocuments(
            envoyGateway,
            wishOf(scene.run.compilation, "Gateway", bystanders[0] ?? edge, envoyGateway),
          )[0],
          ...["spec", "telemetry", "accessLog", "settings", 0, "format", "json"],
        ),
      ),
      "k8s.namespace.name",
      "k8s.pod.name",
    ]);
    for (const place of bystanders) {
      const logs = bySeq(logsAt("defaults", place));
      assert.deepEqual(
        [...logs.keys()].sort(),
        of(place)
          .map(({ seq }) => seq)
          .sort(),
      );
      for (const { values } of logs.values())
        assert.deepEqual(
          Object.keys(values).filter((key) => !format.has(key)),
          [],
        );
      const spans = spansAt("defaults", place);
      assert.equal(spans.length, spansOf(of(place).filter(isTraced)), placeName(place));
      for (const { values } of spans) assert.equal(values["url.path"], undefined);
      assert.equal(logsAt("backend", place).length + spansAt("backend", place).length, 0);
      assert.equal(counted(scene.run, "http.server.request.count", gatewayLabels(place)), 0);
    }
    // A signal without a block is left alone: these logs are the platform's.
    assert.equal(bySeq(logsAt("defaults", sampled)).size, of(sampled).length);
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
