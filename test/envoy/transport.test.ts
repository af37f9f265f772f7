import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { envoy } from "../../src/dataplane/envoy.ts";
import { assertQuiet, counted, gatewayLabels, type Place } from "../support/dataplane-scene.ts";
import { poll, settled } from "../support/poll.ts";
import { bootstrapOf, cluster, keyValues, otlpAccessLog, otlpCluster } from "./support/bootstrap.ts";
import type { Sent } from "./support/client.ts";
import { overHttp2, startGrpcUpstream } from "./support/grpc.ts";
import { at, listAt, nativeDocuments, wishOf } from "./support/native.ts";
import { bySeq, observed, tally } from "./support/observed.ts";
import { type EnvoyScene, type ProxyMaker, patience, startEnvoyScene } from "./support/scene.ts";
import { describeWithEnvoy } from "./support/suite.ts";

const web: Place = { namespace: "shop", name: "web" };
const backend = `{type: OTLP, endpoint: "collector.monitoring.svc:4317"}`;
const policies = `apiVersion: agentic.networking.x-k8s.io/v1alpha1
kind: TelemetryPolicy
metadata: {name: web, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: web}]
  tracing: {provider: {endpoint: "collector.monitoring.svc:4317"}, customAttributes: [{attributeName: site, literalValue: a}]}
  metrics: {enabled: true, provider: ${backend}}
  accessLogs:
    enabled: true
    provider: ${backend}
    matches:
      - cel: "response.grpc_status == 14"
      - cel: "response.code == 503"
      - cel: "request.protocol == 'HTTP/2' && request.url_path == '/v1/chat/completions'"
`;

const retries = 2;

/** The printed snippet, on a listener that also logs every attempt at the upstream. */
const proxyTo =
  (grpcPort: number): ProxyMaker =>
  (compilation, { port, upstream, dead, otlp }) => {
    const wish = wishOf(compilation, "Gateway", web, envoy);
    const [parts = null] = nativeDocuments(envoy, wish);
    const [, resource = ""] = /OTEL_RESOURCE_ATTRIBUTES=(\S+)/.exec(envoy.native(wish)[0]?.text ?? "") ?? [];
    const attempts = otlpAccessLog("otel", {
      resource_attributes: keyValues({ "k8s.gateway.name": web.name, "k8s.gateway.namespace": web.namespace }),
      attributes: keyValues({
        "x-envoy-origin-path": "%REQ(:PATH)%",
        response_code: "%RESPONSE_CODE%",
        access_log_type: "%ACCESS_LOG_TYPE%",
      }),
    });
    return {
      ports: [port],
      env: { OTEL_RESOURCE_ATTRIBUTES: resource },
      bootstrap: bootstrapOf({
        node: { id: "edge-1", cluster: "edge-proxies" },
        listeners: [
          {
            name: "web",
            port,
            statPrefix: "web",
            tracing: at(parts, "tracing") ?? null,
            accessLog: listAt(parts, "access_log"),
            upstreamLog: [attempts],
            routes: [
              { prefix: "/chat.Models/", cluster: "grpc" },
              { prefix: "/dead/", cluster: "nobody", retries },
              { prefix: "/", cluster: "chat", retries },
            ],
          },
        ],
        clusters: [
          // All of them may be retried at the same time.
          cluster("chat", upstream, { circuit_breakers: { thresholds: [{ max_retries: 100 }] } }),
          cluster("nobody", dead),
          otlpCluster("grpc", grpcPort),
          otlpCluster("otel", otlp),
        ],
      }),
    };
  };

