import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertQuiet, counted, runDataPlane } from "../support/dataplane-scene.ts";
import type { PolicyCollector } from "../support/policy-collector.ts";
import { poll, settled } from "../support/poll.ts";
import { attributes, counters, log, logs, span } from "../support/records.ts";
import { attributeOf, attributesOf } from "../support/sink.ts";

const line = (more: { readonly [key: string]: string }) =>
  attributes({ method: "GET", path: "/cart?id=1", response_code: "200", duration: "5", response_flags: "-", ...more });

const onlyDerived = (name: string): boolean => /^http\.server\.request\.(count|duration)$/.test(name);

describe("istio: a mesh of sidecars", () => {
  let run: PolicyCollector;
  before(async () => {
    run = await runDataPlane(["istio"], ["shop", "shop-2"]);
  });
  after(async () => {
    await run.stop();
    assertQuiet(run);
  });

  test("a request between two sidecars of one namespace is two access logs and one request", async () => {
    const client = line({
      "k8s.namespace.name": "shop",
      "k8s.deployment.name": "web",
      upstream_cluster: "outbound|80||cart.shop",
    });
    const server = line({
      "k8s.namespace.name": "shop",
      "k8s.deployment.name": "cart",
      upstream_cluster: "inbound|8080||",
    });
    await run.send([
      log([], client),
      log([], server),
      log([], line({ "k8s.namespace.name": "shopping", "k8s.deployment.name": "x" })),
    ]);
    await poll("both at the backend", () => run.backend.logs.length === 2);
    await poll("the other namespace's record", () => run.defaults.logs.length === 1);
    await poll("one request", () => counted(run, "http.server.request.count", { "k8s.namespace.name": "shop" }) === 1);
    await settled(() => run.backend.metrics.length, 300);
    assert.equal(counted(run, "http.server.request.count", { "k8s.namespace.name": "shop" }), 1);
    assert.equal(attributeOf(run.backend.logs[0]?.record ?? { attributes: [] }, "url.path"), "/cart");
  });

  test("a gateway that has no policy of its own is governed by its namespace; its outbound log is no request that reached the namespace", async () => {
    const before = counted(run, "http.server.request.count", { "k8s.namespace.name": "shop-2" });
    await run.send([
      log(
        [],
        line({
          "k8s.namespace.name": "shop-2",
          "k8s.deployment.name": "front-istio",
          upstream_cluster: "outbound|80||cart.shop-2",
        }),
      ),
      log(
        [],
        line({ "k8s.namespace.name": "shop-2", "k8s.deployment.name": "cart", upstream_cluster: "inbound|8080||" }),
      ),
    ]);
    await poll(
      "one request",
      () => counted(run, "http.server.request.count", { "k8s.namespace.name": "shop-2" }) > before,
    );
    await settled(() => run.backend.metrics.length, 300);
    assert.equal(counted(run, "http.server.request.count", { "k8s.namespace.name": "shop-2" }), before + 1);
  });

  test("a Gateway's policy comes before that of its namespace, and a Deployment of a similar name is neither", async () => {
    run.backend.clear();
    const spans = ["edge-istio", "edge-istio-2", "edge"].map((workload) =>
      span(attributes({ "service.name": `${workload}.team-a` }), {
        kind: 3,
        attributes: attributes({ "istio.canonical_service": workload, "istio.namespace": "team-a" }),
      }),
    );
    await run.send(spans);
    await poll("the gateway's span", () => run.backend.spans.length === 1);
    await settled(() => run.defaults.spans.length, 300);
    assert.deepEqual(
      run.backend.spans.map(({ record }) => attributeOf(record, "governed.by")),
      ["team-a/edge"],
    );
  });

  test("records of one resource that disagree about their sender say nothing", async () => {
    run.backend.clear();
    run.defaults.clear();
    await run.send([
      logs(
        [],
        [
          line({ "k8s.namespace.name": "shop", "k8s.deployment.name": "cart" }),
          line({ "k8s.namespace.name": "other", "k8s.deployment.name": "cart" }),
          line({ "k8s.namespace.name": "shop", "k8s.deployment.name": "cart" }),
        ],
      ),
    ]);
    await poll("all three at the default", () => run.defaults.logs.length === 3);
    assert.equal(run.backend.logs.length, 0);
    assert.ok(!JSON.stringify(run.defaults.logs).includes("otel_policy"));
  });

  test("metrics by the namespace of the workload that reports", async () => {
    run.backend.clear();
    run.defaults.clear();
    const series = (reporter: string, source: string, destination: string) => ({
      value: 3,
      attributes: attributes({
        reporter,
        source_workload: "web",
        source_workload_namespace: source,
        destination_workload: "cart",
        destination_workload_namespace: destination,
      }),
    });
    await run.send([
      counters(attributes({ "service.name": "cart" }), [
        { name: "istio_requests_total", points: [series("destination", "other", "shop")] },
      ]),
      counters(attributes({ "service.name": "else" }), [
        { name: "istio_requests_total", points: [series("destination", "shop", "other")] },
      ]),
    ]);
    const of = (sink: PolicyCollector["backend"]) => sink.metrics.filter(({ record }) => !onlyDerived(record.name));
    await poll("one each", () => of(run.backend).length === 1 && of(run.defaults).length === 1);
    assert.equal(attributeOf(of(run.backend)[0]?.resource ?? { attributes: [] }, "service.name"), "cart");
  });
});

