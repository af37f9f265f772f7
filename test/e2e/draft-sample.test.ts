import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { exportsOf } from "../../src/traffic/batch.ts";
import { envoyGateway } from "../../src/traffic/envoy-gateway.ts";
import { everyday, nextRequest } from "../../src/traffic/mix.ts";
import { seeded } from "../../src/traffic/random.ts";
import type { Request } from "../../src/traffic/request.ts";
import { meshWorkload, otlpGateway } from "../../src/traffic/semconv-source.ts";
import type { Records } from "../../src/traffic/source.ts";
import { assertShare } from "../support/binomial.ts";
import { normalForm } from "../support/normal.ts";
import { type PolicyCollector, runPolicies, sampleFile, total } from "../support/policy-collector.ts";
import { poll, settled } from "../support/poll.ts";
import { attributeOf } from "../support/sink.ts";

/** The draft's own example on the real Collector, fed in the shape Envoy Gateway sends; beside it three sources that no policy governs. */
describe("the draft's example", () => {
  const requests: Request[] = [];
  const others: Records[] = [];
  let run: PolicyCollector;

  before(async () => {
    run = await runPolicies([sampleFile("01-draft-example")]);
    const random = seeded(7);
    const governed = envoyGateway({ namespace: "prod-ns", gateway: "my-gateway" });
    // Names that are prefixes, suffixes or the same name in another namespace.
    const bystanders = [
      envoyGateway({ namespace: "prod-ns", gateway: "my-gateway-2" }),
      envoyGateway({ namespace: "other", gateway: "my-gateway" }),
      otlpGateway("prod", "my-gateway"),
      meshWorkload("prod-ns", "shop"),
    ];
    for (let batch = 0; batch < 60; batch++) {
      const now = Date.now();
      const records: Records[] = [];
      for (let i = 0; i < 50; i++) {
        const request = nextRequest(everyday, random, now);
        requests.push(request);
        records.push(governed.records(request));
      }
      assert.equal(await run.send(exportsOf(records)), 0);
      if (batch % 10 === 0) {
        for (const source of bystanders) {
          const bystander = source.records(nextRequest(everyday, random, now));
          others.push(bystander);
          assert.equal(await run.send(exportsOf([bystander])), 0);
        }
      }
    }
    // Longer than a parent-based decision waits for the rest of its trace.
    await settled(() => run.backend.spans.length, 8000, 30_000);
  });
  after(() => run.stop());

  const kept = (): ReadonlySet<string> => new Set(run.backend.spans.map(({ record }) => record.traceId));

  test("keeps 5 % of the traces that begin at the gateway", () => {
    const roots = requests.filter((request) => request.parent === null);
    assertShare("root traces", roots.filter(({ traceId }) => kept().has(traceId)).length, roots.length, 0.05);
  });

  test("keeps 50 % of the traces that come with a sampled parent", () => {
    const remote = requests.filter((request) => request.parent?.sampled === true);
    assertShare("remote-parent traces", remote.filter(({ traceId }) => kept().has(traceId)).length, remote.length, 0.5);
  });

  test("keeps traces whole and says env=production on every span", () => {
    const source = envoyGateway({ namespace: "prod-ns", gateway: "my-gateway" });
    const byTrace = Map.groupBy(run.backend.spans, ({ record }) => record.traceId);
    assert.ok(byTrace.size > 0);
    for (const request of requests) {
      const got = byTrace.get(request.traceId);
      if (got === undefined) continue;
      const sent = source.records(request).spans.flatMap((group) => group.spans);
      assert.deepEqual(got.map(({ record }) => record.spanId).sort(), sent.map((span) => span.spanId).sort());
      for (const { record } of got) assert.equal(attributeOf(record, "env"), "production");
    }
  });

  test("leaves no mark of its own on what it exports", () => {
    const text = JSON.stringify([run.backend.spans, run.defaults.spans, run.defaults.logs]);
    assert.ok(!text.includes("otel_policy"), text.slice(Math.max(0, text.indexOf("otel_policy") - 200)).slice(0, 400));
  });

  test("counts every request once, by model", async () => {
    const counted = await poll("all requests counted", async () => {
      const samples = await run.scrape();
      return total(samples, "http_server_request_count_total") === requests.length ? samples : null;
    });
    const models = new Set(requests.map((request) => request.model));
    for (const model of models) {
      const labels = { model_id: model ?? "", k8s_gateway_name: "my-gateway", k8s_gateway_namespace: "prod-ns" };
      const wanted = requests.filter((request) => request.model === model).length;
      const got = counted
        .filter(
          (sample) =>
            sample.name === "http_server_request_count_total" && (sample.labels["model_id"] ?? "") === labels.model_id,
        )
        .reduce((sum, sample) => sum + sample.value, 0);
      assert.equal(got, wanted, `requests of model ${model}`);
    }
    assert.equal(total(counted, "http_server_request_duration_seconds_count"), requests.length);
  });

  test("counts tokens from the usage headers", async () => {
    const samples = await run.scrape();
    const sent = requests.flatMap(({ usage }) => (usage === null ? [] : [usage]));
    const sum = (pick: (usage: (typeof sent)[number]) => number): number =>
      sent.reduce((all, usage) => all + pick(usage), 0);
    assert.equal(
      total(samples, "otel_policy_gen_ai_tokens_total", { bucket: "uncached_input", source: "gateway-logs" }),
      sum(({ input }) => input),
    );
    assert.equal(
      total(samples, "otel_policy_gen_ai_tokens_total", { bucket: "output", source: "gateway-logs" }),
      sum(({ output }) => output),
    );
  });

  test("logs the sensitive path only, with exactly the three fields in their order", async () => {
    const wanted = requests.filter((request) => /^\/api\/v1\/sensitive(\/|\?|$)/.test(request.path));
    await poll("all lines written", () => run.collector.stdoutLines().length >= wanted.length);
    const lines = run.collector.stdoutLines();
    assert.equal(lines.length, wanted.length);
    for (const line of lines) {
      const fields = JSON.parse(line) as { [name: string]: unknown };
      assert.deepEqual(Object.keys(fields), ["start_time", "response_code", "x-token-usage"]);
      assert.match(String(fields["start_time"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.equal(fields["response_code"], 200);
    }
  });

  test("leaves records of other gateways and namespaces as they were", async () => {
    const sentSpans = others.flatMap(({ spans }) =>
      spans.flatMap(({ resource, spans: all }) => all.map((record) => normalForm({ resource, record }))),
    );
    const sentLogs = others.flatMap(({ logs }) =>
      logs.flatMap(({ resource, logs: all }) => all.map((record) => normalForm({ resource, record }))),
    );
    await poll(
      "everything at the default exit",
      () => run.defaults.spans.length >= sentSpans.length && run.defaults.logs.length >= sentLogs.length,
    );
    assert.deepEqual(
      run.defaults.spans.map(({ resource, record }) => normalForm({ resource, record })).sort(),
      [...sentSpans].sort(),
    );
    assert.deepEqual(
      run.defaults.logs.map(({ resource, record }) => normalForm({ resource, record })).sort(),
      [...sentLogs].sort(),
    );
  });

  test("runs without an error in the Collector's log", () => {
    const errors = run.collector
      .log()
      .split("\n")
      .filter((line) => /\t(error|warn)\t/.test(line));
    assert.deepEqual(errors, []);
  });
});