describeWithEnvoy("Envoy with retries, over HTTP/2 and gRPC", () => {
  let scene: EnvoyScene;
  let grpc: Awaited<ReturnType<typeof startGrpcUpstream>>;
  let sent: readonly Sent[] = [];
  let calls: Awaited<ReturnType<typeof overHttp2>> = [];
  const over2: readonly { readonly path: string; readonly grpcStatus?: string }[] = [
    ...Array.from({ length: 6 }, (_, index) => ({
      path: `/chat.Models/Ask?seq=${9000 + index}`,
      grpcStatus: index % 2 === 0 ? "0" : "14",
    })),
    ...Array.from({ length: 3 }, (_, index) => ({ path: `/v1/chat/completions?seq=${9100 + index}` })),
  ];
  let port = 0;
  before(async () => {
    grpc = await startGrpcUpstream();
    scene = await startEnvoyScene(
      policies,
      ["envoy"],
      [
        (compilation, wires, ports) => {
          port = wires.port;
          return proxyTo(grpc.port)(compilation, wires, ports);
        },
      ],
    );
    sent = await scene.send(0, [
      ...Array.from({ length: 5 }, () => ({ path: "/api/broken" })),
      ...Array.from({ length: 4 }, () => ({ path: "/v1/chat/completions", method: "POST", body: "{}" })),
      { path: "/dead/end" },
    ]);
    calls = await overHttp2(port, over2);
    await poll(
      "all counted",
      () => counted(scene.run, "http.server.request.count", gatewayLabels(web)) >= sent.length + over2.length,
      patience,
    );
    await settled(() => scene.run.backend.logs.length + scene.run.backend.spans.length, 1200);
  });
  after(async () => {
    await scene?.stop();
    await grpc?.close();
  });
  const broken = () => sent.filter(({ wish }) => wish.path === "/api/broken");

  test("the upstream saw each failing request three times, the client once", () => {
    const seen = tally(scene.upstream.seen, ({ seq }) => String(seq));
    for (const { seq, status } of broken()) assert.deepEqual([seen[String(seq)], status], [1 + retries, 503]);
  });

  test("attempts count as one request, also where none reached an upstream", () => {
    assert.equal(counted(scene.run, "http.server.request.count", gatewayLabels(web)), sent.length + over2.length);
  });

  test("though every attempt has a log of its own, which is not the request's", () => {
    const attempts = observed(scene.run.backend.logs).filter(
      ({ values }) => values["access_log_type"] === "UpstreamEnd" && String(values["response_code"]) === "503",
    );
    assert.equal(attempts.length, broken().length * (1 + retries));
  });

  test("each has one server span, and a client span for every attempt, in one trace", () => {
    const spans = observed(scene.run.backend.spans, ["k8s.gateway.name", "web"]);
    const servers = bySeq(spans.filter(({ record }) => record.kind === 2));
    for (const { seq } of broken()) {
      const server = servers.get(seq);
      assert.ok(server !== undefined);
      const trace = spans.filter(({ record }) => record.traceId === server.record.traceId);
      assert.deepEqual(
        tally(trace, ({ record }) => String(record.kind)),
        { "2": 1, "3": 1 + retries },
      );
    }
  });

  test("conditions on gRPC's status and on HTTP/2 hold for the calls they are about", () => {
    assert.deepEqual(
      calls.map(({ status, grpcStatus }) => [status, grpcStatus]),
      over2.map(({ grpcStatus }) => [200, grpcStatus ?? null]),
    );
    const numbered = (paths: readonly { readonly path: string }[]): readonly number[] =>
      paths.map(({ path }) => Number(path.split("seq=")[1]));
    const wanted = [
      ...numbered(over2.filter(({ grpcStatus }) => grpcStatus === "14")),
      ...numbered(over2.filter(({ grpcStatus }) => grpcStatus === undefined)),
      ...sent.filter(({ status }) => status === 503).map(({ seq }) => seq),
    ];
    const ofRequests = observed(scene.run.backend.logs).filter(
      ({ values }) => !String(values["access_log_type"]).startsWith("Upstream"),
    );
    assert.deepEqual([...bySeq(ofRequests).keys()].sort(), wanted.sort());
  });

  test("nothing of ours is left on any record, and the Collector had nothing to complain of", () => {
    assert.ok(!JSON.stringify([scene.run.backend.spans, scene.run.backend.logs]).includes("otel_policy."));
    assertQuiet(scene.run);
  });
});