describe("the Inference Gateway's picker and model servers, by namespace", () => {
  let run: PolicyCollector;
  before(async () => {
    // By default a namespace's calls are counted at their clients; here the model server is asked.
    run = await runDataPlane(["inference-gateway"], ["models"], "    genAI: {source: gateway-spans}\n");
  });
  after(async () => {
    await run.stop();
    assertQuiet(run);
  });
  const of = (service: string, namespace: string) =>
    attributes({ "service.name": service, "k8s.namespace.name": namespace });

  test("one request through both counts once", async () => {
    await run.send([
      span(of("llm-d-epp", "models"), { name: "gateway.request" }),
      span(of("llm-d-epp", "models"), { name: "gateway.request_orchestration", kind: 1 }),
      span(of("vllm", "models"), {
        name: "llm_request",
        attributes: attributes({ "gen_ai.usage.prompt_tokens": 9, "gen_ai.usage.completion_tokens": 4 }),
      }),
      span(of("llm-d-epp", "models-2"), { name: "gateway.request" }),
    ]);
    await poll("three spans", () => run.backend.spans.length === 3 && run.defaults.spans.length === 1);
    await poll(
      "one request",
      () => counted(run, "http.server.request.count", { "k8s.namespace.name": "models" }) === 1,
    );
    await poll("its tokens", () => counted(run, "otel_policy.gen_ai.tokens", { bucket: "output" }) === 4);
  });

  test("of a family under two names the present one is kept; a former name alone stays", async () => {
    const one = [{ value: 4, attributes: attributes({ model_name: "m", target_model_name: "t" }) }];
    await run.send([
      counters(of("epp", "models"), [
        { name: "inference_model_request_total", points: one },
        { name: "llm_d_epp_request_total", points: one },
        { name: "inference_objective_request_total", points: one },
        { name: "vllm:prompt_tokens_total", points: one },
      ]),
      counters(of("old-epp", "models"), [{ name: "inference_objective_request_total", points: one }]),
      counters(of("epp", "elsewhere"), [
        { name: "llm_d_epp_request_total", points: one },
        { name: "inference_objective_request_total", points: one },
      ]),
    ]);
    const names = (sink: PolicyCollector["backend"], service: string) =>
      sink.metrics
        .filter(
          ({ record, resource }) => !onlyDerived(record.name) && attributeOf(resource, "service.name") === service,
        )
        .map(({ record }) => record.name)
        .sort();
    await poll(
      "all of them",
      () =>
        names(run.backend, "epp").length >= 2 &&
        names(run.backend, "old-epp").length === 1 &&
        names(run.defaults, "epp").length === 2,
    );
    assert.deepEqual(names(run.backend, "epp"), ["llm_d_epp_request_total", "vllm:prompt_tokens_total"]);
    assert.deepEqual(names(run.backend, "old-epp"), ["inference_objective_request_total"]);
  });
});

describe("kuadrant beside istio", () => {
  let run: PolicyCollector;
  before(async () => {
    run = await runDataPlane(["istio", "kuadrant"], ["kuadrant-system"]);
  });
  after(async () => {
    await run.stop();
    assertQuiet(run);
  });

  test("Limitador's counters go with their namespace; its traces are no requests", async () => {
    const of = attributes({ "service.name": "limitador", "k8s.namespace.name": "kuadrant-system" });
    await run.send([
      counters(of, [
        {
          name: "authorized_hits",
          points: [{ value: 120, attributes: attributes({ limitador_namespace: "team-a/chat", user: "u1" }) }],
        },
      ]),
      span(of, { name: "should_rate_limit", kind: 2 }),
    ]);
    await poll("the counter", () => run.backend.metrics.some(({ record }) => record.name === "authorized_hits"));
    await poll("the span", () => run.backend.spans.length === 1);
    await settled(() => run.backend.metrics.length, 300);
    assert.equal(counted(run, "http.server.request.count", {}), 0);
  });
});

