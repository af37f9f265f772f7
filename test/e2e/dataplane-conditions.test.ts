import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertQuiet } from "../support/dataplane-scene.ts";
import { type PolicyCollector, runPolicies } from "../support/policy-collector.ts";
import { poll, settled } from "../support/poll.ts";
import { attributes, logs } from "../support/records.ts";
import { attributeOf } from "../support/sink.ts";

type Values = { readonly [key: string]: string | number };
type Plane = {
  readonly name: string;
  readonly resource: Values;
  /** The request that every condition holds for, as this data plane logs it. */
  readonly record: Values;
  /** A condition, and a value of the record that makes it fail. */
  readonly conditions: readonly (readonly [cel: string, but: Values])[];
};

const keys = { "k8s.gateway.name": "edge", "k8s.gateway.namespace": "ns" };

const planes: readonly Plane[] = [
  {
    name: "agentgateway",
    resource: { "service.name": "edge" },
    record: {
      gateway: "ns/edge",
      "src.addr": "10.0.0.9:53104",
      endpoint: "10.0.0.7:8080",
      "http.method": "POST",
      "http.host": "chat.example.com",
      "http.path": "/v1/chat?team=a",
      "http.version": "HTTP/2.0",
      "http.status": 503,
      "grpc.status": 14,
      "tls.sni": "chat.example.com",
      "gen_ai.request.model": "gpt-4o",
      duration: "250ms",
    },
    conditions: [
      ["request.path == '/v1/chat?team=a'", { "http.path": "/v1/chat" }],
      ["request.url_path == '/v1/chat'", { "http.path": "/v1/chats?team=a" }],
      ["request.query == 'team=a'", { "http.path": "/v1/chat?team=b" }],
      ["request.protocol == 'HTTP/2'", { "http.version": "HTTP/1.1" }],
      ["source.port == 53104", { "src.addr": "10.0.0.9:53105" }],
      ["upstream.port == 8080 && upstream.address.startsWith('10.0.0.7')", { endpoint: "10.0.0.7:8081" }],
      ["connection.requested_server_name.endsWith('example.com')", { "tls.sni": "other" }],
      ["response.grpc_status == 14", { "grpc.status": 0 }],
      ["response.code >= 500 && request.duration > duration('200ms')", { duration: "150ms" }],
    ],
  },
  {
    name: "kong",
    resource: { "service.name": "kong", ...keys },
    record: {
      "url.full": "https://chat.example.com/v1/chat?team=a",
      "url.path": "/v1/chat",
      "url.query": "team=a",
      "user_agent.original": "curl/8.5.0",
      "http.request.method": "POST",
      "http.response.status_code": 503,
      "http.request.size": 120,
      "http.request.header.host": "chat.example.com",
      "http.request.header.x-team": "blue",
      "kong.latency.total": 0.25,
      "kong.request.id": "1",
    },
    conditions: [
      ["request.path == '/v1/chat?team=a'", { "url.full": "https://chat.example.com/v1/chat?team=b" }],
      ["request.query == 'team=a'", { "url.query": "team=b" }],
      ["request.scheme == 'https'", { "url.full": "http://chat.example.com/v1/chat?team=a" }],
      ["request.host == 'chat.example.com'", { "http.request.header.host": "other" }],
      ["request.useragent.matches('^curl')", { "user_agent.original": "x" }],
      ["request.size > 100", { "http.request.size": 99 }],
      ["request.headers['x-team'] == 'blue'", { "http.request.header.x-team": "red" }],
      ["response.code >= 500 && request.duration > duration('200ms')", { "kong.latency.total": 0.1 }],
    ],
  },
];

for (const { name, resource, record, conditions } of planes) {
  describe(`${name}: conditions are decided on its own access logs`, () => {
    let run: PolicyCollector;
    const [all] = [conditions.map(([cel]) => `(${cel})`).join(" && ")];
    before(async () => {
      const policy = `apiVersion: agentic.networking.x-k8s.io/v1alpha1
kind: TelemetryPolicy
metadata: {name: edge, namespace: ns}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]
  accessLogs:
    enabled: true
    provider: {type: OTLP, endpoint: "collector.monitoring.svc:4317"}
    matches: [{cel: ${JSON.stringify(all)}}]
`;
      run = await runPolicies([{ path: "p.yaml", text: policy }], [name]);
      assert.deepEqual(
        run.compilation.diagnostics.filter(({ severity }) => severity !== "info").map(({ message }) => message),
        [],
      );
    });
    after(async () => {
      await run.stop();
      assertQuiet(run);
    });

    test("all of them hold for one record, and each fails for the record that differs in its value", async () => {
      const others = conditions.map(([cel, but]) => attributes({ ...record, ...but, "test.of": cel }));
      assert.equal(
        await run.send([logs(attributes(resource), [...others, attributes({ ...record, "test.of": "all" })])]),
        0,
      );
      await poll("the record", () => run.backend.logs.length > 0);
      await settled(() => run.backend.logs.length, 300);
      assert.deepEqual(
        run.backend.logs.map(({ record: kept }) => attributeOf(kept, "test.of")),
        ["all"],
      );
    });
  });
}
