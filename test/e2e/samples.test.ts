import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { calcPrice } from "@pydantic/genai-prices";
import { thresholdOf } from "../../src/plan/threshold.ts";
import { exportsOf } from "../../src/traffic/batch.ts";
import { envoyGateway } from "../../src/traffic/envoy-gateway.ts";
import { everyday, nextRequest } from "../../src/traffic/mix.ts";
import { seeded } from "../../src/traffic/random.ts";
import { headerOf, isTraced, type Request } from "../../src/traffic/request.ts";
import { meshWorkload, otlpGateway } from "../../src/traffic/semconv-source.ts";
import type { Source } from "../../src/traffic/source.ts";
import { type PolicyCollector, runPolicies, sampleFile, total } from "../support/policy-collector.ts";
import { poll, settled } from "../support/poll.ts";
import { attributeOf } from "../support/sink.ts";

/** Runs a sample on the real Collector with `count` everyday requests through one source, and hands over what came out. */
const story = async (
  sample: string,
  source: Source,
  count: number,
  check: (run: PolicyCollector, requests: readonly Request[]) => Promise<void>,
): Promise<void> => {
  const run = await runPolicies([sampleFile(sample)]);
  try {
    assert.deepEqual(
      run.compilation.diagnostics.filter(({ severity }) => severity === "error"),
      [],
    );
    const random = seeded(21);
    const requests = Array.from({ length: count }, () => nextRequest(everyday, random, Date.now()));
    for (let at = 0; at < count; at += 50) {
      assert.equal(await run.send(exportsOf(requests.slice(at, at + 50).map((request) => source.records(request)))), 0);
    }
    await check(run, requests);
    assert.deepEqual(
      run.collector
        .log()
        .split("\n")
        .filter((line) => /\t(error|warn)\t/.test(line)),
      [],
    );
  } finally {
    await run.stop();
  }
};

const isKept = (traceId: string, numerator: number, denominator: number): boolean =>
  traceId.slice(18) >= thresholdOf({ numerator, denominator });

