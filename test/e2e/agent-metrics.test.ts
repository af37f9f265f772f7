import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Export } from "../../src/traffic/batch.ts";
import { type KeyValue, text } from "../../src/traffic/otlp.ts";
import { callAttributes, spanOf, tracesExport } from "../support/model-calls.ts";
import { type PolicyCollector, runPolicies, total } from "../support/policy-collector.ts";
import { poll } from "../support/poll.ts";
import type { PromSample } from "../support/prom.ts";

const policyOn = (
  namespace: string,
  genAI: string,
  more = "",
): string => `apiVersion: agentic.networking.x-k8s.io/v1alpha1
kind: TelemetryPolicy
metadata: {name: agents, namespace: ${namespace}}
spec:
  targetRefs: [{group: "", kind: Namespace, name: ${namespace}}]
  metrics:
    enabled: true
    provider: {type: Prometheus}
    genAI: ${genAI}
${more}`;

const policies = [
  policyOn(
    "agents",
    "{source: client-metrics, dimensions: [{key: team, fromAttribute: team.id}, {key: env, value: prod}]}",
  ),
  policyOn("quiet", "{source: client-metrics}", "    overrides: [{name: claude_code.token.usage, disabled: true}]\n"),
  policyOn("spans", "{enabled: true}"),
].join("---\n");

type Point = { readonly attributes: readonly KeyValue[]; readonly [field: string]: unknown };
const delta = 1;
const cumulative = 2;

const nanos = (millis: number): string => `${millis}000000`;
const started = Date.now();
/** Points of one process that began at `from`; later than the Collector, unless said otherwise. */
const timed = (points: readonly Point[], from = Date.now()): readonly object[] =>
  points.map((point) => ({ startTimeUnixNano: nanos(from), timeUnixNano: nanos(Date.now() + 1000), ...point }));

const counter = (name: string, temporality: number, points: readonly Point[], from?: number): object => ({
  name,
  sum: { aggregationTemporality: temporality, isMonotonic: true, dataPoints: timed(points, from) },
});
const histogram = (name: string, temporality: number, points: readonly Point[], from?: number): object => ({
  name,
  histogram: { aggregationTemporality: temporality, dataPoints: timed(points, from) },
});
const values = (count: number, sum: number, ...attributes: readonly KeyValue[]): Point => ({
  attributes,
  count: String(count),
  sum,
  bucketCounts: [String(count), "0"],
  explicitBounds: [1e9],
});

const metricsOf = (namespace: string, resource: readonly KeyValue[], metrics: readonly object[]): Export =>
  ({
    path: "/v1/metrics",
    items: metrics.length,
    body: {
      resourceMetrics: [
        {
          resource: { attributes: [text("k8s.namespace.name", namespace), ...resource] },
          scopeMetrics: [{ scope: { name: "agent" }, metrics }],
        },
      ],
    },
  }) as Export;

const claude = (session: string, model: string, type: string, asDouble: number | string): Point => ({
  attributes: [
    text("session.id", session),
    text("user.email", "someone@example.com"),
    text("model", model),
    text("type", type),
  ],
  asDouble,
});

const tokens = "otel_policy_gen_ai_tokens_total";
const cost = "otel_policy_gen_ai_cost_USD_total";
const requests = "otel_policy_gen_ai_requests_total";
const unpriced = "otel_policy_gen_ai_unpriced_total";

