import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { migrate } from "../../../src/migrate/migrate.ts";
import { natives } from "../../../src/migrate/native/natives.ts";
import { toNative } from "../../../src/migrate/to-native.ts";
import { readPolicies } from "../../../src/policy/read.ts";
import type { TelemetryPolicy } from "../../../src/policy/types.ts";
import { assertAccounted, assertValid } from "./account.ts";

const options = { targets: [], namespace: "default" } as const;

/** A policy as plain data, without places, names and dialect. */
const meaning = (text: string): readonly unknown[] => {
  const { value, diagnostics } = readPolicies([{ path: "p.yaml", text }], {
    allowEndpoints: ["*", "*:*"],
    rootNamespace: null,
  });
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === "error"),
    [],
    text,
  );
  return value.policies.map(({ targets, tracing, metrics, accessLogs }) =>
    plain({ targets, tracing, metrics, accessLogs }),
  );
};

const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("value" in value && "origin" in value) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
};

const gateway = (spec: string): string => `apiVersion: gateway.networking.x-k8s.io/v1alpha1
kind: TelemetryPolicy
metadata: {name: edge, namespace: team-a}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge.v2}]
${spec}`;

const provider = "provider: {backendRef: {name: otel, namespace: monitoring, port: 4317}}";

/** Of a picker nothing names a Gateway; its Namespace does. */
const namespaced = (spec: string): string => `apiVersion: gateway.networking.x-k8s.io/v1alpha1
kind: TelemetryPolicy
metadata: {name: pool-epp, namespace: models}
spec:
  targetRefs: [{group: "", kind: Namespace, name: models}]
${spec}`;

/** What each data plane and a policy both can say: nothing changes on the way there and back. */
const same: { readonly [plane: string]: readonly (readonly [what: string, policy: string])[] } = {
  istio: [
    [
      "rate, tags, provider",
      gateway(`  tracing:
    ${provider}
    samplingRate: {numerator: 1234, denominator: 10000}
    parentBasedSampling: {mode: Enabled}
    attributes: [{name: env, type: Literal, literalValue: production}, {name: team, type: Header, headerName: x-team}]
`),
    ],
    ["tracing off", gateway("  tracing: {mode: Disabled}\n")],
    [
      "metrics",
      gateway(`  metrics:
    mode: Enabled
    provider: {type: Prometheus}
    overrides:
      - {name: request_count, dimensions: [{key: team, fromHeader: x-team}, {key: tier, value: gold}, {key: method, fromAttribute: http.request.method}, {key: code, remove: true}]}
      - {name: request_duration, disabled: true}
`),
    ],
    ["metrics off", gateway("  metrics: {mode: Disabled}\n")],
    [
      "access log",
      gateway(`  accessLogs:
    mode: Enabled
    provider: {type: OTLP, endpoint: "otel.monitoring.svc:4317"}
    format: JSON
    matches: [{cel: "response.code >= 500"}]
    fields: [start_time, response_code, x-token-usage]
`),
    ],
    ["access log off", gateway("  accessLogs: {mode: Disabled}\n")],
  ],
  "envoy-gateway": [
    [
      "rate, tags, span name, provider",
      gateway(`  tracing:
    ${provider}
    samplingRate: {numerator: 1, denominator: 8}
    parentBasedSampling: {mode: Enabled}
    spanName: gateway request
    attributes: [{name: env, type: Literal, literalValue: production}, {name: team, type: Header, headerName: x-team}]
`),
    ],
    [
      "access log",
      gateway(`  accessLogs:
    mode: Enabled
    provider: {type: OTLP, endpoint: "otel.monitoring.svc:4317"}
    format: JSON
    matches: [{cel: "response.code >= 500"}]
    fields: [start_time, response_code, x-token-usage]
`),
    ],
    ["access log off", gateway("  accessLogs: {mode: Disabled}\n")],
    [
      "metrics sink",
      gateway('  metrics: {mode: Enabled, provider: {type: OTLP, endpoint: "otel.monitoring.svc:4317"}}\n'),
    ],
  ],
  agentgateway: [
    [
      "both rates, attributes, span name, provider",
      gateway(`  tracing:
    ${provider}
    samplingRate: {numerator: 20}
    parentBasedSampling: {mode: Enabled, samplingRate: {numerator: 50}}
    spanName: agent call
    attributes: [{name: env, type: Literal, literalValue: production}, {name: team, type: Header, headerName: x-team}, {name: method, type: Attribute, attributeKey: http.request.method}]
`),
    ],
    [
      "access log",
      gateway(`  accessLogs:
    mode: Enabled
    provider: {type: OTLP, endpoint: "otel.monitoring.svc:4317"}
    matches: [{cel: "request.url_path.startsWith('/tool/') && response.code >= 400"}]
`),
    ],
  ],
  kuadrant: [
    [
      "labels",
      gateway(`  metrics:
    mode: Enabled
    overrides:
      - {name: request_count, dimensions: [{key: team, fromHeader: x-team}, {key: tier, value: gold}, {key: host, fromAttribute: server.address}]}
      - {name: gen_ai_tokens, dimensions: [{key: model, fromAttribute: gen_ai.response.model}]}
`),
    ],
    [
      "traces of its components",
      gateway(`  tracing:
    ${provider}
    attributes: [{name: x-request-id, type: Header, headerName: x-request-id}]
`),
    ],
  ],
  "inference-gateway": [
    [
      "rate, parents, literals, provider",
      namespaced(`  tracing:
    ${provider}
    samplingRate: {numerator: 125, denominator: 1000}
    parentBasedSampling: {mode: Enabled}
    attributes: [{name: site, type: Literal, literalValue: "a, b=c"}]
`),
    ],
    [
      "everything, over another port",
      namespaced(`  tracing:
    provider: {backendRef: {name: otel, namespace: monitoring, port: 14317}}
    samplingRate: {numerator: 100}
    parentBasedSampling: {mode: Enabled}
`),
    ],
    ["tracing off", namespaced("  tracing: {mode: Disabled}\n")],
    [
      "a Gateway's picker",
      gateway(`  tracing: {${provider}, samplingRate: {numerator: 5}, parentBasedSampling: {mode: Enabled}}\n`),
    ],
  ],
  kong: [
    [
      "rate and literals",
      gateway(`  tracing:
    samplingRate: {numerator: 125, denominator: 1000}
    parentBasedSampling: {mode: Enabled}
    attributes: [{name: site, type: Literal, literalValue: a}]
`),
    ],
  ],
};

