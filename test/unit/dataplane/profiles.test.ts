import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { NativeWish } from "../../../src/dataplane/native.ts";
import { platformSnippets } from "../../../src/dataplane/platform.ts";
import { chosenProfiles, defaultProfileNames, profileNames, profiles } from "../../../src/dataplane/profiles.ts";
import { parseYamlDocuments } from "../../../src/policy/yaml.ts";
import { compileText, draftPolicy } from "../../support/compile-text.ts";
import { runCli } from "../cli/run-cli.ts";

const wish = (kind: "Gateway" | "Namespace"): NativeWish => ({
  target: { kind, namespace: "team-a", name: kind === "Gateway" ? "edge.v2" : "team-a" },
  otlp: { host: "otel-policy.observability.svc", port: 4317 },
  signals: { traces: true, metrics: true, logs: true },
  headers: { spans: ["x-team"], logs: ["x-team", "x-usage-output-tokens"] },
  propagation: ["W3C", "B3"],
});

describe("profiles", () => {
  test("names are unique and the default set is among them", () => {
    assert.equal(new Set(profileNames).size, profileNames.length);
    assert.deepEqual(
      chosenProfiles([...defaultProfileNames].reverse()).map(({ name }) => name),
      defaultProfileNames,
    );
    assert.deepEqual(chosenProfiles(["nobody"]), []);
  });

  for (const profile of profiles) {
    test(`${profile.name}: what --native prints is YAML`, () => {
      for (const kind of ["Gateway", "Namespace"] as const) {
        const snippets = [...profile.native(wish(kind)), ...platformSnippets(profile, wish(kind))];
        assert.ok(snippets.length > 0);
        for (const { language, text } of snippets) {
          assert.ok(text.endsWith("\n"));
          if (language !== "yaml") continue;
          const { value, diagnostics } = parseYamlDocuments(
            { path: profile.name, text },
            { aliases: false, maxBytes: 100_000 },
          );
          assert.deepEqual(diagnostics, [], text);
          assert.ok(value.length > 0);
        }
      }
    });

    test(`${profile.name}: no alias and no family is listed twice`, () => {
      for (const aliases of [profile.aliases.traces, profile.aliases.logs]) {
        const pairs = aliases.map(({ from, to }) => `${from} → ${to}`);
        assert.deepEqual([...new Set(pairs)], pairs);
      }
      const names = profile.families.flatMap((family) => family.names);
      assert.deepEqual([...new Set(names)], names);
    });
  }
});

test("what no chosen data plane can name is said, not silently ignored", () => {
  const policy = draftPolicy("edge", "  tracing: {samplingRate: {percent: 5}}\n  metrics: {enabled: true}");
  const told = (planes: readonly string[], text = policy) =>
    compileText(text, { dataPlanes: planes })
      .diagnostics.filter(({ code }) => code === "TP4001")
      .map(({ message }) => message);
  assert.deepEqual(told(["envoy-gateway"]), []);
  assert.deepEqual(told(["envoy-gateway-merged", "istio"]), []);
  assert.deepEqual(told(["envoy-gateway-merged"]), [
    "every signal of Gateway ns/edge cannot be enforced by a Collector: with mergeGateways one Envoy serves all Gateways of the class and names none of them",
  ]);
  const mesh = policy.replace(
    "group: gateway.networking.k8s.io, kind: Gateway, name: edge",
    'group: "", kind: Namespace, name: ns',
  );
  assert.deepEqual(told(["otlp"], mesh), []);
  assert.deepEqual(told(["envoy-gateway"], mesh), [
    "every signal of Namespace ns cannot be enforced by a Collector: Envoy Gateway does not say which Namespace its telemetry belongs to",
  ]);
});

test("only chosen profiles are rendered", () => {
  const text = draftPolicy("edge", "  tracing: {samplingRate: {percent: 5}}");
  const yaml = compileText(text, { dataPlanes: defaultProfileNames }).rendered?.core.yaml ?? "";
  assert.ok(yaml.length > 0);
  assert.ok(!/istio|agentgateway|kong/.test(yaml));
});

describe("otel-policy explain --native", () => {
  const line = "explain Gateway/prod-ns/my-gateway --native -f samples/01-draft-example";
  for (const name of profileNames) {
    test(name, async () => {
      const { code, out, err } = await runCli(`${line} --data-plane ${name}`);
      assert.deepEqual([code, err], [0, ""]);
      const { diagnostics } = parseYamlDocuments({ path: name, text: out }, { aliases: false, maxBytes: 100_000 });
      assert.deepEqual(
        diagnostics.filter(({ code: found }) => found !== "TP1018"),
        [],
        out,
      );
      if (name !== "envoy-gateway-merged") assert.match(out, /otel-policy\.otel|name: otel-policy/);
      assert.ok(
        out.split("\n").every((text) => !text.startsWith("#") || text.length <= 110),
        out,
      );
    });
  }
  test("every header that the policy reads is asked for, at the record that carries it", async () => {
    const { out } = await runCli(`${line} --data-plane envoy-gateway`);
    assert.match(out, /"x-model-id": "%REQ\(X-MODEL-ID\)%"/);
    assert.match(out, /"x-token-usage": "%RESP\(X-TOKEN-USAGE\)%"/);
  });
  test("an address that is none is a usage error", async () => {
    assert.equal((await runCli(`${line} --otlp-endpoint nowhere`)).code, 2);
  });
  test("an unknown data plane suggests the nearest", async () => {
    const { code, err } = await runCli(`${line} --data-plane agentgatway`);
    assert.equal(code, 2);
    assert.match(err, /did you mean "agentgateway"/);
  });
});

test("families that Envoy and others really send are known without an alias; near misses and foreign names are not", () => {
  const unknown = (plane: string, ...names: readonly string[]) =>
    compileText(
      draftPolicy(
        "edge",
        `  metrics: {enabled: true, overrides: [${names.map((name) => `{name: "${name}"}`).join(", ")}]}`,
      ),
      { dataPlanes: [plane] },
    )
      .diagnostics.filter(({ code }) => code === "TP4005")
      .map(({ message }) => /"([^"]+)"/.exec(message)?.[1]);
  assert.deepEqual(
    unknown(
      "envoy-gateway",
      "http.downstream_cx_active",
      "cluster.upstream_cx_rx_bytes_total",
      "listener.http.downstream_rq_xx",
      "server.live",
      "envoy_cluster_membership_healthy",
      "http.downstream_rq_totl",
      "kong_bandwidth_bytes",
    ),
    ["http.downstream_rq_totl", "kong_bandwidth_bytes"],
  );
  assert.deepEqual(unknown("kong", "kong_bandwidth_bytes", "kong.latency.internal", "server.live"), ["server.live"]);
  assert.deepEqual(unknown("inference-gateway", "vllm:num_preemptions_total", "llm_d_epp_ready"), []);
});
