import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { envoyGateway } from "../../../src/traffic/envoy-gateway.ts";
import { everyday, nextRequest } from "../../../src/traffic/mix.ts";
import { seeded } from "../../../src/traffic/random.ts";
import type { Request } from "../../../src/traffic/request.ts";
import { attributesOf } from "../../support/sink.ts";

const source = envoyGateway({ namespace: "team-a", gateway: "eg" });
const chat: Request = {
  ...nextRequest(
    { ...everyday, kinds: [["chat", 1]], remoteSampled: 0, remoteUnsampled: 0 },
    seeded(1),
    1_795_494_668_396,
  ),
  model: "gpt-4o",
  usage: { input: 30, output: 12, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
};

/** Attribute keys in the order in which the recorded Envoy 1.40 wrote them (corpus `telemetry/envoy-1.40`). */
const recorded = {
  ingress:
    "node_id zone guid:x-request-id http.url http.method downstream_cluster user_agent http.protocol peer.address request_size response_size component upstream_cluster upstream_cluster.name http.status_code response_flags model",
  router:
    "http.protocol upstream_address peer.address component upstream_cluster upstream_cluster.name http.status_code response_flags model",
  log: "start_time method x-envoy-origin-path protocol response_code response_flags bytes_received bytes_sent duration x-forwarded-for user-agent x-request-id :authority upstream_host upstream_cluster route_name x-model-id x-team x-token-usage x-usage-input-tokens x-usage-output-tokens k8s.namespace.name k8s.pod.name",
};

const only = <T>(items: readonly T[]): T => {
  assert.equal(items.length, 1);
  const [item] = items;
  assert.ok(item !== undefined);
  return item;
};
const spansOf = (request: Request) => source.records(request).spans.flatMap((group) => group.spans);
const logOf = (request: Request) => only(only(source.records(request).logs).logs);

describe("envoyGateway", () => {
  test("spans: resource names the Gateway, the child comes first, all attributes are strings in the recorded order", () => {
    const group = only(source.records(chat).spans);
    assert.equal(attributesOf(group.resource)["service.name"], "eg.team-a");
    assert.equal(group.scope.name, "envoy");
    const [child, server] = group.spans;
    assert.ok(child !== undefined && server !== undefined);
    assert.equal(child.attributes.map(({ key }) => key).join(" "), recorded.router);
    assert.equal(server.attributes.map(({ key }) => key).join(" "), recorded.ingress);
    assert.ok([...child.attributes, ...server.attributes].every(({ value }) => "stringValue" in value));
    assert.deepEqual([server.name, server.kind, server.flags, server.parentSpanId], ["ingress", 2, 257, undefined]);
    assert.deepEqual(
      [child.name, child.kind, child.flags, child.parentSpanId],
      ["router httproute/team-a/chat/rule/0 egress", 3, 257, server.spanId],
    );
  });

  test("a log record: resource names the Gateway the other way round, strings only, body empty", () => {
    const group = only(source.records(chat).logs);
    assert.deepEqual(attributesOf(group.resource), {
      log_name: "otel_envoy_accesslog",
      zone_name: "",
      cluster_name: "team-a/eg",
      node_name: "envoy-team-a-eg-5f7c9",
    });
    const log = only(group.logs);
    assert.equal(log.attributes.map(({ key }) => key).join(" "), recorded.log);
    assert.ok(log.attributes.every(({ value }) => "stringValue" in value));
    assert.deepEqual(log.body, {});
    assert.equal(log.traceId, chat.traceId);
    const attributes = attributesOf(log);
    assert.deepEqual(
      ["x-model-id", "x-token-usage", "x-usage-input-tokens", "x-usage-output-tokens", "k8s.namespace.name"].map(
        (k) => attributes[k],
      ),
      ["gpt-4o", "42", "30", "12", "envoy-gateway-system"],
    );
  });

  test("absent headers are - in logs and no attribute in spans", () => {
    const plain: Request = { ...chat, model: null, usage: null };
    const log = attributesOf(logOf(plain));
    assert.deepEqual([log["x-model-id"], log["x-token-usage"], log["x-usage-input-tokens"]], ["-", "-", "-"]);
    assert.ok(spansOf(plain).every((span) => !("model" in attributesOf(span))));
  });

  test("a remote parent: flags 769 on the SERVER span only; an unsampled one leaves the log record alone", () => {
    const parent = { spanId: "b7ad6b7169203331", sampled: true };
    const [child, server] = spansOf({ ...chat, parent });
    assert.deepEqual([child?.flags, server?.flags, server?.parentSpanId], [257, 769, parent.spanId]);
    const unsampled: Request = { ...chat, parent: { ...parent, sampled: false } };
    assert.deepEqual(source.records(unsampled).spans, []);
    assert.equal(logOf(unsampled).traceId, chat.traceId);
  });

  test("503 is an error on both spans; 404 has no child and no upstream", () => {
    const failed = spansOf({ ...chat, status: 503 });
    assert.deepEqual(
      failed.map((span) => [span.status.code, attributesOf(span)["error"]]),
      [
        [2, "true"],
        [2, "true"],
      ],
    );
    const missing: Request = { ...chat, status: 404 };
    const server = only(spansOf(missing));
    assert.equal(attributesOf(server)["response_flags"], "NR");
    assert.equal(attributesOf(server)["upstream_cluster"], undefined);
    assert.equal(attributesOf(logOf(missing))["route_name"], "-");
  });
});
