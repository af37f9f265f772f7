import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { calcPrice } from "@pydantic/genai-prices";
import type { Export } from "../../src/traffic/batch.ts";
import { type AnyValue, int, type KeyValue, spanKind, text } from "../../src/traffic/otlp.ts";
import {
  callAttributes,
  gatewayResource,
  inParts,
  logOf,
  logsExport,
  metricsPolicy,
  type SpanParts,
  spanOf,
  tracesExport,
} from "../support/model-calls.ts";
import { type PolicyCollector, runPolicies, total } from "../support/policy-collector.ts";
import { poll, settled } from "../support/poll.ts";
import type { PromSample } from "../support/prom.ts";
import { attributeOf } from "../support/sink.ts";

const backend = "collector.monitoring.svc:4317";
const sampled = (name: string): string =>
  metricsPolicy(name, ["genAI: {enabled: true}"]).concat(
    `  tracing: {provider: {type: OTLP, endpoint: "${backend}"}, samplingRate: {percent: 10}}\n`,
  );

const policies = [
  metricsPolicy("plain", ["genAI: {enabled: true}"]),
  metricsPolicy("latest", ["genAI: {enabled: true, profile: latest}"]),
  metricsPolicy("off", ["genAI: {enabled: false}"]),
  metricsPolicy("logs", ["genAI: {enabled: true, source: gateway-logs}"]),
  metricsPolicy("kong", ["genAI: {enabled: true, source: gateway-logs}"]),
  metricsPolicy("spans", ["genAI: {enabled: true, source: gateway-spans}"]),
  metricsPolicy("clients", ["genAI: {enabled: true, source: client-spans}"]),
  metricsPolicy("chosen", ["genAI: {enabled: true, prices: [gpt-4o, openai/o3]}"]),
  metricsPolicy("team", ["genAI: {enabled: true, dimensions: [{key: team, fromHeader: x-team}]}"]),
  sampled("sampled"),
  `apiVersion: agentic.networking.x-k8s.io/v1alpha1
kind: TelemetryPolicy
metadata: {name: mesh, namespace: mesh}
spec:
  targetRefs: [{group: "", kind: Namespace, name: mesh}]
  metrics: {enabled: true, provider: {type: Prometheus}, genAI: {enabled: true}}
`,
].join("---\n");

const usage = (input: number, output: number, more: { readonly [key: string]: number } = {}) => ({
  "gen_ai.usage.input_tokens": input,
  "gen_ai.usage.output_tokens": output,
  ...more,
});

const call = (name: string, attributes: readonly KeyValue[], parts: SpanParts = {}, scope?: string): Export =>
  tracesExport(gatewayResource(name), [spanOf(attributes, parts)], scope);

const request: readonly KeyValue[] = [
  text("http.request.method", "POST"),
  text("url.path", "/v1/chat/completions"),
  int("http.response.status_code", 200),
];
const logRecord = (name: string, attributes: readonly KeyValue[], more: readonly KeyValue[] = request): Export =>
  logsExport(gatewayResource(name), [logOf([...more, ...attributes])]);

/** Attributes of one call in Envoy AI Gateway's default spans (OpenInference). */
const openInference = (kind: string, model: string, input: number, output: number, more: readonly KeyValue[] = []) => [
  text("openinference.span.kind", kind),
  text("llm.system", "openai"),
  text("llm.model_name", model),
  int("llm.token_count.prompt", input),
  int("llm.token_count.completion", output),
  int("llm.token_count.total", input + output),
  ...more,
];

