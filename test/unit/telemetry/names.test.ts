import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PolicyView, ReloadOutcome, ReloadReason } from "../../../src/agent/view.ts";
import {
  metricNames,
  type policyStates,
  type reloadOutcomes,
  type reloadReasons,
  rowOf,
} from "../../../src/telemetry/names.ts";

/** What the OTel-to-Prometheus translation makes of an instrument (unit suffixes for seconds only; others are annotations). */
const translated = (instrument: string, unit: string, type: string): string =>
  `${instrument.replaceAll(".", "_")}${unit === "s" ? "_seconds" : ""}${type === "counter" ? "_total" : ""}`;

describe("the names table", () => {
  for (const name of metricNames) {
    test(name, () => {
      const { instrument, unit, type, help, buckets, labels } = rowOf(name);
      assert.equal(translated(instrument, unit, type), name, "the same metric by OTLP gets the same name");
      assert.match(help, /^\S.*\.$/);
      assert.equal(buckets !== undefined, type === "histogram");
      assert.deepEqual(
        [...(buckets ?? [])].sort((a, b) => a - b),
        [...(buckets ?? [])],
      );
      for (const [label, values] of Object.entries(labels)) {
        assert.match(label, /^[a-z_]+$/);
        assert.ok(values.length > 0, `${label} says what bounds it`);
      }
    });
  }

  test("has exactly the metrics of the interface", () => {
    assert.deepEqual(
      metricNames.map((name) => name.replace("otel_policy_", "")),
      [
        "config_last_reload_successful",
        "config_last_reload_success_timestamp_seconds",
        "reloads_total",
        "reload_duration_seconds",
        "reload_gap_seconds",
        "policies",
        "diagnostics",
        "generation_info",
        "compile_duration_seconds",
        "rollbacks_total",
        "watch_errors_total",
        "collector_restarts_total",
        "pipeline_items_total",
        "dimension_values",
        "dimension_overflow",
        "series_dropped_points_total",
      ],
    );
  });
});

// Label values are the agent's own words: this fails to compile, rather than to run, when one list grows alone.
type Same<A, B> = [A, B] extends [B, A] ? true : false;
type Hold<T extends true> = T;
export type LabelValues = [
  Hold<Same<ReloadOutcome, (typeof reloadOutcomes)[number]>>,
  Hold<Same<ReloadReason, (typeof reloadReasons)[number]>>,
  Hold<Same<PolicyView["state"], (typeof policyStates)[number]>>,
];
