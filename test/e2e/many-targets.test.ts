import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SourceFile } from "../../src/diagnostics/source.ts";
import { thresholdOf } from "../../src/plan/threshold.ts";
import { exportsOf } from "../../src/traffic/batch.ts";
import { envoyGateway } from "../../src/traffic/envoy-gateway.ts";
import { everyday, nextRequest } from "../../src/traffic/mix.ts";
import { seeded } from "../../src/traffic/random.ts";
import type { Request } from "../../src/traffic/request.ts";
import { otlpGateway } from "../../src/traffic/semconv-source.ts";
import type { Source } from "../../src/traffic/source.ts";
import { runPolicies, total } from "../support/policy-collector.ts";
import { poll, settled } from "../support/poll.ts";
import { attributeOf } from "../support/sink.ts";

/** Values of different length and alphabet, so that a table cut at the wrong byte shows. */
const literal = (index: number): string =>
  ["plain", "größer €", "", "a$b ${env:HOME}", 'q"\\n', "日本"][index % 6] + (index % 6 === 2 ? "" : String(index));

const policy = (index: number): SourceFile => ({
  path: `policies/${index}.yaml`,
  text: `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: p${index}, namespace: team-${index}}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: gw.${index % 3}}
  tracing:
    provider: {type: OTLP, endpoint: "otel-collector.monitoring.svc:4317"}
    samplingRate: {percent: ${(index * 7) % 101}}
    parentBasedSampling: {enabled: true, samplingRate: {percent: 50}}
    customAttributes: [{attributeName: team, literalValue: ${JSON.stringify(`x${literal(index)}`)}}]
  metrics: {enabled: true, provider: {type: Prometheus}}
`,
});

const source = (index: number): Source =>
  (index % 2 === 0
    ? envoyGateway
    : ({ namespace, gateway }: { namespace: string; gateway: string }) => otlpGateway(namespace, gateway))({
    namespace: `team-${index}`,
    gateway: `gw.${index % 3}`,
  });

const isKept = (traceId: string, percent: number): boolean =>
  traceId.slice(18) >= thresholdOf({ numerator: percent, denominator: 100 });

// The plan writes one statement per target up to twenty targets and tables above: both must decide alike.
for (const count of [4, 26]) {
  describe(`${count} targets with rates and literals of their own`, () => {
    test("each target gets its own rate, its own literal and its own counts, exactly", async () => {
      const run = await runPolicies(Array.from({ length: count }, (_, index) => policy(index)));
      try {
        assert.equal(
          run.compilation.plan.classes.filter(({ signal }) => signal === "traces").length,
          1,
          "what differs in data shares a class",
        );
        const random = seeded(count);
        const expected = new Set<string>();
        const requestsOf = new Map<number, number>();
        const expectSpans = (index: number, request: Request, kept: boolean): void => {
          requestsOf.set(index, (requestsOf.get(index) ?? 0) + 1);
          if (!kept) return;
          for (const span of source(index)
            .records(request)
            .spans.flatMap(({ spans }) => spans)) {
            expected.add(`${request.traceId} ${span.spanId} x${literal(index)}`);
          }
        };
        for (let round = 0; round < 40; round++) {
          const records = Array.from({ length: count }, (_, index) => {
            const first = { ...nextRequest(everyday, random, Date.now()), parent: null };
            expectSpans(index, first, isKept(first.traceId, (index * 7) % 101));
            // The same trace goes on through the next target, where its parent is remote.
            const next = (index + 1) % count;
            const second: Request = {
              ...nextRequest(everyday, random, Date.now()),
              traceId: first.traceId,
              parent: { spanId: first.childSpanId, sampled: true },
            };
            expectSpans(next, second, isKept(first.traceId, 50));
            return [source(index).records(first), source(next).records(second)];
          }).flat();
          assert.equal(await run.send(exportsOf(records)), 0);
        }
        await settled(() => run.backend.spans.length, 8000, 30_000);
        const got = run.backend.spans
          .map(({ record }) => `${record.traceId} ${record.spanId} ${String(attributeOf(record, "team"))}`)
          .sort();
        assert.deepEqual(got, [...expected].sort());

        const all = [...requestsOf.values()].reduce((sum, n) => sum + n, 0);
        const samples = await poll("all requests counted", async () => {
          const now = await run.scrape();
          return total(now, "http_server_request_count_total") === all ? now : null;
        });
        for (const [index, n] of requestsOf) {
          const labels = { k8s_gateway_name: `gw.${index % 3}`, k8s_gateway_namespace: `team-${index}` };
          assert.equal(total(samples, "http_server_request_count_total", labels), n, `requests of target ${index}`);
        }
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
    });
  });
}
