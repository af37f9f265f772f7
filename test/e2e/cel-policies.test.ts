import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type KeyValue, text } from "../../src/traffic/otlp.ts";
import { requireCollector } from "../support/collector.ts";
import { type PolicyCollector, runPolicies } from "../support/policy-collector.ts";
import { settled } from "../support/poll.ts";
import { attributeOf } from "../support/sink.ts";

/** Access-log records as Envoy writes them: every value a text, "-" where there is none. */
const records: { readonly [name: string]: { readonly [key: string]: string } } = {
  ok: {
    method: "GET",
    "x-envoy-origin-path": "/api/v1/users?page=2",
    protocol: "HTTP/2",
    response_code: "200",
    response_flags: "-",
    duration: "120",
    ":authority": "chat.example.com",
    "user-agent": "curl/8.5.0",
    bytes_received: "17",
    bytes_sent: "1500",
    "x-team": "blue",
    upstream_host: "10.0.0.7:8080",
    "x-tokens": "12",
  },
  failed: {
    method: "POST",
    "x-envoy-origin-path": "/api/v1/chat",
    protocol: "HTTP/1.1",
    response_code: "503",
    response_flags: "UF",
    duration: "900",
    ":authority": "CHAT.example.com",
    "user-agent": "Mozilla/5.0",
    bytes_received: "4000",
    bytes_sent: "91",
    "x-team": "-",
    upstream_host: "-",
    "x-tokens": "many",
  },
  bare: { method: "GET", "x-envoy-origin-path": "/healthz", response_code: "200", duration: "1" },
  empty: { method: "-", "x-envoy-origin-path": "-", response_code: "-", response_flags: "-" },
};

/** Expression, and the records it lets through. Texts from Istio's and Kuadrant's documents are among them. */
const cases: readonly [cel: string, kept: string][] = [
  ["response.code >= 500", "failed"],
  ["response.code != 200", "failed"],
  ["!has(response.code) || response.code >= 400", "failed empty"],
  ["has(response.code) && response.code / 100 == 5", "failed"],
  ["string(response.code).startsWith('2')", "ok bare"],
  ["request.path == '/api/v1/users?page=2'", "ok"],
  ["request.path.startsWith('/api/v1/users')", "ok"],
  ["request.url_path == '/api/v1/users'", "ok"],
  ["request.query == 'page=2'", "ok"],
  ["request.query == ''", "failed bare"],
  ["request.method in ['POST', 'PUT', 'DELETE']", "failed"],
  ["request.headers['x-team'] == 'blue'", "ok"],
  ["request.headers['x-team'] != 'blue'", ""],
  ["!('x-team' in request.headers)", "failed bare empty"],
  ["(has(request.headers.authority) ? request.headers.authority : 'none') == 'none'", "ok failed bare empty"],
  ["int(request.headers['x-tokens']) > 10", "ok"],
  ["request.duration > duration('500ms')", "failed"],
  ["request.duration == duration('120ms')", "ok"],
  ["response.flags != 0", "failed"],
  ["response.flags == 0", "ok empty"],
  ["request.host.lowerAscii() == 'chat.example.com'", "ok failed"],
  ["request.size + response.size > 4000", "failed"],
  ["request.useragent.matches('^curl/[0-9]+')", "ok"],
  ["request.protocol == 'HTTP/2'", "ok"],
  ["upstream.port == 8080", "ok"],
  ["['/healthz', '/readyz'].exists(p, request.url_path == p)", "bare"],
  ["request.url_path.contains('$') || size(request.url_path) == 8", "bare"],
  ["1 / 0 == 1 || request.method == 'POST'", "failed"],
  ["has(request.method) == has(response.flags)", "ok failed"],
  ["true", "ok failed bare empty"],
  ["response.code == 1 ? true : request.method == 'GET'", "ok bare"],
  // What cannot be decided holds for no record.
  ["connection.mtls || response.code == 200", ""],
  ["response.code = 200", ""],
];

const policy = (index: number, cel: string, more = ""): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: p${index}, namespace: ns}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: g${index}}
  accessLogs:
    enabled: true
    provider: {type: OTLP, endpoint: "logs.monitoring.svc:4317"}
    matches:
      - cel: ${JSON.stringify(cel)}
${more}
`;

describe("CEL conditions of policies, on what Envoy sends", () => {
  requireCollector();
  let running: PolicyCollector;
  let refused = 0;
  const kept = new Map<string, Set<string>>();
  const both = cases.length;
  before(async () => {
    const texts = [
      ...cases.map(([cel], index) => policy(index, cel)),
      // ANDed inside a match, ORed between them.
      policy(both, "response.code >= 500", "        path: /api\n      - path: /healthz"),
      policy(both + 1, "response.code >= 500", "        path: /other"),
    ];
    running = await runPolicies([{ path: "policies.yaml", text: texts.join("---\n") }], ["envoy-gateway", "otlp"]);
    const resourceLogs = texts.map((_, index) => ({
      resource: { attributes: [text("cluster_name", `ns/g${index}`), text("log_name", "otel_envoy_accesslog")] },
      scopeLogs: [
        {
          scope: {},
          logRecords: Object.entries(records).map(([name, values]) => ({
            timeUnixNano: "1700000000000000000",
            body: {},
            attributes: [
              ...Object.entries(values).map(([key, value]): KeyValue => text(key, value)),
              text("case", name),
            ],
          })),
        },
      ],
    }));
    const items = texts.length * Object.keys(records).length;
    refused = await running.send([{ path: "/v1/logs", items, body: { resourceLogs } }]);
    await settled(() => running.backend.logs.length + running.defaults.logs.length);
    for (const { resource, record } of running.backend.logs) {
      const gateway = String(attributeOf(resource, "cluster_name"));
      kept.set(gateway, (kept.get(gateway) ?? new Set()).add(String(attributeOf(record, "case"))));
    }
  });
  after(() => running.stop());

  const keptBy = (index: number): string =>
    Object.keys(records)
      .filter((name) => kept.get(`ns/g${index}`)?.has(name))
      .join(" ");
  for (const [index, [cel, expected]] of cases.entries()) test(cel, () => assert.equal(keptBy(index), expected));
  test("path and cel of one match both hold; one match of several is enough", () => {
    assert.equal(keptBy(both), "failed bare");
    assert.equal(keptBy(both + 1), "");
  });
  test("nothing was refused, nothing went elsewhere, and nothing of ours is left on a record", () => {
    assert.equal(refused, 0);
    assert.equal(running.defaults.logs.length, 0);
    const keys = running.backend.logs.flatMap(({ record }) => record.attributes.map(({ key }) => key));
    assert.deepEqual(
      keys.filter((key) => key.startsWith("otel_policy.")),
      [],
    );
  });
  test("the Collector logged no error", () => assert.doesNotMatch(running.collector.log(), /\terror\t|failed to/));
});