describe("model calls", () => {
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
  const tokensOf = (samples: readonly PromSample[], gateway: string, labels: { readonly [l: string]: string } = {}) => {
    const found: { [bucket: string]: number } = {};
    for (const sample of samples) {
      if (sample.name !== "otel_policy_gen_ai_tokens_total" || sample.labels["k8s_gateway_name"] !== gateway) continue;
      if (Object.entries(labels).some(([key, value]) => sample.labels[key] !== value)) continue;
      const bucket = sample.labels["bucket"] ?? "";
      found[bucket] = (found[bucket] ?? 0) + sample.value;
    }
    return found;
  };
  /** Waits for a probe call of the same gateway, so that everything sent before has been counted. */
  let probes = 0;
  const counted = async (gateway: string, probe?: Export): Promise<readonly PromSample[]> => {
    const model = `probe-${probes++}`;
    await send(probe ?? call(gateway, callAttributes("openai", model, usage(1, 1))));
    return poll(`probe ${model}`, async () => {
      const samples = await run.scrape();
      return samples.some(
        ({ labels }) => labels["gen_ai_request_model"] === model && labels["k8s_gateway_name"] === gateway,
      )
        ? samples.filter(({ labels }) => labels["gen_ai_request_model"]?.startsWith("probe-") !== true)
        : null;
    });
  };

  test("every convention's names give the same buckets", async () => {
    const [input, output, read, reasoning] = [1000, 300, 200, 50];
    const wanted = { uncached_input: 800, cache_read: 200, output: 300, reasoning: 50 };
    const spellings: readonly (readonly [string, readonly KeyValue[]])[] = [
      [
        "v1.41",
        callAttributes("openai", "m-semconv", {
          ...usage(input, output),
          "gen_ai.usage.cache_read.input_tokens": read,
          "gen_ai.usage.reasoning.output_tokens": reasoning,
        }),
      ],
      [
        "1.26",
        [
          text("gen_ai.system", "openai"),
          text("gen_ai.request.model", "m-old"),
          text("gen_ai.operation.name", "chat"),
          text("gen_ai.usage.prompt_tokens", String(input)),
          text("gen_ai.usage.completion_tokens", String(output)),
          int("gen_ai.usage.cache_read_input_tokens", read),
          int("gen_ai.usage.reasoning_tokens", reasoning),
        ],
      ],
      [
        "OpenInference",
        openInference("LLM", "m-openinference", input, output, [
          text("llm.request.model_name", "m-openinference"),
          int("llm.token_count.prompt_details.cache_read", read),
          int("llm.token_count.completion_details.reasoning", reasoning),
        ]),
      ],
      [
        "OpenLLMetry",
        [
          text("llm.request.type", "chat"),
          text("llm.request.model", "m-openllmetry"),
          int("llm.usage.prompt_tokens", input),
          int("llm.usage.completion_tokens", output),
          text("gen_ai.system", "OpenAI"),
          int("gen_ai.usage.cache_read_input_tokens", read),
          int("gen_ai.usage.reasoning_tokens", reasoning),
        ],
      ],
      [
        "Vercel",
        [
          text("ai.operationId", "ai.generateText.doGenerate"),
          text("ai.model.provider", "openai.responses"),
          text("ai.model.id", "m-vercel"),
          int("ai.usage.inputTokens", input),
          int("ai.usage.outputTokens", output),
          int("ai.usage.cachedInputTokens", read),
          int("ai.usage.reasoningTokens", reasoning),
        ],
      ],
      [
        "LangSmith",
        [
          ...callAttributes("openai", "m-langsmith", usage(input, output)),
          text("gen_ai.usage.input_token_details", '{"audio": 0, "cache_creation": 0, "cache_read": 200}'),
          text("gen_ai.usage.output_token_details", '{"reasoning":50}'),
        ],
      ],
      [
        "arrays of one",
        [
          ...callAttributes("openai", "m-arrays", { "gen_ai.usage.output_tokens": output }),
          { key: "gen_ai.usage.input_tokens", value: { arrayValue: { values: [{ intValue: String(input) }] } } },
          int("gen_ai.usage.cache_read.input_tokens", read),
          int("gen_ai.usage.reasoning.output_tokens", reasoning),
        ],
      ],
    ];
    await send(...spellings.map(([, attributes]) => call("plain", attributes)));
    const samples = await counted("plain");
    for (const [name, attributes] of spellings) {
      const model = attributes.flatMap(({ value }) =>
        "stringValue" in value && value.stringValue.startsWith("m-") ? [value.stringValue] : [],
      );
      assert.deepEqual(
        tokensOf(samples, "plain", { gen_ai_request_model: model[0] ?? "", gen_ai_provider_name: "openai" }),
        wanted,
        name,
      );
    }
  });

  test("a source that reports disjoint counts is added up", async () => {
    await send(
      call(
        "plain",
        callAttributes(
          "anthropic",
          "m-disjoint",
          usage(10, 5, { "gen_ai.usage.cache_read.input_tokens": 900, "gen_ai.usage.cache_creation.input_tokens": 90 }),
        ),
      ),
    );
    const samples = await counted("plain");
    assert.deepEqual(tokensOf(samples, "plain", { gen_ai_request_model: "m-disjoint" }), {
      uncached_input: 10,
      cache_read: 900,
      cache_write: 90,
      output: 5,
    });
    const total_ = total(samples, "gen_ai_client_token_usage_sum", {
      gen_ai_request_model: "m-disjoint",
      gen_ai_token_type: "input",
    });
    assert.equal(total_, 1000);
  });

  test("wrappers never add, whatever they carry", async () => {
    const before = tokensOf(await counted("plain"), "plain");
    const wrapped = [
      "invoke_agent",
      "invoke_workflow",
      "fetch_response",
      "count_tokens",
      "tokenize",
      "execute_tool",
      "plan",
    ];
    await send(
      ...wrapped.map((operation) =>
        call("plain", [
          text("gen_ai.operation.name", operation),
          text("gen_ai.request.model", "m-wrapper"),
          int("gen_ai.usage.input_tokens", 77),
          int("gen_ai.usage.output_tokens", 7),
        ]),
      ),
      ...["AGENT", "CHAIN", "TOOL", "GUARDRAIL", "EVALUATOR", "TOKEN_COUNTER"].map((kind) =>
        call("plain", openInference(kind, "m-wrapper", 77, 7)),
      ),
      call("plain", [
        text("traceloop.span.kind", "workflow"),
        int("llm.usage.prompt_tokens", 77),
        text("llm.request.model", "m-wrapper"),
      ]),
      call("plain", [
        text("ai.operationId", "ai.streamText"),
        text("ai.model.id", "m-wrapper"),
        int("ai.usage.inputTokens", 77),
      ]),
    );
    assert.deepEqual(tokensOf(await counted("plain"), "plain"), before);
  });

  test("Kong's objects inside objects are read, in a line's body and in its attributes", async () => {
    const nested = (model: string, plugin: string): AnyValue => ({
      kvlistValue: {
        values: [
          {
            key: plugin,
            value: {
              kvlistValue: {
                values: [
                  {
                    key: "meta",
                    value: { kvlistValue: { values: [text("request_model", model), text("provider_name", "openai")] } },
                  },
                  {
                    key: "usage",
                    value: {
                      kvlistValue: {
                        values: [
                          int("prompt_tokens", 100),
                          int("completion_tokens", 20),
                          {
                            key: "prompt_tokens_details",
                            value: { kvlistValue: { values: [int("cached_tokens", 40)] } },
                          },
                        ],
                      },
                    },
                  },
                ],
              },
            },
          },
        ],
      },
    });
    const [inBody, inAttributes] = ["m-kong-body", "m-kong-attributes"];
    await send(
      logsExport(gatewayResource("kong"), [
        { ...logOf(request), body: { kvlistValue: { values: [{ key: "ai", value: nested(inBody, "proxy") }] } } },
        logOf([...request, { key: "ai", value: nested(inAttributes, "ai-proxy") }]),
        // What only looks alike.
        { ...logOf(request), body: { stringValue: "ai" } },
        logOf([...request, text("ai", "proxy")]),
      ]),
    );
    const samples = await counted("kong", logRecord("kong", callAttributes("openai", `probe-${probes}`, usage(1, 1))));
    for (const model of [inBody, inAttributes])
      assert.deepEqual(tokensOf(samples, "kong", { gen_ai_request_model: model }), {
        uncached_input: 60,
        cache_read: 40,
        output: 20,
      });
  });

  test("one call that left three records counts once, from the chosen one", async () => {
    const three = (gateway: string): readonly Export[] => [
      logRecord(gateway, [
        text("llm_input_token", "100"),
        text("llm_output_token", "20"),
        text("llm_cached_input_token", "-"),
        text("x-ai-eg-model", "gpt-4o"),
        text("response_model", "gpt-4o-2024-08-06"),
        text("gen_ai.provider.name", "default/openai/route/llm/rule/0/ref/0"),
        text("token_latency_ttft", "250"),
      ]),
      call(
        gateway,
        openInference("LLM", "gpt-4o-2024-08-06", 100, 20),
        { kind: spanKind.internal },
        "envoyproxy/ai-gateway",
      ),
      call(
        gateway,
        callAttributes("openai", "gpt-4o", usage(100, 20)),
        { kind: spanKind.client },
        "opentelemetry.instrumentation.openai_v2",
      ),
    ];
    const wanted = { logs: "gateway-logs", spans: "gateway-spans", clients: "client-spans", plain: "gateway-spans" };
    const before = tokensOf(await run.scrape(), "plain", { gen_ai_response_model: "gpt-4o-2024-08-06" });
    assert.deepEqual(before, {});
    for (const gateway of Object.keys(wanted)) await send(...three(gateway));
    const price =
      calcPrice({ input_tokens: 100, output_tokens: 20 }, "gpt-4o", { providerId: "openai" })?.total_price ?? 0;
    for (const [gateway, source] of Object.entries(wanted)) {
      const samples = await poll(`${gateway} counted`, async () => {
        const all = await run.scrape();
        return total(all, "otel_policy_gen_ai_requests_total", { k8s_gateway_name: gateway, source }) > 0 ? all : null;
      });
      if (gateway === "plain") continue;
      assert.deepEqual(tokensOf(samples, gateway), { uncached_input: 100, output: 20 }, gateway);
      assert.equal(total(samples, "otel_policy_gen_ai_requests_total", { k8s_gateway_name: gateway }), 1, gateway);
      assert.ok(
        Math.abs(total(samples, "otel_policy_gen_ai_cost_USD_total", { k8s_gateway_name: gateway }) - price) < 1e-12,
        gateway,
      );
    }
    assert.deepEqual(tokensOf(await counted("plain"), "plain", { gen_ai_response_model: "gpt-4o-2024-08-06" }), {
      uncached_input: 100,
      output: 20,
    });
    const first = (await run.scrape()).find(
      ({ name, labels }) =>
        name === "otel_policy_gen_ai_time_to_first_token_seconds_sum" && labels["k8s_gateway_name"] === "logs",
    );
    assert.equal(first?.value, 0.25);
  });

  test("usage that is no count is missing with a reason, and rejects nothing", async () => {
    const odd = [
      ["dash", text("gen_ai.usage.input_tokens", "-")],
      ["negative", int("gen_ai.usage.input_tokens", -5)],
      ["huge", { key: "gen_ai.usage.input_tokens", value: { doubleValue: 1e30 } }],
      ["nan", { key: "gen_ai.usage.input_tokens", value: { doubleValue: "NaN" as unknown as number } }],
      ["word", text("gen_ai.usage.input_tokens", "twelve")],
      ["array", { key: "gen_ai.usage.input_tokens", value: { arrayValue: { values: [] } } }],
      [
        "two",
        { key: "gen_ai.usage.input_tokens", value: { arrayValue: { values: [{ intValue: "1" }, { intValue: "2" }] } } },
      ],
      ["overflow", text("gen_ai.usage.input_tokens", "99999999999999999999")],
      ["map", { key: "gen_ai.usage.input_tokens", value: { kvlistValue: { values: [] } } as never }],
    ] as const satisfies readonly (readonly [string, KeyValue])[];
    await send(
      tracesExport(
        gatewayResource("plain"),
        odd.map(([name, attribute]) => spanOf([...callAttributes("openai", `odd-${name}`, {}), attribute])),
      ),
      call("plain", callAttributes("openai", "odd-absent", {})),
      call("plain", [...callAttributes("openai", "odd-streaming", {}), text("gen_ai.request.stream", "true")]),
      call("plain", callAttributes("openai", "odd-zero", usage(0, 0))),
      call("plain", callAttributes("openai", "odd-partial", { "gen_ai.usage.input_tokens": 5 })),
      call("plain", callAttributes("openai", "odd-failed", {}), { status: { code: 2 } }),
      call("plain", [...callAttributes("openai", "odd-refused", {}), text("error.type", "rate_limit")]),
    );
    const samples = await counted("plain");
    const reasons = Object.fromEntries(
      samples
        .filter(
          ({ name, labels }) =>
            name === "otel_policy_gen_ai_usage_missing_total" && labels["gen_ai_request_model"]?.startsWith("odd-"),
        )
        .map(({ labels }) => [labels["gen_ai_request_model"]?.slice(4), labels["reason"]]),
    );
    assert.deepEqual(reasons, {
      ...Object.fromEntries(odd.map(([name]) => [name, "invalid"])),
      absent: "absent",
      streaming: "streaming",
      zero: "zero",
      partial: "partial",
    });
    for (const [name] of odd)
      assert.deepEqual(tokensOf(samples, "plain", { gen_ai_request_model: `odd-${name}` }), {}, name);
    const failed = samples.find(
      ({ name, labels }) =>
        name === "otel_policy_gen_ai_requests_total" && labels["gen_ai_request_model"] === "odd-failed",
    );
    assert.deepEqual([failed?.value, failed?.labels["error_type"]], [1, "_OTHER"]);
  });

  test("what has no price is told, never free", async () => {
    await send(
      call("plain", callAttributes("openai", "no-such-model", usage(5, 5))),
      call("plain", callAttributes("ollama", "gpt-4o", usage(5, 5))),
      call("plain", callAttributes("openai", "whisper-1", usage(5, 5))),
      call("plain", [
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", "openai"),
        int("gen_ai.usage.input_tokens", 9),
        int("gen_ai.usage.output_tokens", 1),
      ]),
      call("chosen", callAttributes("openai", "gpt-4o-mini", usage(5, 5))),
      call("chosen", callAttributes("openai", "gpt-4o", usage(1000, 0))),
    );
    const reasonOf = (samples: readonly PromSample[], gateway: string, model: string | undefined, provider?: string) =>
      samples.find(
        ({ name, labels }) =>
          name === "otel_policy_gen_ai_unpriced_total" &&
          labels["k8s_gateway_name"] === gateway &&
          labels["gen_ai_request_model"] === model &&
          (provider === undefined || labels["gen_ai_provider_name"] === provider),
      )?.labels["reason"];
    const samples = await counted("plain");
    assert.equal(reasonOf(samples, "plain", "no-such-model"), "unknown_model");
    assert.equal(reasonOf(samples, "plain", "gpt-4o", "ollama"), "unknown_provider");
    assert.equal(reasonOf(samples, "plain", "whisper-1"), "no_token_price");
    const nameless = samples.filter(
      ({ name, labels }) => name === "otel_policy_gen_ai_unpriced_total" && labels["reason"] === "no_model",
    );
    assert.equal(nameless.length, 1);
    const chosen = await counted("chosen");
    assert.equal(reasonOf(chosen, "chosen", "gpt-4o-mini"), "unknown_model");
    assert.equal(total(chosen, "otel_policy_gen_ai_cost_USD_total", { k8s_gateway_name: "chosen" }), 0.0025);
  });

  test("a stated cost is believed, and a gateway's own cache costs nothing", async () => {
    await send(
      call("team", [
        ...callAttributes("openai", "gpt-4o", usage(1000, 100)),
        { key: "gen_ai.usage.cost", value: { doubleValue: 0.5 } },
      ]),
      call("team", [
        ...callAttributes("openai", "gpt-4o", usage(1000, 100)),
        text("http.response.header.cf-aig-cache-status", "HIT"),
      ]),
      call("team", [
        ...callAttributes("openai", "gpt-4o", usage(1000, 0, { "gen_ai.usage.cache_read.input_tokens": 400 })),
        { key: "http.request.header.x-team", value: { arrayValue: { values: [{ stringValue: "red" }] } } },
      ]),
    );
    const samples = await counted("team");
    const costs = samples.filter(
      ({ name, labels }) => name === "otel_policy_gen_ai_cost_USD_total" && labels["k8s_gateway_name"] === "team",
    );
    assert.deepEqual(
      costs
        .map(({ value, labels }) => [
          labels["bucket"],
          labels["cost_source"],
          labels["team"] ?? "",
          labels["price_table"] ?? "",
          value,
        ])
        .sort(),
      [
        ["cache_read", "estimated", "red", "genai-prices 0.1.8", 0.0005],
        ["uncached_input", "estimated", "red", "genai-prices 0.1.8", 0.0015],
        ["unsplit", "reported", "", "", 0.5],
      ],
    );
    const saved = (kind: string): number =>
      total(samples, "otel_policy_gen_ai_cost_saved_USD_total", { k8s_gateway_name: "team", kind });
    assert.ok(Math.abs(saved("gateway_cache") - 0.0035) < 1e-12, String(saved("gateway_cache")));
    assert.ok(Math.abs(saved("provider_cache") - 0.0005) < 1e-12, String(saved("provider_cache")));
    assert.deepEqual(tokensOf(samples, "team"), { uncached_input: 1600, cache_read: 400, output: 100 });
    assert.equal(total(samples, "otel_policy_gen_ai_requests_total", { k8s_gateway_name: "team" }), 3);
  });

  test("usage metrics follow the profile, one or the other", async () => {
    const counts = usage(1000, 100, { "gen_ai.usage.cache_write.input_tokens": 300 });
    await send(call("latest", callAttributes("anthropic", "m-latest", counts)));
    const samples = await counted("latest");
    const of = (name: string): number => total(samples, name, { gen_ai_request_model: "m-latest" });
    assert.equal(of("gen_ai_client_inference_usage_input_tokens_total"), 1000);
    assert.equal(of("gen_ai_client_inference_usage_output_tokens_total"), 100);
    assert.equal(of("gen_ai_client_inference_usage_cache_write_input_tokens_total"), 300);
    assert.equal(of("gen_ai_client_token_usage_count"), 0);
    assert.deepEqual(tokensOf(samples, "latest"), { uncached_input: 700, cache_write: 300, output: 100 });
    const plain = samples.filter(
      ({ name, labels }) => name.startsWith("gen_ai_client_inference") && labels["k8s_gateway_name"] === "plain",
    );
    assert.deepEqual(plain, []);
  });

  test("tools and MCP methods are counted by name", async () => {
    await send(
      call("spans", [text("gen_ai.operation.name", "execute_tool"), text("gen_ai.tool.name", "search")], {
        seconds: 2,
      }),
      call("spans", [
        text("mcp.method.name", "tools/call"),
        text("gen_ai.tool.name", "search"),
        text("error.type", "tool_error"),
      ]),
      logRecord("spans", [text("mcp_method", "tools/call"), text("mcp_tool_name", "search")]),
    );
    const samples = await counted("spans");
    const calls = samples.filter(
      ({ name, labels }) => name === "otel_policy_tool_calls_total" && labels["k8s_gateway_name"] === "spans",
    );
    assert.deepEqual(
      calls
        .map(({ labels, value }) => [
          labels["mcp_method_name"] ?? "",
          labels["gen_ai_tool_name"],
          labels["error_type"] ?? "",
          value,
        ])
        .sort(),
      [
        ["", "search", "", 1],
        ["tools/call", "search", "tool_error", 1],
      ],
    );
    assert.equal(total(samples, "otel_policy_tool_duration_seconds_sum", { k8s_gateway_name: "spans" }), 3);
  });

  test("sampling changes no count", async () => {
    const spans = Array.from({ length: 600 }, (_, index) =>
      spanOf(callAttributes("openai", "gpt-4o", usage(1000 + index, 10))),
    );
    for (const part of inParts(spans, 100)) await send(tracesExport(gatewayResource("sampled"), part));
    const samples = await counted("sampled");
    await settled(() => run.backend.spans.length, 600);
    const kept = run.backend.spans.filter(({ resource }) => attributeOf(resource, "k8s.gateway.name") === "sampled");
    assert.ok(kept.length > 20 && kept.length < 150, `${kept.length} of 600 kept`);
    assert.deepEqual(tokensOf(samples, "sampled"), { uncached_input: 600 * 1000 + (599 * 600) / 2, output: 6000 });
    assert.equal(total(samples, "otel_policy_gen_ai_requests_total", { k8s_gateway_name: "sampled" }), 600);
    const cost = total(samples, "otel_policy_gen_ai_cost_USD_total", { k8s_gateway_name: "sampled" });
    const wanted = ((600 * 1000 + (599 * 600) / 2) * 2.5 + 6000 * 10) / 1e6;
    assert.ok(Math.abs(cost - wanted) <= 1e-9 * wanted, `${cost} is not ${wanted}`);
  });

  test("in a mesh, clients' spans count, and no proxy's", async () => {
    const resource = { attributes: [text("k8s.namespace.name", "mesh")] };
    const attributes = callAttributes("openai", "gpt-4o", usage(10, 2));
    await send(
      tracesExport(resource, [spanOf(attributes)], "opentelemetry.instrumentation.openai_v2"),
      tracesExport(resource, [spanOf(attributes, { kind: spanKind.server })], "proxy"),
      tracesExport(resource, [spanOf(attributes, { kind: spanKind.internal })], "envoyproxy/ai-gateway"),
      logsExport(resource, [logOf([...request, ...attributes])]),
    );
    await poll(
      "the mesh's call",
      async () => total(await run.scrape(), "otel_policy_gen_ai_requests_total", { k8s_namespace_name: "mesh" }) > 0,
    );
    await counted("plain");
    const samples = await run.scrape();
    const requests = samples.filter(
      ({ name, labels }) => name === "otel_policy_gen_ai_requests_total" && labels["k8s_namespace_name"] === "mesh",
    );
    assert.deepEqual(
      requests.map(({ labels, value }) => [labels["source"], value]),
      [["client-spans", 1]],
    );
  });

  test("names longer than any name are one", async () => {
    const long = (letter: string): Export => call("team", callAttributes("openai", letter.repeat(200), usage(3, 1)));
    await send(long("a"), long("b"));
    const samples = await counted("team");
    assert.deepEqual(tokensOf(samples, "team", { gen_ai_request_model: "other" }), { uncached_input: 6, output: 2 });
  });

  test("switched off, calls leave nothing", async () => {
    await send(
      call("off", callAttributes("openai", "gpt-4o", usage(9, 9))),
      call("off", request, { kind: spanKind.server }),
    );
    await poll(
      "the request",
      async () => total(await run.scrape(), "http_server_request_count_total", { k8s_gateway_name: "off" }) === 1,
    );
    const found = (await run.scrape()).filter(
      ({ name, labels }) => labels["k8s_gateway_name"] === "off" && /gen_ai|tool/.test(name),
    );
    assert.deepEqual(found, []);
  });

  test("no statement failed", () => {
    const bad = run.collector
      .log()
      .split("\n")
      .filter((line) => /\t(error|warn)\t/.test(line));
    assert.deepEqual(bad.slice(0, 5), []);
  });
});
