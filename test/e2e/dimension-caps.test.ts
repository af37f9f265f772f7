import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { AgentView } from "../../src/agent/view.ts";
import { inspect } from "../../src/collector/inspect.ts";
import { systemClock } from "../../src/collector/system-clock.ts";
import { compile } from "../../src/compile.ts";
import { defaultProfileNames } from "../../src/dataplane/profiles.ts";
import type { Export } from "../../src/traffic/batch.ts";
import { int, nanos, text } from "../../src/traffic/otlp.ts";
import { connect } from "../../src/traffic/post.ts";
import { startSender } from "../../src/traffic/sender.ts";
import { type Scene, startScene } from "../support/agent.ts";
import { requireCollector } from "../support/collector.ts";
import { freePorts } from "../support/free-port.ts";
import { testBase, total } from "../support/policy-collector.ts";
import { poll } from "../support/poll.ts";
import { type PromSample, scrapeProm } from "../support/prom.ts";
import { type Sink, startSink } from "../support/sink.ts";

const counted = "http_server_request_count_total";

const policy = (gateway: string, limit = ""): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: of-${gateway}, namespace: prod}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: ${gateway}}
  metrics:
    enabled: true
    provider: {type: Prometheus}
    overrides: [{name: request_count, dimensions: [{key: team, fromHeader: x-team${limit}}]}]
