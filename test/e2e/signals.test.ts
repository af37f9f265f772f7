import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Export } from "../../src/traffic/batch.ts";
import { int, type KeyValue, text } from "../../src/traffic/otlp.ts";
import { type PolicyCollector, runPolicies, total } from "../support/policy-collector.ts";
import { poll, settled } from "../support/poll.ts";
import { counters, type Family, log, span } from "../support/records.ts";
import { attributeOf, attributesOf } from "../support/sink.ts";

const backend = "collector.monitoring.svc:4317";

const gateway = (name: string, spec: string, dialect = "gateway.networking.k8s.io/v1alpha2"): string => `
apiVersion: ${dialect}
kind: TelemetryPolicy
metadata: {name: ${name}, namespace: ns}
spec:
  ${dialect.includes("v1alpha2") ? "targetRef: {" : "targetRefs: [{"}group: gateway.networking.k8s.io, kind: Gateway, name: ${name}${dialect.includes("v1alpha2") ? "}" : "}]"}
${spec}`;

const gep = "gateway.networking.x-k8s.io/v1alpha1";

const policies = [
  gateway("traces-off", "  tracing: {mode: Disabled}", gep),
  gateway("logs-off", "  accessLogs: {enabled: false}\n  metrics: {enabled: true, provider: {type: Prometheus}}"),
  gateway("metrics-off", "  metrics: {enabled: false}"),
  gateway("metrics-otlp", `  metrics: {enabled: true, provider: {type: OTLP, endpoint: "${backend}"}}`),
  gateway(
    "views",
    `  metrics:
    enabled: true
    provider: {type: Prometheus}
    overrides:
      - name: request_count
        dimensions: [{key: http.response.status_code, remove: true}, {key: tier, value: gold}, {key: tenant, fromAttribute: tenant.id}]
      - {name: request_duration, disabled: true}
      - {name: proxy.retries, dimensions: [{key: pod, remove: true}]}
      - {name: proxy.noise, disabled: true}`,
  ),
  gateway(
    "lines",
    "  accessLogs: {enabled: true, format: Text, matches: [{path: /}], fields: [method, path, authorization, x-missing, response_code]}",
  ),
  gateway(
    "naming",
    `  tracing:
    mode: Enabled
    provider: {backendRef: {name: collector, namespace: ns, port: 4317}}
    serviceName: front-door
    spanName: gateway request
    samplingRate: {numerator: 1, denominator: 2}
    attributes:
      - {name: team, type: Header, headerName: X-Team}
      - {name: model, type: Attribute, attributeKey: gen_ai.request.model}`,
    gep,
  ),
  `
apiVersion: agentic.networking.x-k8s.io/v1alpha1
kind: TelemetryPolicy
metadata: {name: mesh, namespace: mesh}
spec:
  targetRefs: [{group: "", kind: Namespace, name: mesh}]
  tracing: {enabled: true, provider: {endpoint: "${backend}"}, customAttributes: [{attributeName: from, literalValue: mesh}]}
  accessLogs: {enabled: true, matches: [{path: /only}]}`,
].join("\n---");

const on = (name: string, ...more: readonly KeyValue[]): readonly KeyValue[] => [
  text("k8s.gateway.name", name),
  text("k8s.gateway.namespace", "ns"),
  ...more,
];
const metric = (resource: readonly KeyValue[], name: string, points: Family["points"]): Export =>
  counters(resource, [{ name, points }]);

const request = (status: number): readonly KeyValue[] => [
  text("http.request.method", "GET"),
  int("http.response.status_code", status),
  text("url.path", "/x"),
];