/**
 * Kong names no Gateway, the Kuadrant object is the cluster's, and a picker's Gateway is only in its environment: the way
 * back is told the target.
 */
const back = {
  targets: [{ kind: "Gateway", namespace: "team-a", name: "edge.v2" }],
  namespace: "default",
  dialect: null,
} as const;

const isTold = (plane: string, policy: string): boolean =>
  plane === "kong" || plane === "kuadrant" || (plane === "inference-gateway" && policy.includes("kind: Gateway"));

describe("there and back", () => {
  for (const writer of natives) {
    for (const [what, policy] of same[writer.name] ?? [])
      test(`${writer.name}: ${what}`, () => {
        const there = toNative([{ path: "policy.yaml", text: policy }], writer, options);
        assertAccounted([{ path: "policy.yaml", text: policy }], there);
        const again = migrate(
          [{ path: "native.yaml", text: there.policies }],
          isTold(writer.name, policy) ? back : { ...options, dialect: null },
        );
        assertValid(again);
        assert.deepEqual(meaning(again.policies), meaning(policy), `${there.policies}\n${again.policies}`);
      });
  }
});

/** Everything a policy can say: much is lost on the way, but what came over once comes over always. */
const full = (dialect: "gep" | "draft"): string =>
  dialect === "gep"
    ? gateway(`  tracing:
    mode: Enabled
    ${provider}
    samplingRate: {numerator: 1, denominator: 3}
    parentBasedSampling: {mode: Enabled, samplingRate: {numerator: 1, denominator: 7}}
    serviceName: front
    spanName: "100% 'sure'"
    attributes: [{name: a, type: Literal, literalValue: "it's 5%"}, {name: b, type: Header, headerName: x-b}, {name: c, type: Attribute, attributeKey: gen_ai.tool.name}]
  metrics:
    mode: Enabled
    provider: {type: Prometheus, endpoint: "http://prometheus.monitoring.svc:9090/api/v1/write"}
    genAI: {enabled: true}
    overrides:
      - {name: some.family, dimensions: [{key: pod, remove: true}, {key: tier, value: "it's"}]}
      - {name: request_size, type: Histogram, disabled: false, dimensions: [{key: t, fromHeader: x-t}]}
  accessLogs:
    mode: Enabled
    provider: {type: OTLP, endpoint: "https://logs.example.com"}
    format: Text
    matches: [{path: /a}, {path: "/it's"}, {cel: "response.code > 499"}]
    fields: [method]
`)
    : `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: mesh, namespace: shop}
spec:
  targetRef: {group: "", kind: Namespace, name: shop}
  tracing:
    enabled: true
    provider: {type: OTLP, endpoint: "otel.monitoring.svc:4317"}
    samplingRate: {percent: 5}
    parentBasedSampling: {enabled: false}
    context: [W3C, B3]
  metrics: {enabled: true, overrides: [{name: request_count, dimensions: [{key: m, fromHeader: x-m}]}]}
  accessLogs: {enabled: true, format: JSON, matches: [{path: /a}], fields: [start_time, x-token-usage]}
`;

