import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Export } from "../../src/traffic/batch.ts";
import type { KeyValue } from "../../src/traffic/otlp.ts";
import { assertQuiet } from "../support/dataplane-scene.ts";
import { type PolicyCollector, runPolicies } from "../support/policy-collector.ts";
import { poll, settled } from "../support/poll.ts";
import { attributes } from "../support/records.ts";
import { attributeOf, attributesOf } from "../support/sink.ts";

type Labels = { readonly [key: string]: string };
type Point = { readonly labels: Labels; readonly value: number };
/** A family as a Collector has it after a scrape, or as a proxy sends it over OTLP. */
type Arriving = {
  readonly name: string;
  readonly kind: "counter" | "histogram" | "gauge" | "summary";
  readonly points: readonly Point[];
};

/** A policy by common names, and what one data plane's own families are before and after. */
type Plane = {
  readonly name: string;
  readonly target: "Gateway" | "Namespace";
  readonly resource: Labels;
  readonly overrides: string;
  readonly sent: readonly Arriving[];
  /** Family → its series: labels and value (of a histogram: its sum). */
  readonly wanted: { readonly [family: string]: readonly (readonly [labels: Labels, value: number])[] };
};

const gatewayKeys = { "k8s.gateway.name": "edge.v2", "k8s.gateway.namespace": "team-a" };
const series = (labels: Labels, by: string, values: { readonly [value: string]: number }): readonly Point[] =>
  Object.entries(values).map(([each, value]) => ({ labels: { ...labels, [by]: each }, value }));

