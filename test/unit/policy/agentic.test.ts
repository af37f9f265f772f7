import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { policyText, read, readOne } from "./told.ts";

describe("agentic dialect", () => {
  test("several targets, each in its own namespace", () => {
    const text = policyText("agentic", "").replace(
      "targetRefs: [",
      'targetRefs: [{group: "", kind: Namespace, name: mesh}, {group: gateway.networking.k8s.io, kind: Gateway, name: b, namespace: infra}, ',
    );
    assert.deepEqual(
      readOne(text).targets.map(({ value }) => `${value.kind} ${value.namespace}/${value.name}`),
      ["Namespace mesh/mesh", "Gateway infra/b", "Gateway team-a/my-gateway"],
    );
  });
  test("both groups", () => {
    const text = policyText("agentic", "").replace("x-k8s.io/v1alpha1", "k8s.io/v1alpha1");
    assert.equal(readOne(text).dialect, "agentic");
  });
  test("tracing has a switch, its provider only an endpoint", () => {
    const { tracing } = readOne(
      policyText("agentic", "tracing: {enabled: false, provider: {endpoint: 'otel.infra.svc:4317'}}"),
    );
    assert.equal(tracing?.mode.value, "Disabled");
    assert.equal(tracing?.provider?.value.kind, "otlp");
  });
  test("matches are CEL; kept as written", () => {
    const { accessLogs } = readOne(
      policyText("agentic", "accessLogs: {enabled: true, matches: [{cel: 'response.code >= 500'}]}"),
    );
    assert.equal(accessLogs?.matches[0]?.cel?.value, "response.code >= 500");
    assert.equal(accessLogs?.matches[0]?.path, null);
  });
  test("metric names are taken as written", () =>
    assert.equal(
      readOne(
        policyText(
          "agentic",
          "metrics: {enabled: true, overrides: [{name: gateway.networking.k8s.io/http/request_count}]}",
        ),
      ).metrics?.overrides[0]?.name.value,
      "gateway.networking.k8s.io/http/request_count",
    ));
  test("context was removed: an error that says where it belongs", () => {
    const { codes, diagnostics } = read(policyText("agentic", "tracing: {context: [W3C]}"));
    assert.deepEqual(codes, ["TP2001"]);
    assert.match(diagnostics[0]?.fix ?? "", /belongs to the dialect draft/);
  });
  test("more than 16 targets cannot have a status", () => {
    const refs = Array.from({ length: 17 }, (_, n) => `{group: gateway.networking.k8s.io, kind: Gateway, name: g${n}}`);
    assert.deepEqual(
      read(policyText("agentic", "").replace(/targetRefs: .*/, `targetRefs: [${refs.join(", ")}]`)).codes,
      ["TP2013"],
    );
  });
  test("a Namespace has no namespace", () =>
    assert.deepEqual(
      read(
        policyText("agentic", "").replace(
          /targetRefs: .*/,
          'targetRefs: [{group: "", kind: Namespace, name: a, namespace: b}]',
        ),
      ).codes,
      ["TP2204"],
    ));
});
