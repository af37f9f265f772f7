import assert from "node:assert/strict";
import { test } from "node:test";
import { derivedFrom } from "../../../src/cli/dev/derived.ts";
import { parseMetrics } from "../../../src/collector/metrics-text.ts";

test("requests are summed by target, tokens by model and bucket; what names no target is left out", () => {
  const { requests, tokens } = derivedFrom(
    parseMetrics(
      [
        'http_server_request_count_total{k8s_gateway_name="g",k8s_gateway_namespace="n",model_id="a"} 3',
        'http_server_request_count_total{k8s_gateway_name="g",k8s_gateway_namespace="n"} 2',
        'http_server_request_count_total{k8s_namespace_name="mesh"} 7',
        "http_server_request_count_total 100",
        'otel_policy_gen_ai_tokens_total{gen_ai_request_model="gpt-4o",bucket="output",k8s_gateway_name="g"} 5',
        'otel_policy_gen_ai_tokens_total{gen_ai_request_model="gpt-4o",bucket="output",k8s_gateway_name="h"} 6',
      ].join("\n"),
    ),
  );
  assert.deepEqual(
    [...requests],
    [
      ["Gateway n/g", 5],
      ["Namespace mesh", 7],
    ],
  );
  assert.equal(
    tokens.filter((row) => row.model === "gpt-4o" && row.bucket === "output").reduce((sum, row) => sum + row.tokens, 0),
    11,
  );
});