describe("the samples do what their stories say", () => {
  test("02: requests by model and team, and their tokens", () =>
    story(
      "02-model-metrics",
      envoyGateway({ namespace: "ai-platform", gateway: "model-gateway" }),
      300,
      async (run, requests) => {
        const samples = await poll("all requests counted", async () => {
          const now = await run.scrape();
          return total(now, "http_server_request_count_total") === requests.length ? now : null;
        });
        for (const team of ["checkout", "support", "research"]) {
          const wanted = requests.filter((request) => request.team === team && request.model === "gpt-4o").length;
          assert.equal(total(samples, "http_server_request_count_total", { team, model_id: "gpt-4o" }), wanted, team);
        }
        const sent = requests.reduce((sum, { usage }) => sum + (usage?.output ?? 0), 0);
        assert.equal(total(samples, "otel_policy_gen_ai_tokens_total", { bucket: "output" }), sent);
      },
    ));

  test("03: every tool call leaves one line, and nothing else does", () =>
    story(
      "03-tool-audit",
      envoyGateway({ namespace: "agent-tools", gateway: "tools-gateway" }),
      300,
      async (run, requests) => {
        const calls = requests.filter(({ path }) => path === "/tool/execute");
        assert.ok(calls.length > 10);
        await poll("a line for each call", () => run.collector.stdoutLines().length >= calls.length);
        const lines = run.collector.stdoutLines().map((line) => JSON.parse(line) as { [name: string]: unknown });
        assert.deepEqual(lines.map((line) => line["x-request-id"]).sort(), calls.map(({ id }) => id).sort());
        for (const line of lines) {
          assert.deepEqual(Object.keys(line), [
            "start_time",
            "x-request-id",
            "method",
            "path",
            "response_code",
            "x-team",
          ]);
          assert.equal(line["path"], "/tool/execute");
        }
        const teams = new Map(calls.map((request) => [request.id, headerOf(request, "x-team")]));
        for (const line of lines) assert.equal(line["x-team"], teams.get(String(line["x-request-id"])) ?? null);
      },
    ));

  test("04: a tenth of the mesh namespace's traces, whole and marked", () =>
    story("04-mesh-namespace", meshWorkload("agents", "planner"), 400, async (run, requests) => {
      await settled(() => run.backend.spans.length, 1500);
      const wanted = requests
        .filter(({ traceId }) => isKept(traceId, 10, 100))
        .flatMap((request) =>
          meshWorkload("agents", "planner")
            .records(request)
            .spans.flatMap(({ spans }) => spans),
        );
      assert.ok(wanted.length > 10);
      assert.deepEqual(
        run.backend.spans.map(({ record }) => record.spanId).sort(),
        wanted.map(({ spanId }) => spanId).sort(),
      );
      for (const { record } of run.backend.spans)
        assert.equal(attributeOf(record, "deployment.environment.name"), "production");
    }));

  test("05: one in eight of its own traces, half of those that partners began", () =>
    story("05-sampling-rates", otlpGateway("edge", "partners"), 400, async (run, requests) => {
      await settled(() => run.backend.spans.length, 8000, 30_000);
      const kept = new Set(run.backend.spans.map(({ record }) => record.traceId));
      const traced = requests.filter(({ parent }) => parent === null || parent.sampled);
      const wanted = traced.filter(({ traceId, parent }) =>
        parent === null ? isKept(traceId, 1, 8) : isKept(traceId, 1, 2),
      );
      assert.deepEqual([...kept].sort(), wanted.map(({ traceId }) => traceId).sort());
    }));

  test("06: tokens and dollars of every call, by team", () =>
    story("06-model-costs", otlpGateway("ai-platform", "llm-gateway"), 300, async (run, requests) => {
      // The gateway's spans are what is counted, and a call that a client chose not to trace has none.
      const traced = requests.filter(isTraced);
      const calls = traced.filter(({ model }) => model !== null);
      const samples = await poll("all calls counted", async () => {
        const now = await run.scrape();
        return total(now, "otel_policy_gen_ai_requests_total") === calls.length ? now : null;
      });
      for (const team of ["checkout", "support", "research"]) {
        const priced = calls.flatMap(({ team: whose, servedModel, usage }) =>
          whose !== team || usage === null || servedModel === null ? [] : [{ servedModel, usage }],
        );
        const tokens = priced.reduce((sum, { usage }) => sum + usage.output, 0);
        assert.equal(total(samples, "otel_policy_gen_ai_tokens_total", { bucket: "output", team }), tokens, team);
        const wanted = priced.reduce((sum, { servedModel, usage }) => {
          const counts = {
            input_tokens: usage.input,
            output_tokens: usage.output,
            cache_read_tokens: usage.cacheRead,
            cache_write_tokens: usage.cacheWrite,
          };
          const providerId = servedModel.startsWith("claude") ? "anthropic" : "openai";
          return sum + (calcPrice(counts, servedModel, { providerId })?.total_price ?? Number.NaN);
        }, 0);
        const cost = total(samples, "otel_policy_gen_ai_cost_USD_total", { team });
        assert.ok(Math.abs(cost - wanted) <= 1e-9 * wanted, `${team}: ${cost} is not ${wanted}`);
      }
      assert.equal(total(samples, "otel_policy_gen_ai_unpriced_total"), 0);
      assert.equal(total(samples, "otel_policy_tool_calls_total"), traced.filter(({ tool }) => tool !== null).length);
    }));

  test("each sample has a story of its own here", () => {
    assert.deepEqual(readdirSync(new URL("../../samples", import.meta.url)).sort(), [
      "01-draft-example",
      "02-model-metrics",
      "03-tool-audit",
      "04-mesh-namespace",
      "05-sampling-rates",
      "06-model-costs",
    ]);
  });
});