describe("metrics of coding agents", () => {
  let run: PolicyCollector;
  before(async () => {
    run = await runPolicies([{ path: "policies.yaml", text: policies }], ["otlp"]);
    assert.deepEqual(
      run.compilation.diagnostics.filter(({ severity }) => severity === "error"),
      [],
    );
  });
  after(() => run?.stop());

  const send = async (...exports: readonly Export[]): Promise<void> => assert.equal(await run.send(exports), 0);
  /** Everything of a model, once what was sent last has been counted. */
  let probes = 0;
  const counted = async (namespace: string, model: string): Promise<readonly PromSample[]> => {
    const probe = `probe-${probes++}`;
    await send(metricsOf(namespace, [], [counter("claude_code.token.usage", delta, [claude("p", probe, "input", 1)])]));
    return poll(`probe ${probe}`, async () => {
      const samples = await run.scrape();
      return samples.some(({ labels }) => labels["gen_ai_request_model"] === probe)
        ? samples.filter(
            ({ name, labels }) => name.startsWith("otel_policy_") && labels["gen_ai_request_model"] === model,
          )
        : null;
    });
  };
  const buckets = (samples: readonly PromSample[], name = tokens): { readonly [bucket: string]: number } =>
    Object.fromEntries(
      samples.filter((sample) => sample.name === name).map(({ labels, value }) => [labels["bucket"], value]),
    );

  test("deltas of many sessions add up under the policy's labels alone", async () => {
    const model = "claude-sonnet-4-5";
    for (const session of ["a", "b", "c"])
      await send(
        metricsOf(
          "agents",
          [text("team.id", "platform"), text("service.name", "claude-code"), text("host.name", session)],
          [
            counter("claude_code.token.usage", delta, [
              claude(session, model, "input", 10),
              claude(session, model, "output", 20),
              claude(session, model, "cacheRead", 3000),
              claude(session, model, "cacheCreation", 400),
            ]),
            counter("claude_code.cost.usage", delta, [claude(session, model, "", 0.0125)]),
            counter("claude_code.session.count", delta, [claude(session, model, "", 1)]),
          ],
        ),
      );
    const samples = await counted("agents", model);
    assert.deepEqual(buckets(samples), { uncached_input: 30, output: 60, cache_read: 9000, cache_write: 1200 });
    const [amount, ...others] = samples.filter(({ name }) => name === cost);
    assert.deepEqual(others, []);
    assert.ok(amount !== undefined && Math.abs(amount.value - 0.0375) < 1e-12);
    const labels = Object.entries(amount.labels).filter(
      ([name, value]) => value !== "" || !name.startsWith("otel_scope_"),
    );
    assert.deepEqual(Object.fromEntries(labels), {
      bucket: "unsplit",
      cost_source: "reported",
      env: "prod",
      gen_ai_provider_name: "anthropic",
      gen_ai_request_model: model,
      gen_ai_response_model: model,
      k8s_namespace_name: "agents",
      source: "client-metrics",
      team: "platform",
    });
  });

  test("what a process says cumulatively counts once, over a restart of it, too", async () => {
    const model = "claude-cumulative";
    const said = async (value: number, from: number): Promise<void> =>
      send(
        metricsOf(
          "agents",
          [],
          [counter("claude_code.token.usage", cumulative, [claude("s", model, "output", value)], from)],
        ),
      );
    const first = Date.now();
    await said(100, first);
    await said(100, first);
    await said(250, first);
    const second = Date.now();
    await said(40, second);
    await said(45, second);
    assert.deepEqual(buckets(await counted("agents", model)), { output: 295 });
  });

  test("of a process that was there before, only what it adds", async () => {
    const model = "claude-older";
    const before = started - 3_600_000;
    for (const value of [5000, 5010, 5030])
      await send(
        metricsOf(
          "agents",
          [],
          [counter("claude_code.token.usage", cumulative, [claude("old", model, "input", value)], before)],
        ),
      );
    assert.deepEqual(buckets(await counted("agents", model)), { uncached_input: 30 });
  });

  for (const [temporality, name] of [
    [delta, "gpt-5-codex"],
    [cumulative, "gpt-5-codex-mini"],
  ] as const)
    test(`Codex states cached input once more within input (temporality ${temporality})`, async () => {
      const from = Date.now();
      const turn = (model: string, factor: number): readonly Point[] =>
        (
          [
            ["total", 1100],
            ["input", 1000],
            ["cached_input", 700],
            ["output", 100],
            ["reasoning_output", 60],
          ] as const
        ).map(([type, value]) => values(factor, value * factor, text("token_type", type), text("model", model)));
      const call = (success: string, value: number): Point => ({
        attributes: [text("model", name), text("success", success)],
        asInt: String(value),
      });
      for (const factor of temporality === delta ? [1, 2] : [1, 3])
        await send(
          metricsOf(
            "agents",
            [text("service.name", "codex_exec")],
            [
              histogram(
                "codex.turn.token_usage",
                temporality,
                [...turn(name, factor), ...turn("another", factor)],
                from,
              ),
              counter("codex.websocket.request", temporality, [call("true", 4 * factor), call("false", factor)], from),
            ],
          ),
        );
      const samples = await counted("agents", name);
      assert.deepEqual(buckets(samples), { uncached_input: 900, cache_read: 2100, output: 300, reasoning: 180 });
      assert.equal(total(samples, requests, { source: "client-metrics", gen_ai_provider_name: "openai" }), 15);
      assert.equal(total(samples, requests, { error_type: "_OTHER" }), 3);
      assert.deepEqual(
        samples.filter((sample) => sample.name === unpriced).map(({ labels, value }) => [labels["reason"], value]),
        [["metrics_only", 12]],
      );
    });

  test("Copilot's histograms count, those of others under the same name do not", async () => {
    const labels = (model: string, ...more: readonly KeyValue[]): readonly KeyValue[] => [
      text("gen_ai.provider.name", "github"),
      text("gen_ai.request.model", model),
      text("gen_ai.response.model", `${model}-2024`),
      ...more,
    ];
    const body = (model: string): readonly object[] => [
      histogram("gen_ai.client.token.usage", delta, [
        values(2, 500, ...labels(model, text("gen_ai.token.type", "input"))),
        values(2, 70, ...labels(model, text("gen_ai.token.type", "output"))),
      ]),
      histogram("gen_ai.client.operation.duration", delta, [
        values(2, 3.5, ...labels(model)),
        values(1, 0.5, ...labels(model, text("error.type", "TimeoutError"))),
      ]),
    ];
    await send(
      metricsOf("agents", [text("service.name", "copilot-chat")], body("gpt-4o")),
      metricsOf("agents", [text("service.name", "envoy")], body("of-a-gateway")),
    );
    const samples = await counted("agents", "gpt-4o");
    assert.deepEqual(buckets(samples), { uncached_input: 500, output: 70 });
    assert.equal(total(samples, requests), 3);
    assert.equal(total(samples, requests, { error_type: "TimeoutError" }), 1);
    assert.equal(samples[0]?.labels["gen_ai_response_model"], "gpt-4o-2024");
    assert.deepEqual(await counted("agents", "of-a-gateway"), []);
  });

  test("spans of the same calls count for targets that do not say client-metrics, and metrics for those that do", async () => {
    const model = "claude-both";
    for (const namespace of ["agents", "spans"]) {
      const resource = { attributes: [text("k8s.namespace.name", namespace)] };
      const usage = { "gen_ai.usage.input_tokens": 7, "gen_ai.usage.output_tokens": 3 };
      await send(
        tracesExport(
          resource,
          [spanOf(callAttributes("anthropic", model, usage))],
          "opentelemetry.instrumentation.anthropic",
        ),
        metricsOf(
          namespace,
          [],
          [
            counter("claude_code.token.usage", delta, [
              claude("x", model, "input", 7),
              claude("x", model, "output", 3),
            ]),
          ],
        ),
      );
    }
    await poll(
      "spans and metrics",
      async () => total(await run.scrape(), tokens, { gen_ai_request_model: model }) >= 20,
    );
    const samples = await counted("agents", model);
    assert.deepEqual(
      samples
        .filter(({ name }) => name === tokens)
        .map(({ labels, value }) => `${labels["k8s_namespace_name"]} ${labels["source"]} ${labels["bucket"]} ${value}`)
        .sort(),
      [
        "agents client-metrics output 3",
        "agents client-metrics uncached_input 7",
        "spans client-spans output 3",
        "spans client-spans uncached_input 7",
      ],
    );
  });

  test("a family that is switched off is counted, and all others arrive as they were", async () => {
    const model = "claude-quiet";
    await send(
      metricsOf(
        "quiet",
        [],
        [
          counter("claude_code.token.usage", delta, [claude("q", model, "input", 11)]),
          counter("claude_code.session.count", delta, [claude("q", model, "", 1)]),
        ],
      ),
    );
    assert.deepEqual(buckets(await counted("quiet", model)), { uncached_input: 11 });
    const samples = await run.scrape();
    assert.equal(samples.filter(({ name }) => name.startsWith("claude_code_session_count")).length > 0, true);
    assert.deepEqual(
      samples.filter(({ name, labels }) => name.startsWith("claude_code_token_usage") && labels["model"] === model),
      [],
    );
  });

  test("what is no count adds nothing and breaks nothing", async () => {
    const model = "claude-odd";
    await send(
      metricsOf(
        "agents",
        [],
        [
          counter("claude_code.token.usage", delta, [
            claude("o", model, "input", "NaN"),
            claude("o", model, "output", -5),
            claude("o", model, "cacheRead", 1e30),
            claude("o", model, "total", 500),
            { attributes: [text("type", "input"), text("otel_policy.gen_ai.bucket", "output")], asInt: "0" },
            claude("o", model, "cacheCreation", 9),
          ]),
          { name: "claude_code.token.usage", gauge: { dataPoints: timed([claude("o", model, "input", 99)]) } },
        ],
      ),
    );
    assert.deepEqual(buckets(await counted("agents", model)), { cache_write: 9 });
    const bad = run.collector
      .log()
      .split("\n")
      .filter((line) => /\t(error|warn)\t/.test(line));
    assert.deepEqual(bad.slice(0, 3), []);
  });
});
