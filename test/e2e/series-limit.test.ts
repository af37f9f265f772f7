import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../src/collector/system-clock.ts";
import { createLog } from "../../src/telemetry/log.ts";
import type { Export } from "../../src/traffic/batch.ts";
import { int, nanos, text } from "../../src/traffic/otlp.ts";
import { connect } from "../../src/traffic/post.ts";
import { startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { scrapeProm } from "../support/prom.ts";

const counted = "http_server_request_count_total";
const policy = `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: counts, namespace: prod}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: gw}
  metrics:
    enabled: true
    provider: {type: Prometheus}
    overrides: [{name: request_count, dimensions: [{key: team, fromHeader: x-team}]}]
`;

/** A request of each of so many teams, in one batch: no list of values can be in service before all are counted. */
const flood = (teams: number): Export => {
  const now = nanos(Date.now() * 1000);
  const spans = Array.from({ length: teams }, (_, index) => ({
    traceId: (index + 1).toString(16).padStart(32, "0"),
    spanId: (index + 1).toString(16).padStart(16, "0"),
    name: "ingress",
    kind: 2,
    flags: 257,
    startTimeUnixNano: now,
    endTimeUnixNano: now,
    attributes: [
      text("http.request.method", "GET"),
      int("http.response.status_code", 200),
      text("http.request.header.x-team", `team-${index}`),
    ],
    status: {},
  }));
  const resource = { attributes: [text("k8s.gateway.name", "gw"), text("k8s.gateway.namespace", "prod")] };
  return {
    path: "/v1/traces",
    items: teams,
    body: { resourceSpans: [{ resource, scopeSpans: [{ scope: {}, spans }] }] },
  } as Export;
};

test("OTEL_POLICY_MAX_SERIES bounds what a flood of new values makes; what is beyond is lost, logged and counted", async () => {
  const limit = 50;
  const lines: string[] = [];
  const scene = await startPolicyScene(
    { "counts.yaml": policy },
    {
      env: { PATH: process.env["PATH"], OTEL_POLICY_MAX_SERIES: String(limit) },
      log: createLog({ level: "error", format: "logfmt", clock: systemClock, write: (line) => void lines.push(line) }),
    },
  );
  const { post, close } = connect(scene.endpoint);
  try {
    await scene.until("ready", ({ ready }) => ready);
    assert.equal((await post(flood(300))).rejected, 0);
    const dropped = await poll("what was dropped", async () => {
      const metrics = await (await fetch(`${scene.agent.url}/metrics`)).text();
      return Number(/^otel_policy_series_dropped_points_total (\d+)$/m.exec(metrics)?.[1] ?? 0) || null;
    });
    const series = (await scrapeProm(scene.prometheus)).filter(({ name }) => name === counted);
    assert.ok(series.length > 0 && series.length <= limit, `${series.length} series`);
    assert.ok(dropped >= 300 - limit, `${dropped} points dropped`);
    assert.match(lines.join(""), /too many series: data points of new ones were dropped.*OTEL_POLICY_MAX_SERIES/);
  } finally {
    close();
    await scene.end();
  }
});
