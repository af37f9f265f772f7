import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ownRetry } from "../../../src/render/queues.ts";
import { compileText, draftPolicy } from "../../support/compile-text.ts";

type Config = { readonly [section: string]: { readonly [id: string]: unknown } };
type Pipelines = {
  readonly [id: string]: {
    readonly receivers: readonly string[];
    readonly processors?: readonly string[];
    readonly exporters: readonly string[];
  };
};

const pipelinesOf = (config: unknown): Pipelines => (config as { service: { pipelines: Pipelines } }).service.pipelines;

const grafted = (base: string, policies = draftPolicy("a", "  tracing: {samplingRate: {percent: 5}}")) => {
  const compilation = compileText(policies, { base: { path: "base.yaml", text: base } });
  return {
    ...compilation,
    core: compilation.rendered?.core.config as Config | undefined,
    ingest: compilation.rendered?.ingest?.config as Config | undefined,
  };
};

const plain = `receivers: {otlp: {protocols: {grpc: {}}}}
processors: {memory_limiter: {check_interval: 1s, limit_mib: 400}, k8s_attributes: {}, attributes/site: {actions: [{key: site, value: "${"${env:SITE}"}", action: insert}]}}
exporters: {otlp_grpc: {endpoint: "up:4317"}}
extensions: {health_check: {}, basicauth: {}}
service:
  extensions: [health_check, basicauth]
  pipelines:
    traces: {receivers: [otlp], processors: [memory_limiter, k8s_attributes, attributes/site], exporters: [otlp_grpc]}
`;

describe("policies are grafted into the platform's config", () => {
  test("ports and what needs the peer stay with ingest, the default way goes to core", () => {
    const { core, ingest } = grafted(plain);
    assert.ok(core !== undefined && ingest !== undefined);
    assert.deepEqual(pipelinesOf(ingest)["traces/otel_policy_entry_0"]?.receivers, ["otlp"]);
    assert.deepEqual(pipelinesOf(ingest)["traces/otel_policy_entry_0"]?.processors?.slice(0, 2), [
      "memory_limiter",
      "k8s_attributes",
    ]);
    assert.deepEqual(pipelinesOf(core)["traces"], {
      receivers: ["routing/otel_policy_traces"],
      processors: ["transform/otel_policy_unstamp_traces", "attributes/site"],
      exporters: ["otlp_grpc"],
    });
  });
  test("the platform's own text is passed on as it is, environment references included", () => {
    const { core } = grafted(plain);
    assert.deepEqual(core?.["processors"]?.["attributes/site"], {
      actions: [{ key: "site", value: "${env:SITE}", action: "insert" }],
    });
  });
  test("extensions that listen are not started twice", () => {
    const { core, ingest } = grafted(plain);
    assert.deepEqual(Object.keys(ingest?.["extensions"] ?? {}).sort(), [
      "basicauth",
      "file_storage/otel_policy_queue",
      "health_check",
      "health_check/otel_policy",
      "text_encoding/otel_policy",
    ]);
    assert.deepEqual(Object.keys(core?.["extensions"] ?? {}).sort(), [
      "basicauth",
      "file_storage/otel_policy_queue",
      "health_check/otel_policy",
    ]);
  });
  test("without policies the default way is all there is", () => {
    const { core } = grafted(plain, "");
    assert.deepEqual(pipelinesOf(core)["traces"], {
      receivers: ["otlp/otel_policy_core"],
      processors: ["attributes/site"],
      exporters: ["otlp_grpc"],
    });
  });
  test("ingest waits for room in a core longer than a core tries a backend: a request that comes again is counted again", () => {
    const { rendered } = grafted(plain);
    const timeout = /\n {2}otlp_grpc\/otel_policy_core:\n(?: {4}.*\n)*? {4}timeout: "(\d+)s"/.exec(
      rendered?.ingest?.yaml ?? "",
    );
    assert.ok(Number(timeout?.[1]) >= 2 * Number.parseInt(ownRetry.max_elapsed_time, 10), timeout?.[0]);
  });
  test("ingest does not depend on policies", () => {
    assert.equal(grafted(plain).rendered?.ingestDigest, grafted(plain, "").rendered?.ingestDigest);
  });

  const apart = `receivers: {otlp: {protocols: {grpc: {}}}, zipkin: {}}
connectors: {span_metrics: {}}
exporters: {otlp_grpc/a: {endpoint: "a:4317"}, otlp_grpc/b: {endpoint: "b:4317"}, prometheus: {endpoint: ":9464"}}
service:
  pipelines:
    traces/a: {receivers: [otlp], exporters: [otlp_grpc/a, span_metrics]}
    traces/b: {receivers: [otlp, zipkin], exporters: [otlp_grpc/b]}
    metrics: {receivers: [span_metrics], exporters: [prometheus]}
`;
  test("receivers that feed different pipelines keep feeding just those", () => {
    const { core, ingest } = grafted(apart);
    assert.ok(core !== undefined && ingest !== undefined);
    assert.deepEqual(pipelinesOf(ingest)["traces/otel_policy_entry_0"]?.receivers, ["otlp"]);
    assert.deepEqual(pipelinesOf(ingest)["traces/otel_policy_entry_1"]?.receivers, ["zipkin"]);
    const routing = core["connectors"]?.["routing/otel_policy_traces"] as {
      default_pipelines: string[];
      table: { condition: string; pipelines: string[] }[];
    };
    assert.deepEqual(routing.default_pipelines, ["traces/a", "traces/b"]);
    assert.deepEqual(routing.table.at(-1), {
      context: "resource",
      condition: 'resource.attributes["otel_policy.entry"] == "1"',
      pipelines: ["traces/b"],
    });
  });
  test("the platform's connectors work on, its Prometheus endpoint stays with ingest", () => {
    const { core, ingest } = grafted(apart);
    assert.ok(core !== undefined && ingest !== undefined);
    assert.deepEqual(pipelinesOf(core)["metrics"], {
      receivers: ["span_metrics"],
      exporters: ["otlp_grpc/otel_policy_pull_0"],
    });
    assert.deepEqual(pipelinesOf(ingest)["metrics/otel_policy_pull_0"]?.exporters, ["prometheus"]);
    assert.equal(core["exporters"]?.["prometheus"], undefined);
  });
});

describe("a base config that cannot be used is refused with its place", () => {
  const cases: readonly [string, string, string][] = [
    ["no pipelines", "receivers: {otlp: {}}\n", "TP4004"],
    ["a list", "- a\n", "TP4004"],
    [
      "an exporter that is not defined",
      "receivers: {otlp: {}}\nservice: {pipelines: {traces: {receivers: [otlp], exporters: [nowhere]}}}\n",
      "TP4004",
    ],
    [
      "a pipeline without exporters",
      "receivers: {otlp: {}}\nservice: {pipelines: {traces: {receivers: [otlp]}}}\n",
      "TP4004",
    ],
    [
      "a name of ours",
      "receivers: {otlp: {}}\nprocessors: {transform/otel_policy_x: {}}\nexporters: {nop: {}}\nservice: {pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}\n",
      "TP4003",
    ],
  ];
  for (const [name, text, code] of cases) {
    test(name, () => {
      const { rendered, diagnostics } = grafted(text);
      assert.equal(rendered, null);
      const found = diagnostics.find((diagnostic) => diagnostic.code === code);
      assert.equal(
        found?.at?.file,
        "base.yaml",
        JSON.stringify(diagnostics.map(({ code: is, message }) => `${is} ${message}`)),
      );
    });
  }
});