describe("a second time changes nothing", () => {
  for (const writer of natives)
    for (const dialect of ["gep", "draft"] as const)
      test(`${writer.name}, ${dialect}`, () => {
        const once = (text: string): string => {
          const there = toNative([{ path: "policy.yaml", text }], writer, options);
          const again = migrate(
            [{ path: "native.yaml", text: there.policies }],
            isTold(writer.name, text) ? back : { ...options, dialect: null },
          );
          assertValid(again);
          return again.policies;
        };
        const first = once(full(dialect));
        if (first === "") return assert.equal(dialect, "draft", `${writer.name} knows no Namespace`);
        assert.deepEqual(meaning(once(first)), meaning(first));
      });
});

describe("between the dialects", () => {
  const fits: readonly TelemetryPolicy["dialect"][] = ["draft", "agentic", "gep4768"];
  const whole = `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: edge, namespace: team-a, creationTimestamp: "2026-02-09T12:00:00Z"}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge}
  tracing:
    provider: {type: OTLP, endpoint: "otel.monitoring.svc:4317"}
    samplingRate: {percent: 5}
    parentBasedSampling: {enabled: true, samplingRate: {percent: 50}}
    customAttributes: [{attributeName: env, literalValue: production}, {attributeName: team, fromHeader: x-team}]
  metrics:
    enabled: true
    provider: {type: Prometheus}
    overrides: [{name: request_count, type: Counter, dimensions: [{key: m, fromHeader: x-m}, {key: n, remove: true}]}]
  accessLogs: {enabled: true, format: JSON, matches: [{path: /a}, {cel: response.code > 499}], fields: [start_time]}
`;
  /** Where they name the same Service, a provider with its reference and one with its address are the same. */
  const alike = (text: string): unknown =>
    JSON.parse(JSON.stringify(meaning(text)).replaceAll(',"service":{"namespace":"monitoring","name":"otel"}', ""));
  for (const from of fits)
    for (const to of fits)
      test(`${from} → ${to} and back`, () => {
        const start = migrate([{ path: "w.yaml", text: whole }], { ...options, dialect: from }).policies;
        const there = migrate([{ path: "s.yaml", text: start }], { ...options, dialect: to });
        assertAccounted([{ path: "s.yaml", text: start }], there);
        assertValid(there);
        const again = migrate([{ path: "t.yaml", text: there.policies }], { ...options, dialect: from });
        assert.deepEqual(alike(there.policies), alike(whole), there.policies);
        assert.deepEqual(alike(again.policies), alike(whole));
      });

  test("what a dialect cannot say is reported, not rounded", () => {
    const fine = gateway(
      `  tracing: {${provider}, samplingRate: {numerator: 1, denominator: 1000}, serviceName: front}\n`,
    );
    const { policies, report } = migrate([{ path: "p.yaml", text: fine }], { ...options, dialect: "draft" });
    assert.ok(!policies.includes("samplingRate"));
    const lost = report.filter(({ outcome }) => outcome === "lost").map(({ path }) => path);
    assert.deepEqual(lost, ["spec.tracing.samplingRate", "spec.tracing.serviceName"]);
  });
});

