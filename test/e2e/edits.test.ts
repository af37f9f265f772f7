import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect } from "../../src/collector/inspect.ts";
import { systemClock } from "../../src/collector/system-clock.ts";
import { compile } from "../../src/compile.ts";
import { defaultProfileNames } from "../../src/dataplane/profiles.ts";
import type { Export } from "../../src/traffic/batch.ts";
import { int, nanos, text } from "../../src/traffic/otlp.ts";
import { type Sender, startSender } from "../../src/traffic/sender.ts";
import { type Scene, startScene } from "../support/agent.ts";
import { requireCollector } from "../support/collector.ts";
import { freePorts } from "../support/free-port.ts";
import { testBase, total } from "../support/policy-collector.ts";
import { poll } from "../support/poll.ts";
import { type PromSample, scrapeProm } from "../support/prom.ts";
import { attributeOf, type Sink, startSink } from "../support/sink.ts";

const spansPerRequest = 10;
const edits = 20;

const policy = (revision: string): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: edited, namespace: prod}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: gw}
  tracing:
    provider: {type: OTLP, endpoint: "otel-collector.monitoring.svc:4317"}
    customAttributes: [{attributeName: revision, literalValue: "${revision}"}]
  metrics:
    enabled: true
    provider: {type: Prometheus}
    overrides: [{name: request_count, dimensions: [{key: model_id, fromHeader: x-model-id}]}]
