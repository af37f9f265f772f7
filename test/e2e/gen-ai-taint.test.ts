import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Export } from "../../src/traffic/batch.ts";
import { int, type KeyValue, spanKind, text } from "../../src/traffic/otlp.ts";
import {
  callAttributes,
  gatewayResource,
  logOf,
  logsExport,
  metricsPolicy,
  spanOf,
  tracesExport,
} from "../support/model-calls.ts";
import { type PolicyCollector, runPolicies, total } from "../support/policy-collector.ts";
import { poll } from "../support/poll.ts";
import { attributeOf, type Received } from "../support/sink.ts";

/** Keys under which conventions and gateways put prompts, answers, tool arguments and credentials. */
const secretKeys = [
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.prompt",
  "gen_ai.prompt.0.content",
  "gen_ai.completion.0.content",
  "gen_ai.completion.0.tool_calls.0.arguments",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result",
  "gen_ai.tool.definitions",
  "gen_ai.retrieval.query.text",
  "gen_ai.retrieval.documents",
  "gen_ai.memory.records",
  "gen_ai.evaluation.explanation",
  "gen_ai.event.content",
  "input.value",
  "output.value",
  "llm.input_messages.0.message.content",
  "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments",
  "llm.prompts.0.prompt.text",
  "llm.completions.0",
  "llm.choices.0.completion.text",
  "llm.tools.0.tool.json_schema",
  "llm.function_call",
  "llm.prompt_template.variables",
  "embedding.embeddings.0.embedding.text",
  "retrieval.documents.0.document.content",
  "reranker.query",
  "reranker.output_documents.0.document.content",
  "tool.parameters",
  "traceloop.entity.input",
  "traceloop.entity.output",
  "ai.prompt",
  "ai.prompt.messages",
  "ai.response.text",
  "ai.response.toolCalls",
  "ai.toolCall.args",
  "ai.toolCall.result",
  "ai.values",
  "all_messages_events",
  "final_result",
  "tool_arguments",
  "langfuse.observation.input",
  "gcp.vertex.agent.llm_request",
  "ai.proxy.payload.request",
  "ai.mcp.audit.0",
  "mcp.request.params",
  "mcp.tool.arguments",
  "http.request.body",
  "http.response.body.content",
  "http.request.header.authorization",
  "http.request.header.proxy-authorization",
  "http.request.header.cookie",
  "http.response.header.set-cookie",
  "http.request.header.x-api-key",
  "http.request.header.api-key",
  "http.request.header.x-goog-api-key",
  "authorization",
  "cookie",
  "x-api-key",
] as const;

const secret = (key: string): string => `taint<${key}>`;
const tainted: readonly KeyValue[] = secretKeys.map((key) =>
  key.includes(".header.") && !key.endsWith("cookie")
    ? { key, value: { arrayValue: { values: [{ stringValue: secret(key) }] } } }
    : text(key, secret(key)),
);

/** What Kong's log plugins write, as objects inside objects. */
const inside = (key: string, ...values: readonly KeyValue[]): KeyValue => ({ key, value: { kvlistValue: { values } } });
const kongStatistics = inside(
  "ai",
  inside(
    "proxy",
    inside("payload", text("request", secret("nested"))),
    inside("meta", text("response_model", "gpt-4o")),
  ),
  inside("mcp", text("audit", secret("nested"))),
);

const policy = `${metricsPolicy("quiet", ["genAI: {enabled: true}"])}  tracing: {provider: {type: OTLP, endpoint: "collector.monitoring.svc:4317"}}
  accessLogs: {enabled: true, format: JSON}
---
${metricsPolicy("asking", [
  "genAI: {enabled: true, dimensions: [{key: who, fromHeader: authorization}]}",
  "overrides: [{name: request_count, dimensions: [{key: key, fromHeader: x-api-key}]}]",
])}  tracing: {provider: {type: OTLP, endpoint: "collector.monitoring.svc:4317"}, customAttributes: [{attributeName: who, fromHeader: authorization}]}
  accessLogs: {enabled: true, format: JSON, fields: [method, authorization, cookie, x-team]}
---
${metricsPolicy("open", [
  "genAI: {enabled: true, dimensions: [{key: said, fromAttribute: gen_ai.input.messages}]}",
  "overrides: [{name: request_count, dimensions: [{key: said, fromAttribute: input.value}, {key: copied, fromAttribute: copy}]}]",
])}  tracing:
    provider: {type: OTLP, endpoint: "collector.monitoring.svc:4317"}
    captureMessageContent: true
    customAttributes: [{attributeName: copy, fromAttribute: gen_ai.output.messages}, {attributeName: who, fromHeader: authorization}]
  accessLogs: {enabled: true, format: JSON, captureMessageContent: true, provider: {type: OTLP, endpoint: "logs.monitoring.svc:4317"}}
`;

