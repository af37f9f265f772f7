import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { envoy } from "../../src/dataplane/envoy.ts";
import { assertQuiet, counted, gatewayLabels, type Place } from "../support/dataplane-scene.ts";
import { poll, settled } from "../support/poll.ts";
import { extension, keyValues, otlpAccessLog } from "./support/bootstrap.ts";
import type { Sent } from "./support/client.ts";
import { hangUp, mixed } from "./support/mix.ts";
import { at, listAt, nativeDocuments, wishOf } from "./support/native.ts";
import { bySeq, isTraced, observed } from "./support/observed.ts";
import { plainProxy } from "./support/plain.ts";
import { type EnvoyScene, type ProxyMaker, patience, startEnvoyScene } from "./support/scene.ts";
import { describeWithEnvoy } from "./support/suite.ts";

const web: Place = { namespace: "shop", name: "web" };

/** Expressions over Envoy's attributes. Envoy has a filter for access logs that decides the very same texts. */
const conditions: readonly string[] = [
  "response.code >= 500",
  // Who hung up got no status: neither 200 nor anything else.
  "response.code != 200",
  "response.code < 400",
  "response.code >= 400 && response.code < 500",
  "request.method in ['POST', 'PUT']",
  "request.method == 'GET' || response.code == 503",
  "request.url_path == '/v1/chat/completions'",
  "request.path.startsWith('/v1/chat/completions?user=')",
  "request.url_path.startsWith('/tool/execute')",
  "!request.url_path.endsWith('later')",
  "request.path.contains('%2F')",
  "request.headers['x-team'] == 'blue'",
  "request.headers['x-team'] != 'blue'",
  "request.headers['x-team'] == 'red' || request.method == 'PUT'",
  "request.host == 'chat.example.com'",
  "request.useragent.startsWith('test-client/')",
  "request.protocol == 'HTTP/1.1'",
  "request.duration >= duration('30ms')",
  "response.flags != 0",
  "response.code_details == 'route_not_found'",
  "request.size > 5",
  "request.size + response.size > 10",
  "size(request.headers['x-model-id']) > 6",
  "response.code == 200 ? request.method == 'POST' : request.headers['x-team'] == 'red'",
  "response.headers['x-token-usage'] != '17'",
  "int(response.headers['x-usage-input-tokens']) > 30",
  "response.headers['content-type'] == 'text/plain' && response.code != 200",
  "'content-length' in response.headers || request.method == 'PUT'",
  "request.headers['content-length'] == '2'",
  "upstream.port > 1",
  "'/nowhere' == request.url_path",
  "has(response.code) && response.code > 399",
  "!has(response.code)",
  "has(request.useragent)",
  "has(request.referer)",
  "'x-team' in request.headers",
  "!('x-team' in request.headers)",
  "request.headers[':method'] == 'POST'",
  "request.query.startsWith('seq=')",
  "request.url_path.matches('^/v1/(chat|slow)')",
  "request.headers['user-agent'].matches('client/[0-9]$')",
  "request.scheme == 'http'",
  "response.code_details.startsWith('via_')",
  "upstream.address.startsWith('127.0.0.1:')",
  "upstream.transport_failure_reason != ''",
  "source.address.startsWith('127.')",
  "destination.port > 1",
  "request.id != ''",
  "response.size == 2",
  "response.flags == 0 && response.code == 404",
  "request.duration < duration('30ms') || response.code == 0",
  "1 / 0 == 1 || request.method == 'PUT'",
  "request.headers['x-none'] == '' || true",
  "xds.route_name == 'to-chat/v1/'",
  "xds.cluster_name == 'chat'",
  "response.grpc_status == 0",
  "true",
];

const backend = `{type: OTLP, endpoint: "collector.monitoring.svc:4317"}`;
const policies = [
  `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: web, namespace: shop}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: web}
  tracing: {provider: ${backend}, customAttributes: [{attributeName: caller.team, fromHeader: x-team}]}
  metrics: {enabled: true, provider: ${backend}}
  accessLogs: {enabled: true, provider: ${backend}, fields: [method, path, response_code, upstream_host, trace_id]}
`,
  ...conditions.map(
    (cel, index) => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: when-${index}, namespace: shop}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: when.${index}}
  accessLogs: {enabled: true, provider: ${backend}, matches: [{cel: ${JSON.stringify(cel)}}]}