`;

/** Each request: one SERVER span and nine below it, every span with an id of its own. */
const requests = (): (() => readonly Export[]) => {
  let spanCount = 0;
  let traces = 0;
  return () => {
    traces += 1;
    const traceId = traces.toString(16).padStart(32, "0");
    const now = nanos(Date.now() * 1000);
    const spans = Array.from({ length: spansPerRequest }, (_, index) => {
      spanCount += 1;
      return {
        traceId,
        spanId: spanCount.toString(16).padStart(16, "0"),
        name: index === 0 ? "ingress" : "step",
        kind: index === 0 ? 2 : 1,
        flags: 257,
        startTimeUnixNano: now,
        endTimeUnixNano: now,
        attributes: [
          text("http.request.method", "GET"),
          int("http.response.status_code", 200),
          text("http.request.header.x-model-id", "m1"),
        ],
        status: {},
      };
    });
    const resource = { attributes: [text("k8s.gateway.name", "gw"), text("k8s.gateway.namespace", "prod")] };
    return [
      {
        path: "/v1/traces",
        items: spans.length,
        body: { resourceSpans: [{ resource, scopeSpans: [{ scope: {}, spans }] }] },
      } as Export,
    ];
  };
};

/** Ten ways to break a policy file, each with the code that must tell it. */
const broken: readonly (readonly [string, string, string])[] = [
  ["broken YAML", policy("x").replace("spec:", "spec: ["), "TP10"],
  ["a half-written file", policy("x").slice(0, 330), "TP"],
  ["an unknown field", policy("x").replace("tracing:", "trasing:"), "TP20"],
  ["a wrong type", policy("x").replace("enabled: true", 'enabled: "yes"'), "TP20"],
  [
    "percent 120",
    policy("x").replace("customAttributes", "samplingRate: {percent: 120}\n    customAttributes"),
    "TP21",
  ],
  [
    "percent 5.5",
    policy("x").replace("customAttributes", "samplingRate: {percent: 5.5}\n    customAttributes"),
    "TP21",
  ],
  ["an alias bomb", `${policy("x")}---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n`, "TP10"],
  ["a duplicate key", policy("x").replace("metadata:", "metadata: {name: b}\nmetadata:"), "TP10"],
  [
    "an endpoint outside the allow-list",
    policy("x").replace("otel-collector.monitoring.svc:4317", "evil.example.com:4317"),
    "TP2",
  ],
  ["an unknown apiVersion", policy("x").replace("v1alpha2", "v9"), "TP1"],
];

describe("the agent under traffic", () => {
  let scene: Scene;
  let defaults: Sink;
  let backend: Sink;
  let otlp = 0;
  let prometheus = 0;
  const senders: Sender[] = [];
  const send = (perSecond: number): Sender => {
    const sender = startSender({ endpoint: scene.endpoint, perSecond, next: requests(), clock: systemClock });
    senders.push(sender);
    return sender;
  };
  const metricsOfAgent = async (): Promise<string> => (await fetch(`${scene.agent.url}/metrics`)).text();

  before(async () => {
    [otlp = 0, prometheus = 0] = await freePorts(2);
    defaults = await startSink();
    backend = await startSink();
    const path = requireCollector();
    const { value } = await inspect(path, { env: process.env });
    assert.ok(value !== null);
    scene = await startScene(
      { "policy.yaml": policy("r0") },
      {
        compile,
        base: testBase({ otlp, prometheus }, defaults),
        dataPlanes: defaultProfileNames,
        redirectSinks: backend.url,
        collector: { path, ...value, source: "built" },
      },
    );
    // The scene's own sink is the stand-in for every provider.
    await scene.sink.close();
    Object.assign(scene, { sink: backend, endpoint: `http://127.0.0.1:${otlp}` });
    await scene.until("ready", ({ ready }) => ready);
  });
  after(async () => {
    await Promise.all(senders.map((sender) => sender.stop()));
    await scene.end();
    await Promise.all([defaults.close(), backend.close()]);
  });

  test(`${edits} edits at 200 requests a second: nothing refused, lost or doubled, and no counter goes down`, async (t) => {
    const sender = send(200);
    const seen: number[] = [];
    let watching = true;
    t.after(() => {
      watching = false;
    });
    const counted = (samples: readonly PromSample[]): number =>
      total(samples, "http_server_request_count_total", { model_id: "m1" });
    const watcher = (async () => {
      while (watching) {
        seen.push(counted(await scrapeProm(prometheus)));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    await poll("the first spans", () => scene.sink.spans.length > 0);
    for (let edit = 1; edit <= edits; edit++) {
      scene.write("policy.yaml", policy(`r${edit}`));
      await scene.until(`edit ${edit} live`, ({ live }) => live?.number === edit + 1);
      await poll(
        `spans of edit ${edit}`,
        () => attributeOf(scene.sink.spans.at(-1)?.record ?? { attributes: [] }, "revision") === `r${edit}`,
      );
    }
    const counts = await sender.stop();
    assert.equal(counts.refusedItems, 0, counts.lastRefusal ?? "");
    assert.ok(counts.acceptedItems > edits * 100, `${counts.acceptedItems} spans were sent`);
    await poll("every span at the backend", () => scene.sink.spans.length >= counts.acceptedItems, 20_000);
    await poll(
      "every request counted",
      async () => counted(await scrapeProm(prometheus)) === counts.acceptedItems / spansPerRequest,
    );
    watching = false;
    await watcher;
    assert.equal(new Set(scene.sink.spans.map(({ record }) => record.spanId)).size, counts.acceptedItems);
    assert.equal(scene.sink.spans.length, counts.acceptedItems);
    assert.equal(defaults.spans.length, 0);
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
      "a counter went down",
    );
    const revisions = new Set(scene.sink.spans.map(({ record }) => attributeOf(record, "revision")));
    assert.equal(revisions.size, edits + 1);
    const flow = await scene.until("the policy's own counters", ({ flow: rows }) =>
      rows.some((row) => row.received === counts.acceptedItems && row.kept === counts.acceptedItems),
    );
    assert.equal(flow.flow[0]?.policy, "prod/edited");
  });

  test("ten broken edits: what runs is undisturbed, each is told, and the next good edit applies", async () => {
    const sender = send(100);
    scene.write("policy.yaml", policy("good"));
    await poll(
      "the good edit",
      () => attributeOf(scene.sink.spans.at(-1)?.record ?? { attributes: [] }, "revision") === "good",
    );
    const good = await scene.until("the good edit settled", ({ at }) => at === "serving");
    for (const [name, content, code] of broken) {
      scene.sink.clear();
      scene.findings.length = 0;
      scene.write("policy.yaml", content);
      const view = await scene.until(`${name} told`, ({ diagnostics }) =>
        diagnostics.some((found) => found.severity === "error" && found.code.startsWith(code)),
      );
      const found = view.diagnostics.find(({ severity }) => severity === "error");
      assert.ok(found?.at !== null && found?.why !== "" && found?.fix !== "", name);
      await poll(`spans under ${name}`, () => scene.sink.spans.length > 200);
      assert.deepEqual(
        [...new Set(scene.sink.spans.map(({ record }) => attributeOf(record, "revision")))],
        ["good"],
        `${name} changed what runs`,
      );
      assert.match(await metricsOfAgent(), /otel_policy_config_last_reload_successful 0/, name);
      assert.equal(scene.agent.view().live?.digest, good.live?.digest, name);
      scene.write("policy.yaml", policy("good"));
      await scene.until(`recovery from ${name}`, ({ diagnostics }) =>
        diagnostics.every(({ severity }) => severity !== "error"),
      );
      await poll("success told", async () =>
        /otel_policy_config_last_reload_successful 1/.test(await metricsOfAgent()),
      );
    }
    scene.write("policy.yaml", policy("after"));
    await poll(
      "the next good edit",
      () => attributeOf(scene.sink.spans.at(-1)?.record ?? { attributes: [] }, "revision") === "after",
    );
    const counts = await sender.stop();
    assert.equal(counts.refusedItems, 0);
  });
});
