import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { policyText, read, readOne } from "./told.ts";

const example = readFileSync(join(import.meta.dirname, "../../cases/draft-example/in/policy.yaml"), "utf8");

describe("the draft's own example", () => {
  const { set, codes } = read(example);
  const [policy] = set.policies;
  assert.ok(policy);

  test("has one finding: enable is an alias", () => assert.deepEqual(codes, ["TP2006"]));
  test("target", () =>
    assert.deepEqual(
      policy.targets.map(({ value }) => value),
      [{ kind: "Gateway", namespace: "prod-ns", name: "my-gateway" }],
    ));
  test("rates are exact fractions", () => {
    assert.deepEqual(policy.tracing?.rootRate.value, { numerator: 5, denominator: 100 });
    assert.deepEqual(policy.tracing?.parentRate?.value, { numerator: 50, denominator: 100 });
  });
  test("every value knows its place", () => {
    const origin = policy.tracing?.rootRate.origin;
    assert.ok(origin?.kind === "policy");
    assert.equal(origin.path, "spec.tracing.samplingRate.percent");
    assert.equal(example.slice(origin.span.start, origin.span.end), "5");
  });
  test("provider", () =>
    assert.deepEqual(policy.tracing?.provider?.value, {
      kind: "otlp",
      transport: "grpc",
      endpoint: "otel-collector.monitoring.svc:4317",
      host: "otel-collector.monitoring.svc",
      insecure: true,
      headers: [],
    }));
  test("propagation formats and attributes", () => {
    assert.deepEqual(
      policy.tracing?.propagation.map(({ value }) => value),
      ["W3C", "B3"],
    );
    assert.deepEqual(
      policy.tracing?.attributes.map(({ name, source }) => [name.value, source.value]),
      [["env", { from: "literal", value: "production" }]],
    );
  });
  test("metrics", () => {
    assert.equal(policy.metrics?.mode.value, "Enabled");
    assert.deepEqual(policy.metrics?.provider?.value, { kind: "prometheus", remoteWrite: null });
    const [override] = policy.metrics?.overrides ?? [];
    assert.equal(override?.name.value, "request_count");
    assert.equal(override?.type?.value, "Counter");
    assert.equal(override?.disabled.value, false);
    assert.deepEqual(
      override?.dimensions.map(({ key, source }) => [key.value, source?.value]),
      [["model_id", { from: "header", name: "x-model-id" }]],
    );
  });
  test("access logs", () => {
    assert.equal(policy.accessLogs?.mode.value, "Enabled");
    assert.equal(policy.accessLogs?.format.value, "JSON");
    assert.equal(policy.accessLogs?.provider, null);
    assert.deepEqual(
      policy.accessLogs?.matches.map(({ path, cel }) => [path?.value, cel]),
      [["/api/v1/sensitive", null]],
    );
    assert.deepEqual(
      policy.accessLogs?.fields?.map(({ value }) => value),
      ["start_time", "response_code", "x-token-usage"],
    );
  });
});

describe("defaults", () => {
  test("absent blocks leave their signals alone", () => {
    const { tracing, metrics, accessLogs } = readOne(policyText("draft", ""));
    assert.deepEqual([tracing, metrics, accessLogs], [null, null, null]);
  });
  test("an absent rate keeps what arrives, and says that it is a default", () => {
    const { tracing } = readOne(policyText("draft", "tracing: {}"));
    assert.deepEqual(tracing?.rootRate.value, { numerator: 1, denominator: 1 });
    assert.equal(tracing?.rootRate.origin.kind, "default");
    assert.equal(tracing?.mode.value, "Default");
    assert.equal(tracing?.parentRate, null);
  });
  test("percent 0 drops all", () =>
    assert.equal(
      readOne(policyText("draft", "tracing: {samplingRate: {percent: 0}}")).tracing?.rootRate.value.numerator,
      0,
    ));
  test("parent-based sampling without a rate keeps what the parent sampled", () =>
    assert.deepEqual(
      readOne(policyText("draft", "tracing: {parentBasedSampling: {enabled: true}}")).tracing?.parentRate?.value,
      { numerator: 1, denominator: 1 },
    ));
  test("parent-based sampling off: one rate for all", () =>
    assert.equal(
      readOne(policyText("draft", "tracing: {parentBasedSampling: {enabled: false, samplingRate: {percent: 9}}}"))
        .tracing?.parentRate,
      null,
    ));
  test("without a namespace a policy is in default, as for kubectl", () => {
    const policy = readOne(policyText("draft", "", "name: edge"));
    assert.equal(policy.id, "default/edge");
    assert.equal(policy.targets[0]?.value.namespace, "default");
  });
  test("OTLP without an endpoint is the platform's default sink", () =>
    assert.equal(readOne(policyText("draft", "tracing: {provider: {type: OTLP}}")).tracing?.provider, null));
  test("no fields: as the proxy wrote them", () =>
    assert.equal(readOne(policyText("draft", "accessLogs: {enabled: true}")).accessLogs?.fields, null));
});

describe("metadata", () => {
  test("what kubectl get -o yaml adds is understood or left alone", () => {
    const policy = readOne(
      policyText(
        "draft",
        "",
        "name: edge, namespace: a, uid: x, resourceVersion: '7', generation: 3, creationTimestamp: 2026-02-09T12:00:00Z, labels: {a: b}",
      ),
    );
    assert.equal(policy.createdAt, "2026-02-09T12:00:00Z");
    assert.equal(policy.generation, 3);
  });
  test("creationTimestamp null, as dry runs write it", () =>
    assert.equal(readOne(policyText("draft", "", "name: edge, creationTimestamp: null")).createdAt, null));
  test("status is not read", () =>
    assert.deepEqual(read(`${policyText("draft", "")}status: {anything: [1]}\n`).codes, []));
});

describe("a Namespace target", () => {
  test("is a namespace by name", () => {
    const text = policyText("draft", "").replace("gateway.networking.k8s.io, kind: Gateway", '"", kind: Namespace');
    assert.deepEqual(readOne(text).targets[0]?.value, {
      kind: "Namespace",
      namespace: "my-gateway",
      name: "my-gateway",
    });
  });
});
