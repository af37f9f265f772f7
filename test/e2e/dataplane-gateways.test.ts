import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Export } from "../../src/traffic/batch.ts";
import {
  assertQuiet,
  assertScoped,
  assertTagged,
  bystanders,
  counted,
  gatewayLabels,
  governed,
  type Place,
  runDataPlane,
  type Scene,
} from "../support/dataplane-scene.ts";
import type { PolicyCollector } from "../support/policy-collector.ts";
import { poll } from "../support/poll.ts";
import { attributes, counters, log, logs, span } from "../support/records.ts";
import { attributeOf, attributesOf } from "../support/sink.ts";

/** Envoy's access log over OTLP: every value is text. `more` adds or overrides. */
const envoyLog = (more: { readonly [key: string]: string } = {}) =>
  attributes({
    start_time: "2026-11-24T04:31:08.396Z",
    method: "GET",
    "x-envoy-origin-path": "/v1/chat?stream=1",
    response_code: "200",
    response_flags: "-",
    bytes_received: "0",
    bytes_sent: "2",
    duration: "37",
    ":authority": "chat.example.com",
    "user-agent": "curl",
    upstream_cluster: "httproute/team-a/chat/rule/0",
    ...more,
  });

const envoySpan = (more: { readonly [key: string]: string } = {}) => ({
  scope: "envoy",
  attributes: attributes({
    node_id: "envoy-1",
    "http.url": "http://chat.example.com/v1/chat?stream=1",
    "http.method": "GET",
    "http.status_code": "200",
    component: "proxy",
    ...more,
  }),
});

const envoyResource = attributes({
  "telemetry.sdk.name": "envoy",
  "telemetry.sdk.language": "cpp",
});

type Plane = {
  readonly name: string;
  readonly scene: (place: Place) => Scene;
  /** Span → the Gateway it is of. */
  readonly tagOf: (
    resource: { readonly [key: string]: unknown },
    record: { readonly [key: string]: unknown },
  ) => string;
  /** Metrics that arrive, and which of them name their Gateway. */
  readonly metrics: ((place: Place) => Export) | null;
};

const joined = (text: unknown, places: readonly Place[], form: (place: Place) => string): string => {
  const place = places.find((each) => form(each) === text);
  return place === undefined ? `unknown ${String(text)}` : `${place.namespace}/${place.name}`;
};

const all = [...governed, ...bystanders];
const envoyGatewayName = ({ namespace, name }: Place): string => `${name}.${namespace}`;

