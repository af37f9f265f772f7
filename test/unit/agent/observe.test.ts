import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { between, breachOf, countsOf, noCounts } from "../../../src/agent/rates.ts";
import { stalledPaths } from "../../../src/agent/stalled.ts";
import { parseMetrics } from "../../../src/collector/metrics-text.ts";
import { compile } from "../../../src/compile.ts";

const counts = (text: string) => countsOf(parseMetrics(text.replaceAll("; ", "\n")));
const came = (n: number, no = 0): string =>
  `otelcol_receiver_accepted_spans ${n}; otelcol_receiver_refused_spans ${no}`;
const left = (id: string, sent: number, failed = 0, waiting = 0): string =>
  `otelcol_exporter_sent_spans{exporter="${id}"} ${sent}; otelcol_exporter_send_failed_spans{exporter="${id}"} ${failed}; otelcol_exporter_queue_size{exporter="${id}"} ${waiting}`;

describe("breachOf", () => {
  const cases: readonly (readonly [what: string, before: string, now: string, expected: string | null])[] = [
    ["nothing came yet", "", "", null],
    ["all accepted and sent", came(100), `${came(10)}; ${left("a", 10)}`, null],
    ["all refused", came(100), came(0, 90), "it refused 100 % of 90 items"],
    ["too few to tell", came(100), came(0, 19), null],
    ["as many refused as before", came(50, 50), came(50, 50), null],
    ["more refused than before", came(95, 5), came(80, 20), "it refused 20 % of 100 items"],
    ["a few more refused than before", came(95, 5), came(88, 12), null],
    [
      "failures for good",
      `${came(100)}; ${left("a", 100)}`,
      `${came(100)}; ${left("a", 40, 60)}`,
      "exporters::a: 60 % of 100 items failed for good",
    ],
    ["a backend that failed before, too", left("a", 10, 90), left("a", 10, 90), null],
    [
      "a new exporter that gets nothing rid",
      `${came(100)}; ${left("a", 100)}`,
      `${came(100)}; ${left("b", 0, 0, 3)}`,
      "exporters::b: 100 items came in and none left",
    ],
    ["the same exporter, whose backend just now hangs", left("a", 100), `${came(100)}; ${left("a", 0, 0, 3)}`, null],
    ["a new exporter that nothing was for", left("a", 100), `${came(100)}; ${left("a", 100)}; ${left("b", 0)}`, null],
    ["a new exporter with a queue that moves", left("a", 100), `${came(100)}; ${left("b", 1, 0, 3)}`, null],
    [
      "names with unit and suffix",
      "",
      'otelcol_receiver_refused_spans__spans__total{transport="grpc"} 14; otelcol_receiver_failed_log_records_total 12',
      "it refused 100 % of 26 items",
    ],
  ];
  for (const [what, before, now, expected] of cases)
    test(what, () => assert.equal(breachOf(counts(before), counts(now)), expected));

  test("an exporter that the generation before had, though nobody asked it in time", () => {
    const now = counts(`${came(100)}; ${left("b", 0, 0, 3)}`);
    assert.equal(breachOf(noCounts, now), "exporters::b: 100 items came in and none left");
    assert.equal(
      breachOf(noCounts, now, (id) => id === "b"),
      null,
    );
  });

  test("what happened between two readings", () => {
    const change = between(
      counts(`${came(10, 1)}; ${left("a", 5, 1, 9)}`),
      counts(`${came(30, 2)}; ${left("a", 25, 4, 3)}`),
    );
    assert.deepEqual(
      [change.accepted, change.refused, change.exporters.get("a")],
      [20, 1, { sent: 20, failed: 3, waiting: 3 }],
    );
    assert.deepEqual(between(noCounts, change), change);
  });
});

describe("stalledPaths", () => {
  const effective = (tracing: string) =>
    compile(
      [
        {
          path: "a.yaml",
          text: `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: a, namespace: prod}
spec: {targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, tracing: ${tracing}}
`,
        },
      ],
      {
        dataPlanes: ["otlp"],
        rootNamespace: null,
        allowEndpoints: [],
        base: { path: "base.yaml", text: "" },
        topology: "handover",
        collector: null,
        redirectSinks: null,
      },
    ).effective;
  const row = (received: number, kept: number) => [{ signal: "traces" as const, policy: "prod/a", received, kept }];
  const whole = effective("{customAttributes: [{attributeName: x, literalValue: y}]}");

  test("spans came and none left", () => assert.deepEqual(stalledPaths(row(100, 90), row(150, 90), whole), ["prod/a"]));
  test("some left", () => assert.deepEqual(stalledPaths(row(100, 90), row(150, 91), whole), []));
  test("too few to tell", () => assert.deepEqual(stalledPaths(row(100, 90), row(119, 90), whole), []));
  test("a sampler may drop them all", () =>
    assert.deepEqual(stalledPaths([], row(150, 0), effective("{samplingRate: {percent: 1}}")), []));
  test("a policy that is gone", () => assert.deepEqual(stalledPaths([], row(150, 0), []), []));
});
