import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { labelOf, parseMetrics } from "../../../src/collector/metrics-text.ts";
import { createInstruments, globalProviders, type ReloadResult } from "../../../src/telemetry/instruments.ts";
import { metricNames } from "../../../src/telemetry/names.ts";
import { prometheusText } from "../../../src/telemetry/prometheus-text.ts";
import { createRegistry } from "../../../src/telemetry/registry.ts";
import { parseProm, sumOf } from "../../support/prom.ts";

const committed: ReloadResult = {
  outcome: "committed",
  reason: "applied",
  at: 1_795_494_668_000,
  totalMs: 180,
  stages: { compile: 8, validate: 40, start: 120, unknown: 5 },
  gapMs: 0,
};
const instruments = () => {
  const all = createInstruments(globalProviders());
  const value = (name: string, labels = {}) => sumOf(parseProm(all.text()), `otel_policy_${name}`, labels);
  return { ...all, value };
};

describe("before anything happened", () => {
  test("every metric is described, counters stand at 0, and nothing is claimed", () => {
    const { text, value } = instruments();
    for (const name of metricNames) assert.match(text(), new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`, "m"));
    assert.equal(value("rollbacks_total"), 0);
    assert.equal(value("compile_duration_seconds_count"), 0);
    assert.equal(value("config_last_reload_successful"), null);
    assert.equal(value("generation_info"), null);
  });
});

describe("a reload", () => {
  test("that was committed", () => {
    const { reloadEnded, value } = instruments();
    reloadEnded(committed);
    assert.equal(value("config_last_reload_successful"), 1);
    assert.equal(value("config_last_reload_success_timestamp_seconds"), 1_795_494_668);
    assert.equal(value("reloads_total", { outcome: "committed", reason: "applied" }), 1);
    assert.equal(value("reload_gap_seconds"), 0);
    assert.equal(value("reload_duration_seconds_count"), 4, "compile, validate, start and total");
    assert.equal(value("reload_duration_seconds_sum", { stage: "total" }), 0.18);
    assert.equal(value("reload_duration_seconds_bucket", { stage: "compile", le: "0.01" }), 1);
    assert.equal(value("reload_duration_seconds_bucket", { stage: "start", le: "0.1" }), 0);
    assert.equal(value("reload_duration_seconds_bucket", { stage: "start", le: "0.25" }), 1);
    assert.equal(value("reload_duration_seconds_bucket", { stage: "start", le: "+Inf" }), 1);
  });

  test("that failed keeps the time of the last good one", () => {
    const { reloadEnded, value } = instruments();
    reloadEnded(committed);
    reloadEnded({ ...committed, outcome: "rejected", reason: "validate_failed", at: committed.at + 1e6, gapMs: null });
    assert.equal(value("config_last_reload_successful"), 0);
    assert.equal(value("config_last_reload_success_timestamp_seconds"), 1_795_494_668);
    assert.equal(value("reloads_total"), 2);
    assert.equal(value("rollbacks_total"), 0);
  });

  test("that changed nothing is good news", () => {
    const { reloadEnded, value } = instruments();
    reloadEnded({ ...committed, outcome: "rejected", reason: "compile_error" });
    reloadEnded({ ...committed, outcome: "unchanged", reason: "same_digest" });
    assert.equal(value("config_last_reload_successful"), 1);
  });

  test("that was rolled back", () => {
    const { reloadEnded, value } = instruments();
    reloadEnded({ ...committed, outcome: "rolledBack", reason: "breach" });
    assert.equal(value("rollbacks_total"), 1);
    assert.equal(value("config_last_reload_successful"), 0);
  });

  test("whose drain ends later", () => {
    const { stageTook, value } = instruments();
    stageTook("drain", 42_000);
    assert.equal(value("reload_duration_seconds_sum", { stage: "drain" }), 42);
  });
});

describe("what is the case now", () => {
  test("policies by state; a state without any is 0", () => {
    const { policies, value } = instruments();
    policies(["active", "active", "rejected"]);
    policies(["active"]);
    assert.equal(value("policies", { state: "active" }), 1);
    assert.equal(value("policies", { state: "rejected" }), 0);
    assert.equal(value("policies", { state: "conflicted" }), 0);
  });

  test("findings by code; those that are gone are gone", () => {
    const { diagnostics, value } = instruments();
    diagnostics([
      { code: "TP1005", severity: "error" },
      { code: "TP1005", severity: "error" },
      { code: "TP4001", severity: "warning" },
    ]);
    assert.equal(value("diagnostics", { code: "TP1005" }), 2);
    diagnostics([]);
    assert.equal(value("diagnostics"), null);
  });

  test("one generation at a time", () => {
    const { generation, value } = instruments();
    generation({ digest: "a", collectorVersion: "0.158.0" });
    generation({ digest: "b", collectorVersion: "0.158.0" });
    assert.equal(value("generation_info"), 1);
    assert.equal(value("generation_info", { digest: "b", collector_version: "0.158.0" }), 1);
    generation(null);
    assert.equal(value("generation_info"), null);
  });

  test("items as ingest counts them", () => {
    const { items, value } = instruments();
    const row = (policy: string, count: number) => ({
      labels: { signal: "traces", stage: "kept", policy } as const,
      value: count,
    });
    items([row("shop/a", 5), row("shop/b", 7)]);
    items([row("shop/a", 6)]);
    assert.equal(value("pipeline_items_total"), 6);
  });

  test("counters count", () => {
    const { watchError, collectorRestarted, compiled, value } = instruments();
    watchError();
    collectorRestarted();
    collectorRestarted();
    compiled(3);
    assert.deepEqual(
      ["watch_errors_total", "collector_restarts_total", "compile_duration_seconds_count"].map((name) => value(name)),
      [1, 2, 1],
    );
  });
});

describe("the registry", () => {
  test("above its limit, labels that nothing bounds are counted together", () => {
    const registry = createRegistry(2);
    registry.replace(
      "otel_policy_diagnostics",
      ["TP1", "TP2", "TP3", "TP4"].map((code) => ({ labels: { code, severity: "error" as const }, value: 1 })),
    );
    assert.deepEqual(
      registry
        .series("otel_policy_diagnostics")
        .map(({ labels, value }) => [labels["code"], labels["severity"], value]),
      [
        ["TP1", "error", 1],
        ["TP2", "error", 1],
        ["other", "error", 2],
      ],
    );
  });

  test("any label value can be read back from the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (digest) => {
        const registry = createRegistry();
        registry.set("otel_policy_generation_info", { digest, collector_version: "1" }, 1);
        assert.equal(labelOf(parseMetrics(prometheusText(registry)), "otel_policy_generation_info", "digest"), digest);
      }),
    );
  });

  test("the text is the same for the same values, whatever came first", () => {
    const text = (states: readonly ("active" | "rejected")[]) => {
      const registry = createRegistry();
      for (const state of states) registry.set("otel_policy_policies", { state }, 1);
      return prometheusText(registry);
    };
    assert.equal(text(["active", "rejected"]), text(["rejected", "active"]));
  });
});
