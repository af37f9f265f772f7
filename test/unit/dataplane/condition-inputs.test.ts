import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nameOfPlace, vocabulary } from "../../../src/cel/vocabulary.ts";
import { carries } from "../../../src/dataplane/condition-inputs.ts";
import { profiles } from "../../../src/dataplane/profiles.ts";
import { compileText, draftPolicy } from "../../support/compile-text.ts";

/** What conditions may ask of access logs, and where it is. */
const askable = vocabulary.flatMap((attribute) =>
  "place" in attribute && attribute.place.kind !== "header" ? [{ name: attribute.name, place: attribute.place }] : [],
);
const missing = (plane: string): readonly string[] => {
  const profile = profiles.find(({ name }) => name === plane);
  assert.ok(profile !== undefined);
  return askable
    .filter(({ place }) => !carries(profile, "logs", "key" in place ? place.key : "http.server.request.duration"))
    .map(({ name }) => name);
};

describe("every word of conditions is known to be sent by a data plane, or not to be", () => {
  test("Envoy's access logs have all of them", () => {
    for (const plane of ["envoy", "envoy-gateway", "envoy-ai-gateway", "istio", "kgateway"])
      assert.deepEqual(missing(plane), [], plane);
  });
  test("others lack what only Envoy knows, and some more", () => {
    const envoyOnly = [
      "response.code_details",
      "response.flags",
      "upstream.local_address",
      "upstream.transport_failure_reason",
      "connection.termination_details",
      "xds.cluster_name",
      "xds.route_name",
      "destination.address",
      "destination.port",
    ];
    for (const plane of ["kong", "agentgateway", "otlp"])
      for (const name of envoyOnly) assert.ok(missing(plane).includes(name), `${plane} ${name}`);
    for (const name of ["request.path", "request.query", "request.method", "response.code", "request.duration"])
      for (const plane of ["kong", "agentgateway", "otlp"])
        assert.ok(!missing(plane).includes(name), `${plane} ${name}`);
    assert.ok(!missing("agentgateway").includes("source.address"));
    assert.ok(missing("kong").includes("source.address"));
    assert.ok(missing("kong").includes("request.protocol"));
    assert.equal(missing("inference-gateway").length, askable.filter(({ name }) => !name.startsWith("gen_ai.")).length);
  });
  test("a place has the name that conditions call it by", () => {
    for (const { name, place } of askable) assert.equal(nameOfPlace(place), name);
  });
});

describe("a condition on what is not sent", () => {
  const found = (planes: readonly string[], cel: string) =>
    compileText(draftPolicy("edge", `  accessLogs: {enabled: true, matches: [{cel: ${JSON.stringify(cel)}}]}`), {
      dataPlanes: planes,
    })
      .diagnostics.filter(({ code }) => code === "TP4014" || code === "TP4015")
      .map(({ code, message }) => `${code} ${message}`);
  test("by no chosen data plane is a warning", () =>
    assert.deepEqual(found(["kong"], "response.flags != 0 || request.protocol == 'HTTP/2'"), [
      "TP4014 the condition reads response.flags, which no access log of Kong Gateway says",
      "TP4014 the condition reads request.protocol, which no access log of Kong Gateway says",
    ]));
  test("by some is a note", () =>
    assert.deepEqual(found(["kong", "envoy-gateway"], "response.flags != 0"), [
      "TP4015 the condition reads response.flags, which access logs of Kong Gateway do not say",
    ]));
  test("Kuadrant's gateway answers for it", () => {
    assert.deepEqual(found(["kuadrant", "istio"], "request.url_path == '/a' && response.code > 499"), []);
    assert.equal(found(["kuadrant"], "response.code > 499").length, 1);
  });
  test("what is sent, and tokens, are no matter", () => {
    for (const plane of ["kong", "agentgateway", "envoy-gateway", "otlp"])
      assert.deepEqual(
        found([plane], "request.path.startsWith('/a') && response.code > 499 && gen_ai.usage.input_tokens > 9"),
        [],
        plane,
      );
  });
});
