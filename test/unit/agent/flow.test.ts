import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { carried, noCarry, readFlow } from "../../../src/agent/flow.ts";
import { parseMetrics } from "../../../src/collector/metrics-text.ts";

const flowOf = (text: string) => readFlow(parseMetrics(text));

describe("readFlow", () => {
  test("one row per policy and signal, in order; other labels are summed over", () => {
    const { flow } = flowOf(`
# TYPE otel_policy_pipeline_items_total counter
otel_policy_pipeline_items_total{policy="prod/b",signal="traces",stage="received"} 10
otel_policy_pipeline_items_total{policy="prod/b",signal="traces",stage="kept",node="x"} 2
otel_policy_pipeline_items_total{policy="prod/b",signal="traces",stage="kept",node="y"} 3
otel_policy_pipeline_items_total{policy="prod/a",signal="logs",stage="received"} 7
otel_policy_pipeline_items_total{policy="prod/a",signal="profiles",stage="received"} 7
otel_policy_pipeline_items_total{policy="",signal="logs",stage="received"} 7
other_total{policy="prod/a",signal="logs",stage="kept"} 1
`);
    assert.deepEqual(flow, [
      { signal: "logs", policy: "prod/a", received: 7, kept: 0 },
      { signal: "traces", policy: "prod/b", received: 10, kept: 5 },
    ]);
  });

  test("tokens by target, model and bucket", () => {
    const { tokens } = flowOf(`
otel_policy_gen_ai_tokens_total{k8s_gateway_name="edge",k8s_gateway_namespace="prod",gen_ai_request_model="m",bucket="output",source="spans",node="x"} 5
otel_policy_gen_ai_tokens_total{k8s_gateway_name="edge",k8s_gateway_namespace="prod",gen_ai_request_model="m",bucket="output",source="spans",node="y"} 2
otel_policy_gen_ai_tokens_total{k8s_namespace_name="mesh",gen_ai_response_model="n",bucket="output",source="spans"} 1
`);
    assert.deepEqual(tokens, [
      { target: "Gateway prod/edge", model: "m", bucket: "output", tokens: 7 },
      { target: "Namespace mesh", model: "n", bucket: "output", tokens: 1 },
    ]);
  });

  test("a call that left a span and a log record counts once", () => {
    const { tokens } = flowOf(`
otel_policy_gen_ai_tokens_total{k8s_namespace_name="mesh",gen_ai_request_model="m",bucket="output",source="spans"} 7
otel_policy_gen_ai_tokens_total{k8s_namespace_name="mesh",gen_ai_request_model="m",bucket="output",source="logs"} 6
`);
    assert.deepEqual(tokens, [{ target: "Namespace mesh", model: "m", bucket: "output", tokens: 7 }]);
  });
});

describe("carried", () => {
  const line = (received: number, kept: number): string => `
otel_policy_pipeline_items_total{policy="p",signal="logs",stage="received"} ${received}
otel_policy_pipeline_items_total{policy="p",signal="logs",stage="kept"} ${kept}
`;
  test("what is shown never goes down, over any number of restarts of ingest", () => {
    let carry = noCarry;
    const shown = [line(10, 5), line(20, 8), line(3, 1), line(4, 4), "", line(2, 2)].map((text) => {
      const next = carried(carry, flowOf(text));
      carry = next.carry;
      return next.flow.flow.map(({ received, kept }) => [received, kept]);
    });
    assert.deepEqual(shown, [[[10, 5]], [[20, 8]], [[23, 9]], [[24, 12]], [[24, 12]], [[26, 14]]]);
  });
});