const planes: readonly Plane[] = [
  {
    name: "envoy-gateway",
    scene: (place) => {
      const of = attributes({
        log_name: "otel_envoy_accesslog",
        zone_name: "",
        cluster_name: `${place.namespace}/${place.name}`,
        node_name: "envoy-1",
      });
      return {
        requests: 2,
        exports: [
          span([...envoyResource, ...attributes({ "service.name": envoyGatewayName(place) })], envoySpan()),
          span([...envoyResource, ...attributes({ "service.name": envoyGatewayName(place) })], {
            ...envoySpan(),
            kind: 3,
            name: "router x egress",
          }),
          // The route's log, the upstream's of the same request, and one of a connection that was no request.
          logs(of, [
            envoyLog({ "k8s.namespace.name": "envoy-gateway-system", access_log_type: "DownstreamEnd" }),
            envoyLog({ access_log_type: "UpstreamEnd" }),
            envoyLog({ method: "-", "x-envoy-origin-path": "-", response_code: "0" }),
            envoyLog({ response_code: "503" }),
          ]),
        ],
      };
    },
    tagOf: (resource) => joined(resource["service.name"], all, envoyGatewayName),
    metrics: (place) =>
      counters(
        [
          ...envoyResource,
          ...attributes({
            "k8s.pod.labels.gateway.envoyproxy.io/owning-gateway-name": place.name,
            "k8s.pod.labels.gateway.envoyproxy.io/owning-gateway-namespace": place.namespace,
          }),
        ],
        [{ name: "http.downstream_rq_total", points: [{ value: 7, attributes: [] }] }],
      ),
  },
  {
    name: "kgateway",
    scene: (place) => {
      const of = attributes({
        "service.name": envoyGatewayName(place),
        "service.namespace": place.namespace,
        log_name: "otel_envoy_accesslog",
      });
      return { requests: 1, exports: [span([...envoyResource, ...of], envoySpan()), log(of, envoyLog())] };
    },
    tagOf: (resource) => joined(resource["service.name"], all, envoyGatewayName),
    metrics: (place) =>
      counters(
        attributes({
          "k8s.namespace.name": place.namespace,
          "k8s.pod.label.gateway.networking.k8s.io/gateway-name": place.name,
        }),
        [{ name: "envoy_http_downstream_rq_total", points: [{ value: 3, attributes: [] }] }],
      ),
  },
  {
    name: "istio",
    scene: (place) => {
      const workload = `${place.name}-istio`;
      const of = attributes({ "service.name": `${workload}.${place.namespace}` });
      return {
        requests: 2,
        exports: [
          // A gateway's listener is outbound: its spans are of kind CLIENT.
          span([...envoyResource, ...of], {
            ...envoySpan({ "istio.canonical_service": workload, "istio.namespace": place.namespace }),
            kind: 3,
          }),
          span(envoyResource, {
            ...envoySpan({ "istio.canonical_service": workload, "istio.namespace": place.namespace }),
            kind: 3,
          }),
          logs(
            [],
            [
              envoyLog({
                "k8s.namespace.name": place.namespace,
                "k8s.deployment.name": workload,
                upstream_cluster: "outbound|8080||chat.team-a.svc.cluster.local",
              }),
              envoyLog({
                "k8s.namespace.name": place.namespace,
                "k8s.deployment.name": workload,
                response_code: "404",
              }),
            ],
          ),
        ],
      };
    },
    tagOf: (_, record) =>
      joined(
        `${String(record["istio.namespace"])}/${String(record["istio.canonical_service"])}`,
        all,
        (place) => `${place.namespace}/${place.name}-istio`,
      ),
    metrics: (place) =>
      counters(attributes({ "service.name": "istio-proxies" }), [
        {
          name: "istio_requests_total",
          points: [
            {
              value: 5,
              attributes: attributes({
                reporter: "source",
                source_workload: `${place.name}-istio`,
                source_workload_namespace: place.namespace,
                destination_workload: "chat",
                destination_workload_namespace: "team-c",
              }),
            },
          ],
        },
        { name: "envoy_server_uptime", points: [{ value: 1, attributes: [] }] },
      ]),
  },
  {
    name: "agentgateway",
    scene: (place) => {
      const of = attributes({ "service.name": place.name, "service.namespace": place.namespace });
      const record = attributes({
        gateway: `${place.namespace}/${place.name}`,
        listener: "http",
        route: "team-a/chat",
        "http.method": "POST",
        "http.path": "/v1/chat?x=1",
        "http.status": 200,
        duration: "12ms",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 4,
        "gen_ai.request.model": "gpt-4o",
      });
      return { requests: 1, exports: [span(of, { name: "POST /v1/*", attributes: record }), log(of, record)] };
    },
    tagOf: (_, record) => String(record["gateway"]),
    metrics: (place) =>
      counters(attributes({ "service.name": "agentgateway" }), [
        {
          name: "agentgateway_requests_total",
          points: [
            { value: 5, attributes: attributes({ gateway: `${place.namespace}/${place.name}`, status: "200" }) },
          ],
        },
        { name: "process_open_fds", points: [{ value: 1, attributes: [] }] },
      ]),
  },
  {
    name: "kong",
    scene: (place) => {
      const of = attributes({
        "service.name": "kong",
        "k8s.gateway.name": place.name,
        "k8s.gateway.namespace": place.namespace,
      });
      return {
        requests: 1,
        exports: [
          span(of, {
            name: "kong",
            attributes: attributes({
              "http.method": "GET",
              "http.url": "http://a/v1/x?q",
              "http.status_code": 200,
              "kong.request.id": "1",
            }),
          }),
          span(of, { name: "kong.balancer", kind: 3 }),
          log(
            of,
            attributes({
              "url.path": "/v1/x",
              "http.request.method": "GET",
              "http.response.status_code": 200,
              "kong.request.id": "1",
              "kong.latency.total": 0.012,
              "http.request.header.x-team": ["red"],
              "http.request.header.authorization": ["Bearer s3cret"],
            }),
          ),
        ],
      };
    },
    tagOf: (resource) => `${String(resource["k8s.gateway.namespace"])}/${String(resource["k8s.gateway.name"])}`,
    metrics: (place) =>
      counters(
        attributes({
          "service.name": "kong",
          "k8s.gateway.name": place.name,
          "k8s.gateway.namespace": place.namespace,
        }),
        [{ name: "http.server.request.size", points: [{ value: 5, attributes: [] }] }],
      ),
  },
  {
    name: "envoy",
    scene: (place) => {
      const of = attributes({ "k8s.gateway.name": place.name, "k8s.gateway.namespace": place.namespace });
      return {
        requests: 1,
        exports: [
          span([...envoyResource, ...of], envoySpan()),
          log([...of, ...attributes({ log_name: "x", cluster_name: "envoy" })], envoyLog()),
        ],
      };
    },
    tagOf: (resource) => `${String(resource["k8s.gateway.namespace"])}/${String(resource["k8s.gateway.name"])}`,
    metrics: null,
  },
  {
    name: "envoy-ai-gateway",
    scene: (place) => {
      const explicit = attributes({ "k8s.gateway.name": place.name, "k8s.gateway.namespace": place.namespace });
      return {
        requests: 1,
        exports: [
          span([...envoyResource, ...attributes({ "service.name": envoyGatewayName(place) })], envoySpan()),
          // The ext_proc: OpenInference, with the prompt in it.
          span([...attributes({ "service.name": "ai-gateway" }), ...explicit], {
            name: "ChatCompletion",
            kind: 1,
            attributes: attributes({
              "openinference.span.kind": "LLM",
              "llm.system": "openai",
              "llm.model_name": "gpt-5-nano-2025-08-07",
              "llm.invocation_parameters": '{"max_tokens": 5, "model": "gpt-5-nano"}',
              "llm.token_count.prompt": 27,
              "llm.token_count.completion": 267,
              "llm.token_count.completion_details.reasoning": 192,
              "input.value": "secret prompt",
            }),
          }),
          log(
            attributes({ log_name: "otel_envoy_accesslog", cluster_name: `${place.namespace}/${place.name}` }),
            envoyLog({
              "gen_ai.request.model": "gpt-5-nano",
              "gen_ai.usage.input_tokens": "27",
              "gen_ai.usage.output_tokens": "267",
              token_latency_ttft: "250",
            }),
          ),
        ],
      };
    },
    tagOf: (resource) =>
      resource["k8s.gateway.name"] === undefined
        ? joined(resource["service.name"], all, envoyGatewayName)
        : `${String(resource["k8s.gateway.namespace"])}/${String(resource["k8s.gateway.name"])}`,
    metrics: null,
  },
  {
    name: "inference-gateway",
    scene: (place) => {
      const of = (service: string) =>
        attributes({
          "service.name": service,
          "k8s.gateway.name": place.name,
          "k8s.gateway.namespace": place.namespace,
        });
      return {
        requests: 1,
        exports: [
          span(of("llm-d-epp"), {
            name: "gateway.request",
            attributes: attributes({ "gen_ai.request.model": "m1", "gen_ai.request.id": "r" }),
          }),
          // The model server behind it describes the same request, in a server span of its own.
          span(of("vllm"), {
            name: "llm_request",
            attributes: attributes({
              "gen_ai.usage.prompt_tokens": 10,
              "gen_ai.usage.completion_tokens": 5,
              "gen_ai.latency.time_to_first_token": 0.25,
            }),
          }),
        ],
      };
    },
    tagOf: (resource) => `${String(resource["k8s.gateway.namespace"])}/${String(resource["k8s.gateway.name"])}`,
    metrics: (place) =>
      counters(
        attributes({ "service.name": "epp", "k8s.gateway.name": place.name, "k8s.gateway.namespace": place.namespace }),
        [
          { name: "llm_d_epp_request_total", points: [{ value: 4, attributes: attributes({ model_name: "m1" }) }] },
          {
            name: "inference_objective_request_total",
            points: [{ value: 4, attributes: attributes({ model_name: "m1" }) }],
          },
          // Of this one an older EPP has the former name alone.
          { name: "inference_pool_ready_pods", points: [{ value: 2, attributes: [] }] },
        ],
      ),
  },
];

