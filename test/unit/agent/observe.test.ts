import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { refusesAll } from "../../../src/agent/observe.ts";
import { parseMetrics } from "../../../src/collector/metrics-text.ts";

describe("refusesAll", () => {
  const cases: readonly (readonly [what: string, text: string, expected: string | null])[] = [
    ["nothing came yet", "", null],
    ["all accepted", "otelcol_receiver_accepted_spans 10", null],
    ["some refused", "otelcol_receiver_accepted_spans 1\notelcol_receiver_refused_spans 9", null],
    ["other signals accepted", "otelcol_receiver_accepted_log_records 1\notelcol_receiver_refused_spans 9", null],
    [
      "all refused",
      "otelcol_receiver_accepted_spans 0\notelcol_receiver_refused_spans 9",
      "it refused all 9 items it was given",
    ],
    [
      "all refused, with the unit in the name",
      'otelcol_receiver_refused_spans__spans__total{transport="grpc"} 4\notelcol_receiver_failed_spans_total 2',
      "it refused all 6 items it was given",
    ],
  ];
  for (const [what, text, expected] of cases) {
    test(what, () => assert.equal(refusesAll(parseMetrics(text)), expected));
  }
});