describe("values in the units and names of the conventions", () => {
  let run: PolicyCollector;
  before(async () => {
    run = await runDataPlane(["agentgateway", "envoy-ai-gateway", "kong"]);
  });
  after(async () => {
    await run.stop();
    assertQuiet(run);
  });
  const edge = attributes({ "k8s.gateway.name": "edge", "k8s.gateway.namespace": "team-a" });
  const sent = async (
    service: string,
    signal: "spans" | "logs",
    record: { readonly [key: string]: string | number },
  ) => {
    run.backend.clear();
    const of = [...attributes({ "service.name": service }), ...edge];
    await run.send([
      signal === "logs" ? log(of, attributes(record)) : span(of, { kind: 1, attributes: attributes(record) }),
    ]);
    const arrived = await poll(service, () => run.backend[signal][0]);
    return attributesOf(arrived.record);
  };

  test("agentgateway's durations are text with a unit", async () => {
    for (const [written, seconds] of [
      ["12ms", 0.012],
      ["1.5s", 1.5],
      ["850us", 0.00085],
      ["soon", undefined],
      ["", undefined],
    ] as const) {
      const record = await sent("gw", "logs", {
        gateway: "team-a/edge",
        "http.method": "POST",
        "http.status": 200,
        duration: written,
      });
      assert.equal(record["http.server.request.duration"], seconds, written);
      assert.equal(record["duration"], written);
      assert.equal(record["http.response.status_code"], 200);
    }
  });

  test("OpenInference becomes the GenAI conventions, without the prompt", async () => {
    const record = await sent("ai-gateway", "spans", {
      "openinference.span.kind": "LLM",
      "llm.model_name": "gpt-5-nano-2025-08-07",
      "llm.invocation_parameters": '{"stop": "\\"model\\": no", "model": "gpt-5-nano", "stream": true}',
      "llm.token_count.prompt": 27,
      "llm.token_count.completion": 267,
      "llm.token_count.completion_details.reasoning": 192,
      "input.value": "secret",
      "llm.input_messages.0.message.content": "secret",
    });
    assert.equal(record["gen_ai.request.model"], "gpt-5-nano");
    assert.equal(record["gen_ai.response.model"], "gpt-5-nano-2025-08-07");
    assert.equal(record["gen_ai.usage.input_tokens"], 27);
    assert.equal(record["gen_ai.usage.output_tokens"], 267);
    assert.equal(record["gen_ai.usage.reasoning.output_tokens"], 192);
    assert.equal(record["llm.token_count.prompt"], 27);
    assert.ok(!JSON.stringify(record).includes("secret"));
  });

  test("parameters that are no JSON object, or were cut off, give what can be read", async () => {
    for (const [written, model] of [
      ["[]", undefined],
      ['{"model": 5}', undefined],
      ['{"model": "m", "x": "cut', "m"],
      ["", undefined],
    ] as const) {
      const record = await sent("ai-gateway", "spans", {
        "openinference.span.kind": "LLM",
        "llm.invocation_parameters": written,
      });
      assert.equal(record["gen_ai.request.model"], model, written);
    }
  });

  test("milliseconds of metadata and of Kong's statistics become seconds; headers of credentials go", async () => {
    const envoyLog = await sent("ai-gateway", "logs", {
      method: "POST",
      response_code: "200",
      llm_input_token: "27",
      token_latency_ttft: "250",
    });
    assert.equal(envoyLog["gen_ai.response.time_to_first_chunk"], 0.25);
    assert.equal(envoyLog["gen_ai.usage.input_tokens"], 27);
    const kong = await sent("kong", "logs", {
      "kong.request.id": "1",
      "http.response.status_code": 200,
      "kong.latency.total": 0.5,
      "ai.proxy.usage.prompt_tokens": 12,
      "ai.proxy.usage.time_to_first_token": 80,
      "http.request.header.authorization": "Bearer s3cret",
    });
    assert.equal(kong["http.server.request.duration"], 0.5);
    assert.equal(kong["gen_ai.usage.input_tokens"], 12);
    assert.equal(kong["gen_ai.response.time_to_first_chunk"], 0.08);
    assert.equal(kong["http.request.header.authorization"], undefined);
  });
});
