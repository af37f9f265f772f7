import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { compile } from "../../src/compile.ts";
import { envoy } from "../../src/dataplane/envoy.ts";
import { type Scene, startScene } from "../support/agent.ts";
import { compileText } from "../support/compile-text.ts";
import type { Place } from "../support/dataplane-scene.ts";
import { freePorts } from "../support/free-port.ts";
import { testBase } from "../support/policy-collector.ts";
import { poll, settled } from "../support/poll.ts";
import { type Sink, startSink } from "../support/sink.ts";
import { type Sent, sendAll } from "./support/client.ts";
import { type RunningEnvoy, startEnvoy } from "./support/envoy.ts";
import { mixed } from "./support/mix.ts";
import { at, listAt, nativeDocuments, wishOf } from "./support/native.ts";
import { bySeq, isTraced, observed } from "./support/observed.ts";
import { plainProxy } from "./support/plain.ts";
import { patience } from "./support/scene.ts";
import { describeWithEnvoy } from "./support/suite.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const web: Place = { namespace: "shop", name: "web" };
const policy = (edition: string): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: web, namespace: shop}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: web}
  tracing:
    provider: {type: OTLP, endpoint: "collector.monitoring.svc:4317"}
    customAttributes: [{attributeName: edition, literalValue: ${edition}}]
  accessLogs: {enabled: true, provider: {type: OTLP, endpoint: "collector.monitoring.svc:4317"}}
`;

const editions = ["one", "two", "three", "four"];

describeWithEnvoy("edits while a real Envoy sends", () => {
  let agent: Scene;
  let proxy: RunningEnvoy;
  let upstream: Upstream;
  let sink: Sink;
  const sent: Sent[] = [];
  before(async () => {
    const [otlp = 0, grpc = 0, prometheus = 0, port = 0, dead = 0] = await freePorts(5);
    [sink, upstream] = await Promise.all([startSink(), startUpstream()]);
    agent = await startScene(
      { "policy.yaml": policy("zero") },
      {
        compile,
        base: testBase({ otlp, grpc, prometheus }, sink),
        dataPlanes: ["envoy"],
        allowEndpoints: ["*"],
        redirectSinks: sink.url,
      },
    );
    await agent.until("ready", ({ ready }) => ready);
    const wish = wishOf(compileText(policy("zero"), { dataPlanes: ["envoy"] }), "Gateway", web, envoy);
    const [parts = null] = nativeDocuments(envoy, wish);
    const [, resource = ""] = /OTEL_RESOURCE_ATTRIBUTES=(\S+)/.exec(envoy.native(wish)[0]?.text ?? "") ?? [];
    proxy = await startEnvoy(
      plainProxy(
        { tracing: at(parts, "tracing") ?? null, accessLog: listAt(parts, "access_log"), resource },
        { port, upstream: upstream.port, dead, otlp: grpc },
      ),
    );
    let going = true;
    const traffic = (async () => {
      for (let from = 0; going; from += 30) sent.push(...(await sendAll(port, mixed(30, from), upstream)));
    })();
    try {
      await poll("spans before the first edit", () => sink.spans.length > 50, patience);
      for (const [index, edition] of editions.entries()) {
        agent.write("policy.yaml", policy(edition));
        await agent.until(`edition ${edition} live`, ({ live }) => live?.number === index + 2);
        await poll(`spans of edition ${edition}`, () => seenEditions().includes(edition), patience);
      }
    } finally {
      going = false;
      await traffic;
    }
    await poll("all access logs", () => sink.logs.length >= sent.length, patience);
    await settled(() => sink.spans.length + sink.logs.length, 1200);
  });
  after(async () => {
    await proxy?.stop();
    await agent?.end();
    await Promise.all([upstream?.close(), sink?.close()]);
  });

  const seenEditions = (): readonly string[] => [
    ...new Set(
      observed(sink.spans).flatMap(({ values }) =>
        values["edition"] === undefined ? [] : [String(values["edition"])],
      ),
    ),
  ];

  test("every request has its access log, once", () => {
    assert.ok(sent.length > 200, `only ${sent.length} requests`);
    assert.deepEqual([...bySeq(observed(sink.logs)).keys()].sort(), sent.map(({ seq }) => seq).sort());
  });

  test("every traced request has its server span, once, by one edition of the policy", () => {
    const servers = bySeq(observed(sink.spans).filter(({ record }) => record.kind === 2));
    assert.deepEqual(
      [...servers.keys()].sort(),
      sent
        .filter(isTraced)
        .map(({ seq }) => seq)
        .sort(),
    );
    for (const { values } of servers.values()) assert.ok(["zero", ...editions].includes(String(values["edition"])));
    assert.deepEqual(seenEditions(), ["zero", ...editions]);
  });

  test("Envoy saw nothing of it", () => {
    assert.deepEqual(
      proxy
        .log()
        .split("\n")
        .filter((line) => line !== "" && !/Deprecated field.*common_config|no configured limit/.test(line)),
      [],
    );
    assert.equal(agent.agent.view().lastReload?.outcome, "committed");
  });
});