for (const plane of planes) {
  describe(`${plane.name}: each Gateway's telemetry, and no other's`, () => {
    let run: PolicyCollector;
    before(async () => {
      run = await runDataPlane([plane.name]);
      assert.deepEqual(
        run.compilation.diagnostics.filter(({ severity }) => severity !== "info"),
        [],
      );
    });
    after(async () => {
      await run.stop();
      // No statement failed, whatever came.
      assertQuiet(run);
    });

    test("names with dots, prefixes of each other and equal ones in two namespaces are told apart; each request counts once", async () => {
      const sent = all.map((place) => ({ place, scene: plane.scene(place), isGoverned: governed.includes(place) }));
      await assertScoped(run, sent, gatewayLabels);
      assertTagged(run, plane.tagOf);
    });

    const { metrics } = plane;
    if (metrics === null) return;
    test("metrics that arrive go the way of their Gateway", async () => {
      run.backend.clear();
      run.defaults.clear();
      const sent = all.map((place) => ({ place, metric: metrics(place) }));
      assert.equal(await run.send(sent.map(({ metric }) => metric)), 0);
      const own = (sink: PolicyCollector["backend"]) =>
        sink.metrics.filter(
          ({ record }) => !/^http\.server\.request\.(count|duration)$|^otel_policy/.test(record.name),
        );
      const bodies = sent.map(({ metric }) => (metric.path === "/v1/metrics" ? metric.body.resourceMetrics : []));
      const families = bodies[0]?.[0]?.scopeMetrics[0]?.metrics.map(({ name }) => name) ?? [];
      const kept = families.filter((name) => name !== "inference_objective_request_total");
      await poll(
        "ungoverned metrics at the default",
        () => own(run.defaults).length === bystanders.length * families.length,
      );
      await poll("governed metrics at the backend", () => own(run.backend).length === governed.length * kept.length);
      assert.deepEqual([...new Set(own(run.backend).map(({ record }) => record.name))].sort(), [...kept].sort());
      assert.deepEqual([...new Set(own(run.defaults).map(({ record }) => record.name))].sort(), [...families].sort());
      assert.ok(!JSON.stringify(own(run.backend)).includes("otel_policy"));
    });
  });
}

