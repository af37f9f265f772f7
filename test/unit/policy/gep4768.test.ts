import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { policyText, read, readOne } from "./told.ts";

const tracing = (text: string) => readOne(policyText("gep4768", `tracing: {${text}}`)).tracing;

describe("GEP-4768", () => {
  for (const group of ["gateway.networking.x-k8s.io", "gateway.networking.k8s.io"])
    test(`group ${group}`, () =>
      assert.equal(
        readOne(policyText("gep4768", "").replace("gateway.networking.x-k8s.io", group)).dialect,
        "gep4768",
      ));

  test("backendRef becomes an endpoint; the Service is kept for its ReferenceGrant", () => {
    const read = tracing(
      "mode: Enabled, provider: {backendRef: {name: otel, namespace: infra, port: 4317}, headers: [{name: X-Tenant, value: a}]}",
    )?.provider?.value;
    assert.ok(read?.kind === "otlp");
    const { headers, ...rest } = read;
    assert.deepEqual(rest, {
      kind: "otlp",
      transport: "grpc",
      endpoint: "otel.infra.svc:4317",
      host: "otel.infra.svc",
      insecure: true,
      service: { namespace: "infra", name: "otel" },
    });
    assert.deepEqual(
      headers.map(({ name, value }) => [name, value.value]),
      [["x-tenant", "a"]],
    );
  });
  test("backendRef without a namespace is in the policy's own", () => {
    const provider = tracing("mode: Enabled, provider: {backendRef: {name: otel, port: 4317}}")?.provider?.value;
    assert.equal(provider?.kind === "otlp" ? provider.endpoint : "", "otel.team-a.svc:4317");
  });
  test("fractions: the denominator is 100 unless written", () => {
    assert.deepEqual(tracing("samplingRate: {numerator: 5}")?.rootRate.value, { numerator: 5, denominator: 100 });
    assert.deepEqual(tracing("samplingRate: {numerator: 1, denominator: 10000}")?.rootRate.value, {
      numerator: 1,
      denominator: 10000,
    });
  });
  test("parent rate: default 100/100, off when disabled or absent", () => {
    assert.deepEqual(tracing("parentBasedSampling: {mode: Enabled}")?.parentRate?.value, {
      numerator: 100,
      denominator: 100,
    });
    assert.deepEqual(tracing("parentBasedSampling: {samplingRate: {numerator: 50}}")?.parentRate?.value, {
      numerator: 50,
      denominator: 100,
    });
    assert.equal(tracing("parentBasedSampling: {mode: Disabled, samplingRate: {numerator: 50}}")?.parentRate, null);
    assert.equal(tracing("parentBasedSampling: {}")?.parentRate, null);
  });
  test("attributes: the three kinds of the union", () =>
    assert.deepEqual(
      tracing(
        "attributes: [{name: a, type: Literal, literalValue: x}, {name: b, type: Header, headerName: X-B}, {name: c, type: Attribute, attributeKey: gen_ai.tool.name}]",
      )?.attributes.map(({ source }) => source.value),
      [
        { from: "literal", value: "x" },
        { from: "header", name: "x-b" },
        { from: "attribute", key: "gen_ai.tool.name" },
      ],
    ));
  test("modes, service and span name", () => {
    const read = tracing("mode: ImplementationDefault, serviceName: edge, spanName: ingress");
    assert.equal(read?.mode.value, "Default");
    assert.equal(read?.serviceName?.value, "edge");
    assert.equal(read?.spanName?.value, "ingress");
  });
  test("metrics and accessLogs are extensions as a whole", () => {
    const policy = readOne(policyText("gep4768", "metrics: {mode: Enabled, genAI: {}}\naccessLogs: {enabled: false}"));
    assert.equal(policy.metrics?.mode.value, "Enabled");
    assert.equal(policy.accessLogs?.mode.value, "Disabled");
    assert.deepEqual(
      policy.extensions?.map(({ path }) => path),
      ["spec.accessLogs", "spec.metrics"],
    );
  });
  test("percent belongs to other dialects", () => {
    const { codes, diagnostics } = read(policyText("gep4768", "tracing: {samplingRate: {percent: 5}}"));
    assert.deepEqual(codes, ["TP2002", "TP2001"]);
    assert.match(diagnostics[1]?.fix ?? "", /belongs to the dialect draft/);
  });
});
