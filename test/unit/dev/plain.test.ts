import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eventLines, statusLine } from "../../../src/cli/dev/plain.ts";
import { broken, model } from "./fixture.ts";

describe("plain output", () => {
  test("a status line has the figures of the screen", () => {
    assert.equal(
      statusLine(model),
      "04:31:08 serving | prod-ns/standard-telemetry traces received 50,000 kept 5,000 (last 2 s 10.0 %) | prod-ns/standard-telemetry logs received 25,000 kept 2,000 (last 2 s 8.0 %) | ai-platform/model-metrics traces received 30,000 kept 30,000 (last 2 s 100 %) | Gateway ai-platform/llm-gateway 15,000 requests counted | 46,324 tokens | access log 2,000 lines | refused 0",
    );
  });

  test("the first model tells the live generation and every policy", () => {
    assert.deepEqual(eventLines(null, model), [
      "04:31:08 reload committed (applied) in 212 ms, generation 3 9f3ac21b77aa is live",
      "04:31:08 policy prod-ns/standard-telemetry is partial (TP4001: tracing.context cannot be enforced by a Collector) on Gateway prod-ns/my-gateway",
      "04:31:08 policy ai-platform/model-metrics is active on Gateway ai-platform/llm-gateway",
    ]);
  });

  test("a broken edit tells the outcome, what still runs, and the frame once", () => {
    const lines = eventLines(model, broken);
    assert.equal(lines[0], "04:31:08 reload rejected (compile error) in 11 ms, generation 3 9f3ac21b77aa is live");
    assert.ok(lines.includes("      |                ^^^"));
    assert.deepEqual(eventLines(broken, broken), []);
  });

  test("no change, no lines; an unchanged input is no event", () => {
    assert.deepEqual(eventLines(model, model), []);
    const report = model.view.lastReload;
    assert.ok(report !== null);
    const unchanged = {
      ...model,
      view: { ...model.view, lastReload: { ...report, outcome: "unchanged" as const, at: report.at + 1 } },
    };
    assert.deepEqual(eventLines(model, unchanged), []);
  });
});