describe("several data planes at once", () => {
  let run: PolicyCollector;
  before(async () => {
    run = await runDataPlane(["otlp", "envoy-gateway", "istio", "agentgateway", "kong", "envoy-ai-gateway"]);
  });
  after(() => run.stop());

  test("each record is read in the names of its own plane", async () => {
    const shown = planes.filter(({ name }) => ["envoy-gateway", "istio", "agentgateway", "kong"].includes(name));
    const scenes = shown.map(({ scene }) => ({ a: scene(governed[0] ?? all[0] ?? { namespace: "", name: "" }) }));
    const exports = scenes.flatMap(({ a }) => a.exports);
    assert.equal(await run.send(exports), 0);
    const wanted = scenes.reduce((sum, { a }) => sum + a.requests, 0);
    const labels = gatewayLabels(governed[0] ?? { namespace: "", name: "" });
    await poll(`${wanted} requests`, () => counted(run, "http.server.request.count", labels) >= wanted);
    assert.equal(counted(run, "http.server.request.count", labels), wanted);
    for (const { record } of run.backend.logs) {
      if (attributeOf(record, "method") === "-") continue;
      const { "http.request.method": method, "url.path": path } = attributesOf(record);
      assert.ok(["GET", "POST"].includes(String(method)), JSON.stringify(attributesOf(record)));
      assert.ok(["/v1/chat", "/v1/x"].includes(String(path)), JSON.stringify(attributesOf(record)));
    }
  });

  test("a resource that names its Gateway outright is not looked at for other names", async () => {
    const before = run.defaults.spans.length;
    const claimed = run.backend.spans.length;
    await run.send([
      span(
        attributes({
          "service.name": "edge.team-a",
          "k8s.gateway.name": "elsewhere",
          "k8s.gateway.namespace": "team-a",
        }),
        envoySpan(),
      ),
    ]);
    await poll("the span at the default", () => run.defaults.spans.length > before);
    assert.equal(run.backend.spans.length, claimed);
  });

  test("what no plane claims is left alone", async () => {
    const before = run.defaults.spans.length;
    await run.send([
      span(attributes({ "service.name": "edge", "service.namespace": "team-a" }), {
        attributes: attributes({ shop: "1" }),
      }),
    ]);
    const arrived = await poll("the shop's span", () => run.defaults.spans[before]);
    assert.deepEqual(attributesOf(arrived.record), { shop: "1" });
    assert.deepEqual(attributesOf(arrived.resource), { "service.name": "edge", "service.namespace": "team-a" });
  });

  test("no statement failed", () => assertQuiet(run));
});