`,
  ),
].join("---\n");

const asPrinted: ProxyMaker = (compilation, wires) => {
  const wish = wishOf(compilation, "Gateway", web, envoy);
  const [parts = null] = nativeDocuments(envoy, wish);
  const [, resource = ""] = /OTEL_RESOURCE_ATTRIBUTES=(\S+)/.exec(envoy.native(wish)[0]?.text ?? "") ?? [];
  return plainProxy({ tracing: at(parts, "tracing") ?? null, accessLog: listAt(parts, "access_log"), resource }, wires);
};

/** A logger per condition for the policy to decide, and one that Envoy's own filter decides. */
const judged: ProxyMaker = (compilation, wires) => {
  const accessLog = conditions.flatMap((cel, index) => {
    const wish = wishOf(compilation, "Gateway", { namespace: "shop", name: `when.${index}` }, envoy);
    const own = otlpAccessLog(
      "otel",
      {
        resource_attributes: keyValues({ judge: `envoy.${index}` }),
        attributes: keyValues({ "x-envoy-origin-path": "%REQ(:PATH)%" }),
      },
      {
        filter: {
          extension_filter: extension(
            "envoy.access_loggers.extension_filters.cel",
            "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter",
            { expression: cel },
          ),
        },
      },
    );
    return [...nativeDocuments(envoy, wish).flatMap((parts) => listAt(parts, "access_log")), own];
  });
  return plainProxy({ tracing: null, accessLog }, wires);
};

describeWithEnvoy("Envoy without a control plane", () => {
  let scene: EnvoyScene;
  let sent: readonly Sent[] = [];
  let asked: readonly Sent[] = [];
  before(async () => {
    scene = await startEnvoyScene(policies, ["envoy"], [asPrinted, judged]);
    [sent, asked] = await Promise.all([scene.send(0, [...mixed(60), hangUp]), scene.send(1, [...mixed(60), hangUp])]);
    const judge = conditions.length - 1;
    await poll(
      "what holds for all",
      () => ofJudge(judge).size >= asked.length && kept(judge).size >= asked.length,
      patience,
    );
    await poll(
      "all counted",
      () => counted(scene.run, "http.server.request.count", gatewayLabels(web)) >= sent.length,
      patience,
    );
    await settled(() => scene.run.backend.logs.length + scene.run.defaults.logs.length, 1200);
  });
  after(() => scene.stop());

  const kept = (index: number) => bySeq(observed(scene.run.backend.logs, ["k8s.gateway.name", `when.${index}`]));
  const ofJudge = (index: number) => bySeq(observed(scene.run.defaults.logs, ["judge", `envoy.${index}`]));

  test("the printed snippet is all it takes: counts, lines and traces", () => {
    assert.equal(counted(scene.run, "http.server.request.count", gatewayLabels(web)), sent.length);
    const logs = observed(scene.run.backend.logs, ["k8s.gateway.name", "web"]);
    assert.deepEqual(
      logs
        .map(({ values }) => JSON.stringify([values["method"], values["path"], Number(values["response_code"])]))
        .sort(),
      sent
        .map(({ wish, status }) => JSON.stringify([wish.method ?? "GET", wish.path.split("?")[0], status ?? 0]))
        .sort(),
    );
    const reached = scene.upstream.seen.filter(({ seq }) => sent.some((each) => each.seq === seq)).length;
    assert.equal(
      logs.filter(({ values }) => values["upstream_host"] === `127.0.0.1:${scene.upstream.port}`).length,
      reached,
    );
    const spans = observed(scene.run.backend.spans, ["k8s.gateway.name", "web"]);
    const servers = bySeq(spans.filter(({ record }) => record.kind === 2));
    assert.deepEqual(
      [...servers.keys()].sort(),
      sent
        .filter(isTraced)
        .map(({ seq }) => seq)
        .sort(),
    );
    const traces = new Map(logs.map(({ record, values }) => [values["trace_id"], record.traceId]));
    for (const { record } of servers.values()) assert.equal(traces.get(record.traceId), record.traceId);
    for (const { seq, wish } of sent.filter(isTraced))
      assert.equal(servers.get(seq)?.values["caller.team"], wish.headers?.["x-team"]);
  });

  for (const [index, cel] of conditions.entries())
    test(`decides as Envoy itself does: ${cel}`, () => {
      assert.deepEqual([...kept(index).keys()].sort(), [...ofJudge(index).keys()].sort());
    });

  test("conditions told requests apart", () => {
    const some = conditions.filter((_, index) => ofJudge(index).size > 0 && ofJudge(index).size < asked.length);
    assert.ok(some.length >= conditions.length - 16, `${some.length} of ${conditions.length}`);
  });

  test("nothing of ours is left on any record, and neither program had anything to complain of", () => {
    const text = JSON.stringify([scene.run.backend.spans, scene.run.backend.logs, scene.run.defaults]);
    assert.ok(
      !text.includes("otel_policy."),
      text.slice(Math.max(0, text.indexOf("otel_policy.") - 300)).slice(0, 400),
    );
    const words = scene.proxyLogs().split("\n");
    assert.deepEqual(
      words.filter((line) => line !== "" && !/Deprecated field.*common_config|no configured limit/.test(line)),
      [],
    );
    assertQuiet(scene.run);
  });
});
