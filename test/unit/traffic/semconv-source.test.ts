import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { everyday, nextRequest } from "../../../src/traffic/mix.ts";
import { seeded } from "../../../src/traffic/random.ts";
import type { Request, RequestKind } from "../../../src/traffic/request.ts";
import { meshWorkload, otlpGateway } from "../../../src/traffic/semconv-source.ts";
import { attributesOf } from "../../support/sink.ts";

const request = (kind: RequestKind, over: Partial<Request> = {}): Request => ({
  ...nextRequest(
    { ...everyday, kinds: [[kind, 1]], remoteSampled: 0, remoteUnsampled: 0 },
    seeded(1),
    1_795_494_668_396,
  ),
  ...over,
});
const mesh = meshWorkload("agents", "planner");
const spansOf = (r: Request) => mesh.records(r).spans.flatMap((group) => group.spans);

describe("semconv sources", () => {
  test("a Gateway is named by k8s.gateway.*, a mesh workload by its namespace alone", () => {
    const resourceOf = (source: typeof mesh) =>
      attributesOf(source.records(request("api")).spans[0]?.resource ?? { attributes: [] });
    const gateway = resourceOf(otlpGateway("infra", "llm"));
    assert.deepEqual([gateway["k8s.gateway.name"], gateway["k8s.gateway.namespace"]], ["llm", "infra"]);
    assert.deepEqual(
      [resourceOf(mesh)["k8s.namespace.name"], resourceOf(mesh)["k8s.gateway.name"]],
      ["agents", undefined],
    );
  });

  test("numbers are numbers, headers are arrays, the query is apart from the path", () => {
    const [server] = spansOf(request("chat", { model: "gpt-4o", path: "/v1/chat?stream=1" }));
    assert.ok(server !== undefined);
    const attributes = attributesOf(server);
    assert.equal(attributes["http.response.status_code"], 200);
    assert.deepEqual(attributes["http.request.header.x-model-id"], ["gpt-4o"]);
    assert.deepEqual([attributes["url.path"], attributes["url.query"]], ["/v1/chat", "stream=1"]);
  });

  test("a model call is a CLIENT span with inclusive usage; zero cache parts are absent", () => {
    const usage = { input: 1500, output: 90, cacheRead: 1024, cacheWrite: 0, reasoning: 0 };
    const asked = request("chat", { model: "gpt-4o", servedModel: "gpt-4o-2024-08-06", usage, team: "research" });
    const [, call] = spansOf(asked);
    assert.ok(call !== undefined);
    assert.deepEqual([call.name, call.kind], ["chat gpt-4o", 3]);
    assert.deepEqual(attributesOf(call), {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.response.model": "gpt-4o-2024-08-06",
      "gen_ai.usage.input_tokens": 1500,
      "gen_ai.usage.output_tokens": 90,
      "gen_ai.usage.cache_read.input_tokens": 1024,
      "gen_ai.request.stream": true,
      "gen_ai.response.time_to_first_chunk": asked.durationUs / 5e6,
      "server.address": "api.openai.com",
      "server.port": 443,
      "http.request.header.x-model-id": ["gpt-4o"],
      "http.request.header.x-team": ["research"],
    });
  });

  test("a tool call names its tool; one through MCP also its method", () => {
    const [, tool] = spansOf(request("tool", { tool: "get_weather" }));
    const [, mcp] = spansOf(request("mcp", { tool: "get_weather" }));
    assert.equal(tool?.name, "execute_tool get_weather");
    assert.equal(mcp?.name, "tools/call get_weather");
    assert.equal(attributesOf(mcp ?? { attributes: [] })["mcp.method.name"], "tools/call");
  });

  test("every request of every kind can be found again by its id", () => {
    for (const kind of everyday.kinds.map(([k]) => k)) {
      const r = request(kind);
      const { logs } = mesh.records(r);
      assert.deepEqual(attributesOf(logs[0]?.logs[0] ?? { attributes: [] })["http.request.header.x-request-id"], [
        r.id,
      ]);
      assert.ok(spansOf(r).every((span) => span.traceId === r.traceId));
    }
  });
});