const planes: readonly Plane[] = [
  {
    name: "istio",
    target: "Namespace",
    resource: { "service.name": "istio-proxies", "k8s.namespace.name": "team-a" },
    overrides: `      - {name: request_count, dimensions: [{key: source_principal, remove: true}, {key: team, value: blue}]}
      - {name: request_duration, disabled: true}
      - {name: istio_tcp_sent_bytes_total, dimensions: [{key: request_protocol, remove: true}]}
`,
    sent: [
      {
        name: "istio_requests_total",
        kind: "counter",
        points: series(
          {
            reporter: "destination",
            destination_workload: "cart",
            destination_workload_namespace: "team-a",
            response_code: "200",
          },
          "source_principal",
          { "spiffe://a": 3, "spiffe://b": 4 },
        ),
      },
      { name: "istio_request_duration_milliseconds", kind: "histogram", points: [{ labels: {}, value: 12 }] },
      {
        name: "istio_tcp_sent_bytes_total",
        kind: "counter",
        points: series({ reporter: "source" }, "request_protocol", { tcp: 100, unknown: 1 }),
      },
    ],
    wanted: {
      istio_requests_total: [
        [
          {
            reporter: "destination",
            destination_workload: "cart",
            destination_workload_namespace: "team-a",
            response_code: "200",
            team: "blue",
          },
          7,
        ],
      ],
      istio_tcp_sent_bytes_total: [[{ reporter: "source" }, 101]],
    },
  },
  {
    name: "envoy",
    target: "Gateway",
    resource: { "telemetry.sdk.name": "envoy", ...gatewayKeys },
    overrides: `      - {name: request_count, dimensions: [{key: envoy.http_conn_manager_prefix, remove: true}]}
      - {name: request_duration, dimensions: [{key: envoy.cluster_name, remove: true}]}
      - {name: cluster.upstream_rq_pending_active, disabled: true}
`,
    sent: [
      {
        name: "http.downstream_rq_total",
        kind: "counter",
        points: series({}, "envoy.http_conn_manager_prefix", { "http-10080": 5, admin: 2 }),
      },
      {
        name: "cluster.upstream_rq_time",
        kind: "histogram",
        points: series({}, "envoy.cluster_name", { a: 40, b: 2 }),
      },
      { name: "cluster.upstream_rq_pending_active", kind: "gauge", points: [{ labels: {}, value: 1 }] },
    ],
    wanted: { "http.downstream_rq_total": [[{}, 7]], "cluster.upstream_rq_time": [[{}, 42]] },
  },
  {
    name: "kong",
    target: "Gateway",
    resource: { "service.name": "kong", ...gatewayKeys },
    overrides: `      - {name: request_count, dimensions: [{key: consumer, remove: true}, {key: site, value: eu}]}
      - {name: request_duration, disabled: true}
      - {name: gen_ai_cost, dimensions: [{key: ai_model, remove: true}]}
      - {name: kong_bandwidth_bytes, dimensions: [{key: direction, remove: true}]}
`,
    sent: [
      {
        name: "kong_http_requests_total",
        kind: "counter",
        points: series({ service: "s", route: "r", code: "200", source: "service" }, "consumer", { ann: 1, bob: 2 }),
      },
      { name: "kong_request_latency_ms", kind: "histogram", points: [{ labels: { service: "s" }, value: 9 }] },
      {
        name: "kong_ai_llm_cost_total",
        kind: "counter",
        points: series({ ai_provider: "openai" }, "ai_model", { a: 2, b: 3 }),
      },
      {
        name: "kong_bandwidth_bytes",
        kind: "counter",
        points: series({ service: "s" }, "direction", { ingress: 10, egress: 90 }),
      },
    ],
    wanted: {
      kong_http_requests_total: [[{ service: "s", route: "r", code: "200", source: "service", site: "eu" }, 3]],
      kong_ai_llm_cost_total: [[{ ai_provider: "openai" }, 5]],
      kong_bandwidth_bytes: [[{ service: "s" }, 100]],
    },
  },
  {
    name: "agentgateway",
    target: "Gateway",
    resource: { "service.name": "agentgateway" },
    overrides: `      - {name: request_count, dimensions: [{key: reason, remove: true}]}
      - {name: gen_ai_cost, dimensions: [{key: gen_ai_request_model, remove: true}, {key: currency, value: USD}]}
      - {name: mcp_request_count, disabled: true}
`,
    sent: [
      {
        name: "agentgateway_requests_total",
        kind: "counter",
        points: series({ gateway: "team-a/edge.v2", method: "POST", status: "200" }, "reason", { a: 1, b: 1 }),
      },
      {
        name: "agentgateway_gen_ai_client_cost_usd_total",
        kind: "counter",
        points: series({ gateway: "team-a/edge.v2", gen_ai_system: "openai" }, "gen_ai_request_model", { x: 2, y: 5 }),
      },
      {
        name: "agentgateway_mcp_requests_total",
        kind: "counter",
        points: [{ labels: { gateway: "team-a/edge.v2", method: "tools/call" }, value: 8 }],
      },
    ],
    wanted: {
      agentgateway_requests_total: [[{ gateway: "team-a/edge.v2", method: "POST", status: "200" }, 2]],
      agentgateway_gen_ai_client_cost_usd_total: [
        [{ gateway: "team-a/edge.v2", gen_ai_system: "openai", currency: "USD" }, 7],
      ],
    },
  },
  {
    name: "kuadrant",
    target: "Gateway",
    resource: { "service.name": "limitador", ...gatewayKeys },
    overrides: `      - {name: authorized_hits, dimensions: [{key: user, remove: true}]}
      - {name: limited_calls, disabled: true}
      - {name: limitador_up, dimensions: [{key: site, value: eu}]}
`,
    sent: [
      {
        name: "authorized_hits",
        kind: "counter",
        points: series({ limitador_namespace: "shop/chat" }, "user", { ann: 900, bob: 100 }),
      },
      { name: "limited_calls", kind: "counter", points: [{ labels: { limitador_namespace: "shop/chat" }, value: 2 }] },
      { name: "limitador_up", kind: "gauge", points: [{ labels: {}, value: 1 }] },
    ],
    wanted: {
      authorized_hits: [[{ limitador_namespace: "shop/chat" }, 1000]],
      limitador_up: [[{ site: "eu" }, 1]],
    },
  },
  {
    name: "inference-gateway",
    target: "Namespace",
    resource: { "service.name": "epp", "k8s.namespace.name": "team-a" },
    overrides: `      - {name: request_count, dimensions: [{key: fairness_id, remove: true}]}
      - {name: kv_cache_utilization, dimensions: [{key: name, remove: true}]}
      - {name: running_requests, dimensions: [{key: model_name, remove: true}]}
      - {name: "vllm:generation_tokens_total", dimensions: [{key: engine, remove: true}]}
      - {name: input_tokens, disabled: true}
      - {name: go_gc_duration_seconds, dimensions: [{key: pod, remove: true}]}
`,
    sent: [
      {
        name: "llm_d_epp_request_total",
        kind: "counter",
        points: series({ model_name: "m" }, "fairness_id", { a: 1, b: 2 }),
      },
      // The same calls once more, under their former names.
      {
        name: "inference_objective_request_total",
        kind: "counter",
        points: [{ labels: { model_name: "m" }, value: 3 }],
      },
      { name: "inference_extension_flow_control_queue_size", kind: "gauge", points: [{ labels: {}, value: 4 }] },
      { name: "llm_d_epp_flow_control_queue_size", kind: "gauge", points: [{ labels: {}, value: 4 }] },
      { name: "inference_extension_prefix_indexer_size", kind: "gauge", points: [{ labels: {}, value: 6 }] },
      { name: "llm_d_epp_request_input_tokens", kind: "histogram", points: [{ labels: {}, value: 70 }] },
      { name: "llm_d_epp_average_kv_cache_utilization", kind: "gauge", points: series({}, "name", { a: 1, b: 0 }) },
      { name: "llm_d_epp_request_running", kind: "gauge", points: series({}, "model_name", { a: 1, b: 2 }) },
      {
        name: "vllm:generation_tokens_total",
        kind: "counter",
        points: series({ model_name: "m" }, "engine", { "0": 10, "1": 20 }),
      },
      { name: "go_gc_duration_seconds", kind: "summary", points: series({}, "pod", { a: 1 }) },
    ],
    wanted: {
      llm_d_epp_request_total: [[{ model_name: "m" }, 3]],
      llm_d_epp_flow_control_queue_size: [[{}, 4]],
      inference_extension_prefix_indexer_size: [[{}, 6]],
      llm_d_epp_average_kv_cache_utilization: [[{}, 0.5]],
      llm_d_epp_request_running: [[{}, 3]],
      "vllm:generation_tokens_total": [[{ model_name: "m" }, 30]],
      go_gc_duration_seconds: [[{}, 1]],
    },
  },
];