describe("each field on its own signal", () => {
  let run: PolicyCollector;
  before(async () => {
    run = await runPolicies([{ path: "policies.yaml", text: policies }]);
    assert.deepEqual(
      run.compilation.diagnostics.filter(({ severity }) => severity === "error"),
      [],
    );
  });
  after(() => run.stop());
  const send = async (...exports: readonly Export[]): Promise<void> => assert.equal(await run.send(exports), 0);
  const spansOf = (sink: PolicyCollector["backend"], name: string) =>
    sink.spans.filter(({ resource }) => attributeOf(resource, "k8s.gateway.name") === name);

  test("tracing mode Disabled stops the target's spans and nothing else", async () => {
    await send(span(on("traces-off")), log(on("traces-off", text("mark", "a")), request(200)), span(on("bystander")));
    await poll("the bystander's span", () => spansOf(run.defaults, "bystander").length === 1);
    await poll("the target's log record", () =>
      run.defaults.logs.some(({ resource }) => attributeOf(resource, "mark") === "a"),
    );
    assert.equal(spansOf(run.defaults, "traces-off").length + spansOf(run.backend, "traces-off").length, 0);
  });

  test("accessLogs disabled stops log records, while requests are still counted", async () => {
    await send(
      log(on("logs-off"), request(200)),
      span(on("logs-off"), { attributes: request(200) }),
      log(on("bystander", text("mark", "b")), request(200)),
    );
    await poll("the bystander's record", () =>
      run.defaults.logs.some(({ resource }) => attributeOf(resource, "mark") === "b"),
    );
    assert.equal(
      run.defaults.logs.filter(({ resource }) => attributeOf(resource, "k8s.gateway.name") === "logs-off").length,
      0,
    );
    await poll(
      "one request counted",
      async () => total(await run.scrape(), "http_server_request_count_total", { k8s_gateway_name: "logs-off" }) === 1,
    );
  });

  test("metrics disabled stops the target's own metrics and derives none", async () => {
    await send(
      metric(on("metrics-off"), "proxy.requests", [{ value: 1, attributes: [] }]),
      span(on("metrics-off"), { attributes: request(200) }),
    );
    await send(metric(on("bystander"), "proxy.requests", [{ value: 5, attributes: [] }]));
    await poll(
      "the bystander's metric",
      async () =>
        total(await run.scrape(), "proxy_requests_ratio_total") + total(await run.scrape(), "proxy_requests_total") ===
        5,
    );
    await poll("the bystander's metric at the default sink", () =>
      run.defaults.metrics.some(({ record }) => record.name === "proxy.requests"),
    );
    assert.equal(
      run.defaults.metrics.filter(({ resource }) => attributeOf(resource, "k8s.gateway.name") === "metrics-off").length,
      0,
    );
    assert.equal(total(await run.scrape(), "http_server_request_count_total", { k8s_gateway_name: "metrics-off" }), 0);
  });

  test("an OTLP metrics provider gets cumulative series that only grow", async () => {
    const points = (): readonly number[] =>
      run.backend.metrics
        .filter(({ record }) => record.name === "http.server.request.count")
        .flatMap(({ record }) => record.sum.dataPoints.map((point) => Number(point.asInt)));
    for (let wanted = 1; wanted <= 3; wanted++) {
      await send(span(on("metrics-otlp"), { attributes: request(200) }));
      await poll(`${wanted} requests at the backend`, () => points().at(-1) === wanted);
    }
    assert.deepEqual(
      points(),
      [...points()].sort((a, b) => a - b),
    );
    const [first] = run.backend.metrics.filter(({ record }) => record.name === "http.server.request.count");
    assert.equal(first?.record.sum.aggregationTemporality, 2);
    assert.ok(!JSON.stringify(run.backend.metrics).includes("otel_policy.back"));
    assert.equal(total(await run.scrape(), "http_server_request_count_total", { k8s_gateway_name: "metrics-otlp" }), 0);
  });

  test("overrides add, remove and disable, on derived families and on those that arrive", async () => {
    await send(
      span(on("views"), { attributes: [...request(200), text("tenant.id", "t1")] }),
      span(on("views"), { attributes: [...request(500), text("tenant.id", "t1")] }),
    );
    await send(
      metric(on("views"), "proxy.retries", [
        { value: 3, attributes: [text("pod", "a"), text("zone", "z")] },
        { value: 4, attributes: [text("pod", "b"), text("zone", "z")] },
      ]),
      metric(on("views"), "proxy.noise", [{ value: 9, attributes: [] }]),
    );
    const samples = await poll("both requests in one series", async () => {
      const all = await run.scrape();
      return total(all, "http_server_request_count_total", { k8s_gateway_name: "views" }) === 2 ? all : null;
    });
    const series = samples.filter(
      ({ name, labels }) => name === "http_server_request_count_total" && labels["k8s_gateway_name"] === "views",
    );
    assert.deepEqual(
      // An empty label is an absent one to Prometheus.
      series.map(({ labels }) => Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ""))),
      [
        {
          http_request_method: "GET",
          k8s_gateway_name: "views",
          k8s_gateway_namespace: "ns",
          tenant: "t1",
          tier: "gold",
        },
      ],
    );
    assert.equal(
      samples.filter(
        ({ name, labels }) => name.startsWith("http_server_request_duration") && labels["k8s_gateway_name"] === "views",
      ).length,
      0,
    );
    const retries = await poll("retries summed over pods", async () => {
      const found = (await run.scrape()).filter(({ name }) => name.startsWith("proxy_retries"));
      return found.length > 0 ? found : null;
    });
    assert.deepEqual(
      retries.map(({ value, labels }) => [value, labels["pod"], labels["zone"]]),
      [[7, undefined, "z"]],
    );
    assert.equal((await run.scrape()).filter(({ name }) => name.startsWith("proxy_noise")).length, 0);
  });

  test("Text writes one line per record; absent is null and credentials are never read", async () => {
    const attributes = [
      ...request(404),
      text("http.request.header.authorization", "Bearer s3cret"),
      text("authorization", "s3cret"),
    ];
    await send(log(on("lines"), attributes));
    const lines = await poll("a line", () => {
      const found = run.collector.stdoutLines();
      return found.length > 0 ? found : null;
    });
    assert.deepEqual(lines, ['method="GET" path="/x" x-missing=null response_code=404']);
  });

  test("names, headers and attributes reach the span, and tracestate says the rate", async () => {
    for (let i = 0; i < 40; i++) {
      await send(
        span(on("naming", text("service.name", "envoy")), {
          attributes: [
            { key: "http.request.header.x-team", value: { arrayValue: { values: [{ stringValue: "red" }] } } },
            text("gen_ai.request.model", "gpt-4o"),
            text("gen_ai.input.messages", "secret prompt"),
          ],
          traceState: "rojo=1",
        }),
      );
    }
    await settled(() => spansOf(run.backend, "naming").length, 600);
    const kept = spansOf(run.backend, "naming");
    assert.ok(kept.length > 5 && kept.length < 35, `${kept.length} of 40`);
    for (const { resource, record } of kept) {
      assert.ok(record.traceId.slice(18) >= "80000000000000", record.traceId);
      assert.equal(attributeOf(resource, "service.name"), "front-door");
      assert.equal(record.name, "gateway request");
      assert.equal(attributeOf(record, "team"), "red");
      assert.equal(attributeOf(record, "model"), "gpt-4o");
      assert.equal(attributeOf(record, "gen_ai.input.messages"), undefined);
      assert.equal((record as { traceState?: string }).traceState, "ot=th:8,rojo=1");
    }
  });

  test("a Gateway's policy governs its records even inside a governed namespace", async () => {
    const inMesh = text("k8s.namespace.name", "mesh");
    await send(span([inMesh, text("service.name", "shop")]), span(on("traces-off", inMesh)));
    await poll("the mesh span", () => run.backend.spans.some(({ record }) => attributeOf(record, "from") === "mesh"));
    assert.equal(spansOf(run.backend, "traces-off").length, 0);
  });

  test("an application's own log lines are no access log", async () => {
    const inMesh = [text("k8s.namespace.name", "mesh"), text("service.name", "shop")];
    await send(log(inMesh, [text("level", "info")], "order 17 shipped"), log(inMesh, request(200)));
    const line = await poll("the application's line", () =>
      run.defaults.logs.find(({ resource }) => attributeOf(resource, "service.name") === "shop"),
    );
    assert.deepEqual(attributesOf(line.record), { level: "info" });
  });

  test("values that are no numbers reject nothing", async () => {
    const odd = ["-", "NaN", "1e30", "-5", "", "twelve", "99999999999999999999"].map((value) => [
      text("gen_ai.usage.input_tokens", value),
      text("gen_ai.usage.output_tokens", value),
      text("http.response.status_code", value),
    ]);
    for (const attributes of odd)
      await send(span(on("logs-off"), { attributes, kind: 3 }), log(on("logs-off"), attributes));
    await send(
      span(on("logs-off"), {
        kind: 3,
        attributes: [{ key: "gen_ai.usage.input_tokens", value: { arrayValue: { values: [] } } }],
      }),
    );
    await send(span(on("logs-off"), { kind: 3, attributes: [int("gen_ai.usage.input_tokens", 7)] }));
    await poll(
      "the one usage that is a number",
      async () => total(await run.scrape(), "otel_policy_gen_ai_tokens_total", { k8s_gateway_name: "logs-off" }) === 7,
    );
  });

  test("records that claim to be governed are not believed", async () => {
    await send(
      span([
        text("k8s.gateway.name", "forger"),
        text("otel_policy.target", "0"),
        text("otel_policy.class", "t_00000000"),
        text("otel_policy.back", "pull"),
      ]),
    );
    await poll("the forger's span at the default exit", () =>
      run.defaults.spans.some(({ resource }) => attributeOf(resource, "k8s.gateway.name") === "forger"),
    );
    const forged = run.defaults.spans.find(({ resource }) => attributeOf(resource, "k8s.gateway.name") === "forger");
    assert.deepEqual(attributesOf(forged?.resource ?? { attributes: [] }), { "k8s.gateway.name": "forger" });
  });

  test("records that claim a header are not believed either", async () => {
    const claims = [
      ...request(200),
      text("otel_policy.header.x-model-id", "forged"),
      text("otel_policy.tokens.output", "9"),
    ];
    await send(span(on("logs-off"), { attributes: claims }));
    await poll(
      "the request counted",
      async () => total(await run.scrape(), "http_server_request_count_total", { k8s_gateway_name: "logs-off" }) === 2,
    );
    assert.ok(!JSON.stringify(await run.scrape()).includes("forged"));
  });

  test("no statement failed", () => {
    assert.deepEqual(
      run.collector
        .log()
        .split("\n")
        .filter((line) => /\t(error|warn)\t/.test(line)),
      [],
    );
  });
});