`;

const perSecond = 200;
/** Longest that a record takes from the door to the counter that the agent reads. */
const pipelineMs = 500;

let spanCount = 0;

/** One request through a gateway, with the team that its caller wrote. */
const request = (gateway: string, team: string): Export => {
  spanCount += 1;
  const now = nanos(Date.now() * 1000);
  const span = {
    traceId: spanCount.toString(16).padStart(32, "0"),
    spanId: spanCount.toString(16).padStart(16, "0"),
    name: "ingress",
    kind: 2,
    flags: 257,
    startTimeUnixNano: now,
    endTimeUnixNano: now,
    attributes: [
      text("http.request.method", "GET"),
      int("http.response.status_code", 200),
      text("http.request.header.x-team", team),
    ],
    status: {},
  };
  const resource = { attributes: [text("k8s.gateway.name", gateway), text("k8s.gateway.namespace", "prod")] };
  return {
    path: "/v1/traces",
    items: 1,
    body: { resourceSpans: [{ resource, scopeSpans: [{ scope: {}, spans: [span] }] }] },
  } as Export;
};

const nasty = [
  'a"quote',
  "$HOME",
  "${env:PATH}",
  "$$",
  "{{ .Values.x }}",
  "%{[a]}",
  "two\nlines",
  "tab\there",
  "back\\slash",
  "ünï漢字\u{1F600}",
  "' or true",
  "|=,",
  "\u2028",
  "other team",
];

const teamsOf = (samples: readonly PromSample[], gateway: string): ReadonlySet<string> =>
  new Set(
    samples
      .filter(({ name, labels }) => name === counted && labels["k8s_gateway_name"] === gateway)
      .map(({ labels }) => labels["team"] ?? ""),
  );

describe("a dimension with more values than it may have", () => {
  const root = mkdtempSync(join(tmpdir(), "caps-"));
  let scene: Scene;
  let defaults: Sink;
  let prometheus = 0;
  let start: () => Promise<Scene>;
  const sent = new Map<string, number>();
  const total_ = async (gateway: string): Promise<number> =>
    total(await scrapeProm(prometheus), counted, { k8s_gateway_name: gateway });
  const sendAll = async (gateway: string, teams: readonly string[]): Promise<void> => {
    const { post, close } = connect(scene.endpoint);
    for (const team of teams) {
      assert.equal((await post(request(gateway, team))).rejected, 0);
      sent.set(gateway, (sent.get(gateway) ?? 0) + 1);
    }
    close();
    await poll("all requests counted", async () => (await total_(gateway)) === sent.get(gateway), 10_000);
  };
  /** What the agent keeps of a policy's teams, in the order of first sight. */
  const storedTeams = (id: string): readonly string[] => {
    const stored: unknown = JSON.parse(readFileSync(join(root, "run", "dimension-values.json"), "utf8"));
    assert.ok(Array.isArray(stored));
    const [, , values] = stored.find(([policy, key]) => policy === id && key === "team") ?? [];
    assert.ok(Array.isArray(values));
    return values;
  };
  /** Waits until what `act` sends has filled the dimension of a policy and the core with its list is in service. */
  const untilFull = async (id: string, act: () => Promise<void>): Promise<AgentView> => {
    const number = scene.agent.view().live?.number ?? 0;
    await act();
    return scene.until(
      "the list is in service",
      ({ dimensions = [], live }) =>
        (live?.number ?? 0) > number &&
        dimensions.some(
          ({ policy: of, dimension, values, limit }) => of === `prod/${id}` && dimension === "team" && values === limit,
        ),
    );
  };

  before(async () => {
    const [otlp = 0, port = 0] = await freePorts(2);
    prometheus = port;
    defaults = await startSink();
    const path = requireCollector();
    const { value } = await inspect(path, { env: process.env });
    assert.ok(value !== null);
    const folder = join(root, "policies");
    mkdirSync(folder);
    writeFileSync(join(folder, "gw.yaml"), policy("gw"));
    writeFileSync(join(folder, "odd.yaml"), policy("odd", `, limit: ${nasty.length}`));
    start = async () => {
      const started = await startScene(
        {},
        {
          policyDirs: [folder],
          runDir: join(root, "run"),
          compile,
          base: testBase({ otlp, prometheus }, defaults),
          dataPlanes: defaultProfileNames,
          collector: { path, ...value, source: "built" },
        },
      );
      Object.assign(started, { endpoint: `http://127.0.0.1:${otlp}` });
      await started.until("ready", ({ ready }) => ready);
      return started;
    };
    scene = await start();
  });
  after(async () => {
    await scene.end();
    await defaults.close();
    rmSync(root, { recursive: true, force: true });
  });

  test(`1000 teams at ${perSecond} requests a second: 100 names and a bounded overshoot, later ones are other, no request is lost or doubled`, async (t) => {
    let made = 0;
    const sender = startSender({
      endpoint: scene.endpoint,
      perSecond,
      limit: 1000,
      next: () => {
        made += 1;
        return [request("gw", `team-${made}`)];
      },
      clock: systemClock,
    });
    const { lastReload } = await untilFull("of-gw", async () => {});
    const counts = await sender.done;
    assert.equal(counts.refusedItems, 0, counts.lastRefusal ?? "");
    sent.set("gw", counts.acceptedItems);
    await poll("every request counted", async () => (await total_("gw")) === sent.get("gw"), 10_000);
    const before = teamsOf(await scrapeProm(prometheus), "gw");
    t.diagnostic(`${before.size} series by team after 1000 teams`);
    assert.ok(before.has("other"));
    // What came between the value that filled it, the next reading (every second) and the end of the reload.
    const seconds = ((lastReload?.totalMs ?? 0) + 1000 + pipelineMs) / 1000;
    assert.ok(before.size >= 100 && before.size <= 101 + perSecond * seconds, `${before.size} values, ${seconds} s`);
    const number = scene.agent.view().live?.number;

    const listed = storedTeams("prod/of-gw");
    assert.equal(listed.length, 100);
    await sendAll("gw", [...Array.from({ length: 200 }, (_, index) => `late-${index}`), ...listed]);
    const samples = await scrapeProm(prometheus);
    assert.deepEqual(teamsOf(samples, "gw"), before, "a new value made a series");
    for (const team of listed) assert.equal(total(samples, counted, { team }), 2, team);
    assert.equal(scene.agent.view().live?.number, number, "values beyond the limit cost no reload");
    const text = await (await fetch(`${scene.agent.url}/metrics`)).text();
    assert.match(text, /otel_policy_dimension_overflow\{policy="prod\/of-gw",dimension="team"\} 1/);
    assert.match(text, /otel_policy_dimension_values\{policy="prod\/of-gw",dimension="team"\} 100/);
    assert.match(text, /otel_policy_dimension_overflow\{policy="prod\/of-gw",dimension="http.request.method"\} 0/);
  });

  test("any text can be listed, and counts under its own name afterwards", async () => {
    await untilFull("of-odd", () => sendAll("odd", nasty));
    await sendAll("odd", [...nasty, "new", "new\n", '"', "a", "\u0000", `${nasty[0]}\u0000${nasty[1]}`]);
    const samples = await scrapeProm(prometheus);
    for (const team of nasty) assert.equal(total(samples, counted, { k8s_gateway_name: "odd", team }), 2, team);
    assert.deepEqual(teamsOf(samples, "odd"), new Set([...nasty, "other"]));
    assert.equal(total(samples, counted, { k8s_gateway_name: "odd", team: "other" }), 6);
  });

  test("an agent that starts anew keeps the list", async () => {
    const [kept, odd] = [storedTeams("prod/of-gw"), storedTeams("prod/of-odd")];
    const digest = scene.agent.view().live?.digest;
    await scene.end();
    sent.clear();
    scene = await start();
    assert.equal(scene.agent.view().live?.digest, digest, "the same config is rendered");
    assert.deepEqual([storedTeams("prod/of-gw"), storedTeams("prod/of-odd")], [kept, odd]);
    await sendAll("gw", ["late-1", "new", ...kept]);
    await sendAll("odd", ["new", ...nasty]);
    const samples = await scrapeProm(prometheus);
    assert.deepEqual(teamsOf(samples, "gw"), new Set(["other", ...kept]));
    assert.deepEqual(teamsOf(samples, "odd"), new Set(["other", ...nasty]));
  });
});