/** Keys that carry credentials: nobody can keep them. */
const isCredential = (key: string): boolean =>
  /(?:^|\.header\.)(?:[a-z-]*authorization|(?:set-)?cookie|(?:x-)?(?:goog-)?api-key)$/.test(key);

describe("secrets sent under every name", () => {
  let run: PolicyCollector;
  before(async () => {
    run = await runPolicies([{ path: "policy.yaml", text: policy }], ["otlp"]);
    const usage = callAttributes("openai", "gpt-4o", {
      "gen_ai.usage.input_tokens": 5,
      "gen_ai.usage.output_tokens": 2,
    });
    const request = [
      text("http.request.method", "POST"),
      text("url.path", "/v1/chat"),
      int("http.response.status_code", 200),
    ];
    const events = {
      events: [
        { name: "gen_ai.user.message", timeUnixNano: "1", attributes: [text("content", secret("event"))] },
        { name: "gen_ai.content.prompt", timeUnixNano: "1", attributes: [text("gen_ai.prompt", secret("event"))] },
        { name: "note", timeUnixNano: "1", attributes: [text("input.value", secret("event")), text("kept", "yes")] },
      ],
    };
    for (const gateway of ["quiet", "asking", "open"]) {
      const resource = gatewayResource(gateway);
      const sent: readonly Export[] = [
        tracesExport(resource, [
          { ...spanOf([...usage, ...tainted]), ...events },
          spanOf([...request, ...tainted], { kind: spanKind.server }),
        ]),
        logsExport(resource, [
          logOf([...request, ...usage, ...tainted]),
          { ...logOf([...request, text("event.name", "gen_ai.user.message")]), body: { stringValue: secret("body") } },
          { ...logOf([...request, kongStatistics]), body: { kvlistValue: { values: [kongStatistics] } } },
        ]),
      ];
      assert.equal(await run.send(sent), 0);
    }
    await poll(
      "both gateways' spans and lines",
      () => run.backend.spans.length === 6 && run.backend.logs.length === 3 && run.collector.stdoutLines().length >= 6,
    );
    await poll(
      "both gateways' tokens",
      async () => total(await run.scrape(), "otel_policy_gen_ai_tokens_total") === 21,
    );
  });
  after(() => run?.stop());

  const isOpen = ({ resource }: Received<unknown>): boolean =>
    resource.attributes.some(
      ({ key, value }) => key === "k8s.gateway.name" && "stringValue" in value && value.stringValue === "open",
    );

  test("occur in no export, metric, line or log of the Collector", async () => {
    const outputs = {
      spans: JSON.stringify(run.backend.spans.filter((span) => !isOpen(span))),
      others: JSON.stringify([
        run.backend.logs.filter((log) => !isOpen(log)),
        run.backend.metrics,
        run.defaults.spans,
        run.defaults.logs,
        run.defaults.metrics,
      ]),
      metrics: JSON.stringify(await run.scrape()),
      lines: run.collector.stdoutLines().join("\n"),
      log: run.collector.log(),
    };
    for (const [name, output] of Object.entries(outputs))
      assert.deepEqual([...new Set(output.match(/taint<[^>]*>/g) ?? [])], [], name);
  });

  test("stay where a policy keeps them: in that target's export, all but credentials", () => {
    const kept = secretKeys
      .filter((key) => !isCredential(key))
      .map(secret)
      .sort();
    assert.ok(kept.length < secretKeys.length);
    const found = (records: readonly unknown[]): readonly string[] =>
      [...new Set(JSON.stringify(records).match(/taint<[^>]*>/g) ?? [])].sort();
    assert.deepEqual(found(run.backend.spans.filter(isOpen)), [...kept, secret("event")].sort());
    assert.deepEqual(found(run.backend.logs.filter(isOpen)), [...kept, secret("body"), secret("nested")].sort());
  });

  test("who keeps them is told, with the place", () => {
    assert.deepEqual(
      run.compilation.diagnostics
        .filter(({ code }) => code === "TP4030")
        .map(({ policy, at }) => [policy, at !== null]),
      [
        ["ns/open", true],
        ["ns/open", true],
      ],
    );
  });

  test("what is no secret stays", () => {
    const [call] = run.backend.spans.filter(({ record }) => attributeOf(record, "gen_ai.request.model") === "gpt-4o");
    assert.ok(call !== undefined);
    assert.equal(attributeOf(call.record, "gen_ai.usage.input_tokens"), 5);
    const events =
      (call.record as { events?: readonly { name: string; attributes?: readonly KeyValue[] }[] }).events ?? [];
    assert.deepEqual(
      events.map(({ name, attributes = [] }) => [name, attributes.map(({ key }) => key)]),
      [
        ["gen_ai.user.message", []],
        ["gen_ai.content.prompt", []],
        ["note", ["kept"]],
      ],
    );
  });

  test("no statement failed", () => {
    const bad = run.collector
      .log()
      .split("\n")
      .filter((line) => /\t(error|warn)\t/.test(line));
    assert.deepEqual(bad.slice(0, 3), []);
  });
});