const policyFor = ({ target, overrides }: Plane): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: own, namespace: team-a}
spec:
  targetRef: ${
    target === "Gateway"
      ? "{group: gateway.networking.k8s.io, kind: Gateway, name: edge.v2}"
      : '{group: "", kind: Namespace, name: team-a}'
  }
  metrics:
    enabled: true
    provider: {type: OTLP, endpoint: "collector.monitoring.svc:4317"}
    overrides:
${overrides}`;

const start = "1700000000000000000";

const metricOf = ({ name, kind, points }: Arriving, now: string) => {
  const at = ({
    labels,
  }: Point): { attributes: readonly KeyValue[]; startTimeUnixNano: string; timeUnixNano: string } => ({
    attributes: attributes(labels),
    startTimeUnixNano: start,
    timeUnixNano: now,
  });
  switch (kind) {
    case "counter":
      return {
        name,
        sum: {
          aggregationTemporality: 2,
          isMonotonic: true,
          dataPoints: points.map((point) => ({ ...at(point), asDouble: point.value })),
        },
      };
    case "gauge":
      return { name, gauge: { dataPoints: points.map((point) => ({ ...at(point), asDouble: point.value })) } };
    case "histogram":
      return {
        name,
        histogram: {
          aggregationTemporality: 2,
          dataPoints: points.map((point) => ({
            ...at(point),
            count: "1",
            sum: point.value,
            explicitBounds: [10, 100],
            bucketCounts: ["0", "1", "0"],
          })),
        },
      };
    case "summary":
      return {
        name,
        summary: {
          dataPoints: points.map((point) => ({ ...at(point), count: "1", sum: point.value, quantileValues: [] })),
        },
      };
  }
};

/** One scrape of one target: everything under one resource, and of one moment. Points of two are not put together. */
const scraped = ({ resource, sent }: Plane): Export => {
  const now = `${Date.now()}000000`;
  const body = {
    resourceMetrics: [
      {
        resource: { attributes: attributes(resource) },
        scopeMetrics: [{ scope: {}, metrics: sent.map((family) => metricOf(family, now)) }],
      },
    ],
  };
  return { path: "/v1/metrics", items: sent.length, body } as unknown as Export;
};

/** Series of what the backend got, but for what the agent itself derives. */
const seen = (run: PolicyCollector): { readonly [family: string]: readonly (readonly [unknown, number])[] } => {
  const found: { [family: string]: [unknown, number][] } = {};
  for (const { record } of run.backend.metrics) {
    const metric: { readonly [kind: string]: unknown } = record;
    if (/^http\.server\.|^gen_ai\.client|^otel_policy/.test(record.name)) continue;
    for (const kind of ["sum", "gauge", "histogram", "summary"]) {
      const holder = metric[kind];
      if (typeof holder !== "object" || holder === null || !("dataPoints" in holder)) continue;
      const points = holder.dataPoints as readonly {
        readonly attributes?: readonly KeyValue[];
        readonly asDouble?: number;
        readonly asInt?: string;
        readonly sum?: number;
      }[];
      found[record.name] = points.map((point) => [
        attributesOf({ attributes: point.attributes ?? [] }),
        Number(point.asDouble ?? point.asInt ?? point.sum),
      ]);
    }
  }
  return found;
};

for (const plane of planes) {
  describe(`${plane.name}: overrides by common and by exact names take hold on its own families`, () => {
    let run: PolicyCollector;
    before(async () => {
      run = await runPolicies([{ path: "p.yaml", text: policyFor(plane) }], [plane.name]);
    });
    after(async () => {
      await run.stop();
      assertQuiet(run);
    });

    test("dimensions are added, removed with their points put together, families switched off", async () => {
      assert.equal(await run.send([scraped(plane)]), 0);
      await poll("all that stays", () => Object.keys(seen(run)).length >= Object.keys(plane.wanted).length);
      await settled(() => run.backend.metrics.length, 300);
      const sorted = (all: { readonly [family: string]: unknown }) =>
        Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
      assert.deepEqual(sorted(seen(run)), sorted(plane.wanted));
      const [first] = run.backend.metrics;
      const [key = ""] = Object.keys(plane.resource);
      assert.equal(attributeOf(first?.resource ?? { attributes: [] }, key), plane.resource[key]);
    });

    test("none of the names is called unknown", () =>
      assert.deepEqual(
        run.compilation.diagnostics
          .filter(({ code }) => code === "TP4005")
          .map(({ message }) => message)
          .filter((message) => !message.includes("go_gc_duration_seconds")),
        [],
      ));
  });
}
