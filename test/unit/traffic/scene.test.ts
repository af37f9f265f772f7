import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { envoyGateway } from "../../../src/traffic/envoy-gateway.ts";
import { everyday } from "../../../src/traffic/mix.ts";
import { type Event, proxyExports, scene } from "../../../src/traffic/scene.ts";
import { meshWorkload } from "../../../src/traffic/semconv-source.ts";
import { assertShare } from "../../support/binomial.ts";

const parts = [
  { source: envoyGateway({ namespace: "prod-ns", gateway: "my-gateway" }), weight: 3 },
  { source: meshWorkload("agents", "planner"), weight: 1 },
];
const draw = (seed: number, count: number): readonly Event[] => {
  const { next } = scene(parts, seed);
  return Array.from({ length: count }, (_, i) => next(1_000_000 + i * 20));
};

describe("scene", () => {
  test("a seed decides everything but the time", () => {
    assert.deepEqual(draw(5, 50), draw(5, 50));
    assert.notDeepEqual(draw(5, 50), draw(6, 50));
  });

  test("sources, kinds and parents come at their shares; ids are unique", () => {
    const events = draw(1, 4000);
    assertShare(
      "requests of the first source",
      events.filter((e) => e.target === "Gateway/prod-ns/my-gateway").length,
      4000,
      0.75,
    );
    const total = everyday.kinds.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [kind, weight] of everyday.kinds) {
      assertShare(kind, events.filter((e) => e.request.kind === kind).length, 4000, weight / total);
    }
    assertShare(
      "remote, sampled",
      events.filter((e) => e.request.parent?.sampled === true).length,
      4000,
      everyday.remoteSampled,
    );
    assertShare(
      "remote, unsampled",
      events.filter((e) => e.request.parent?.sampled === false).length,
      4000,
      everyday.remoteUnsampled,
    );
    assert.equal(new Set(events.map((e) => e.request.id)).size, 4000);
    assert.equal(new Set(events.map((e) => e.request.traceId)).size, 4000);
  });
});

describe("proxyExports", () => {
  test("every record is in exactly one export request, children sometimes apart", () => {
    const toExports = proxyExports({ startMs: 0, metricsEvery: 100 });
    const events = draw(2, 200);
    const exports = events.map((event) => toExports(event, 1_000_000));
    const sent = exports
      .flat()
      .flatMap((e) =>
        e.path === "/v1/traces" ? e.body.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans)) : [],
      );
    const made = events.flatMap((e) => e.records.spans.flatMap((group) => group.spans));
    assert.deepEqual(sent.map((s) => s.spanId).sort(), made.map((s) => s.spanId).sort());
    assert.ok(exports.some((of) => of.filter((e) => e.path === "/v1/traces").length === 2));
    assert.equal(exports.flat().filter((e) => e.path === "/v1/logs").length, 200);
  });

  test("Envoy's own counters are cumulative and grow to the number of requests", () => {
    const toExports = proxyExports({ startMs: 0, metricsEvery: 100 });
    const totals = draw(2, 200)
      .flatMap((event) => toExports(event, 1_000_000))
      .flatMap((e) =>
        e.path === "/v1/metrics" ? e.body.resourceMetrics.flatMap((r) => r.scopeMetrics.flatMap((s) => s.metrics)) : [],
      )
      .filter((metric) => metric.name === "http.downstream_rq_total")
      .map((metric) => metric.sum.dataPoints[0]?.asInt);
    assert.deepEqual(totals, ["100", "200"]);
  });
});