describe("GKE logs by backend", () => {
  const route = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: chat, namespace: models}
spec:
  parentRefs: [{name: edge.v2, namespace: team-a}]
  rules:
    - backendRefs: [{name: web, port: 80}, {group: inference.networking.k8s.io, kind: InferencePool, name: llama}]
    - backendRefs: [{name: web, port: 80}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: other, namespace: models}
spec:
  parentRefs: [{name: edge.v2}]
  rules: [{backendRefs: [{name: not-ours, port: 80}]}]
`;
  const writer = natives.find(({ name }) => name === "inference-gateway");
  const written = (mode: string, around: string) => {
    assert.ok(writer !== undefined);
    const files = [
      { path: "policy.yaml", text: gateway(`  accessLogs: {mode: ${mode}}\n`) },
      { path: "routes.yaml", text: around },
    ];
    const there = toNative(files, writer, options);
    assertAccounted(files, there);
    return there;
  };

  test("each Service and InferencePool behind the Gateway has a policy, in its own namespace", () => {
    const { policies } = written("Enabled", route);
    assert.deepEqual(
      [...policies.matchAll(/kind: GCPBackendPolicy\nmetadata:\n {2}name: (\S+)\n {2}namespace: (\S+)/g)].map(
        ([, name, namespace]) => [name, namespace],
      ),
      [
        ["edge-web", "models"],
        ["edge-llama", "models"],
      ],
    );
    assert.equal(policies.match(/sampleRate: 1000000/g)?.length, 2);
    assert.match(policies, /group: inference\.networking\.k8s\.io\n {4}kind: InferencePool\n {4}name: llama/);
    assert.match(written("Disabled", route).policies, /enabled: false/);
  });

  test("without the routes there is no backend, and none is made up", () => {
    const { policies, report } = written("Enabled", "apiVersion: v1\nkind: Namespace\nmetadata: {name: models}\n");
    assert.equal(policies, "");
    assert.ok(report.some(({ outcome, why }) => outcome === "lost" && why?.includes("HTTPRoutes among the files")));
  });
});

describe("Kuadrant's one object", () => {
  const files = (...endpoints: readonly string[]) =>
    endpoints.map((endpoint, index) => ({
      path: `${index}.yaml`,
      text: `apiVersion: agentic.networking.x-k8s.io/v1alpha1
kind: TelemetryPolicy
metadata: {name: edge-${index}, namespace: team-a}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge-${index}}]
  tracing: {provider: {endpoint: "${endpoint}"}}
`,
    }));
  const written = (all: ReturnType<typeof files>) => {
    const writer = natives.find(({ name }) => name === "kuadrant");
    assert.ok(writer !== undefined);
    const there = toNative(all, writer, options);
    assertAccounted(all, there);
    return there;
  };

  test("is written once where all policies agree", () => {
    const { policies, diagnostics } = written(files("otel.monitoring.svc:4317", "otel.monitoring.svc:4317"));
    assert.equal(policies.match(/kind: Kuadrant/g)?.length, 1);
    assert.deepEqual(diagnostics, []);
  });

  test("says what the first policy says, and of the others that it does not", () => {
    const { policies, diagnostics, report } = written(files("otel.monitoring.svc:4317", "other.monitoring.svc:4317"));
    assert.equal(policies.match(/kind: Kuadrant/g)?.length, 1);
    assert.match(policies, /otel\.monitoring/);
    assert.deepEqual(
      diagnostics.map(({ code, at }) => [code, at?.file]),
      [["TP6005", "1.yaml"]],
    );
    assert.ok(report.some(({ span, outcome }) => span.file === "1.yaml" && outcome === "lost"));
  });
});
