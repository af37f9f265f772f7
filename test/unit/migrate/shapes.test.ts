import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { migrate } from "../../../src/migrate/migrate.ts";
import { assertAccounted, assertValid } from "./account.ts";

const options = { targets: [], namespace: "default", dialect: null } as const;

const telemetry = (spec: string): string => `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: mesh, namespace: shop}
spec:
${spec}`;
const proxy = (telemetryBlock: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: team-a}
spec:
  gatewayClassName: eg
  infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: p}}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyProxy
metadata: {name: p, namespace: team-a}
spec:
  telemetry:
${telemetryBlock}`;

const told = (text: string) => {
  const files = [{ path: "m.yaml", text }];
  const result = migrate(files, options);
  assertAccounted(files, result);
  assertValid(result);
  return {
    policies: result.policies,
    findings: result.diagnostics.filter(({ code }) => code === "TP6004").map(({ message }) => message),
    lost: result.report.filter(({ outcome }) => outcome === "lost").map(({ path }) => path),
  };
};

/** What is of another shape than its field is reported and left out; all beside it is carried. */
describe("values of another shape than their field has", () => {
  const cases: readonly (readonly [what: string, text: string, finding: string, path: string, kept: RegExp | null])[] =
    [
      [
        "a word for a switch",
        telemetry("  tracing: [{disableSpanReporting: off-please, randomSamplingPercentage: 5}]\n"),
        '"off-please" stands where true or false belongs',
        "spec.tracing[0].disableSpanReporting",
        /(?:numerator|percent): 5\b/,
      ],
      [
        "a list for a single value",
        telemetry("  tracing: [{randomSamplingPercentage: [5], customTags: {env: {literal: {value: a}}}}]\n"),
        '"a list" stands where a single value belongs',
        "spec.tracing[0].randomSamplingPercentage",
        /literalValue: a/,
      ],
      [
        "a block for a list",
        telemetry("  accessLogging: {disabled: true}\n  tracing: [{randomSamplingPercentage: 5}]\n"),
        '"a block" stands where a list belongs',
        "spec.accessLogging",
        /(?:numerator|percent): 5\b/,
      ],
      [
        "a list for an entry of a list",
        telemetry("  accessLogging: [[1]]\n  tracing: [{randomSamplingPercentage: 5}]\n"),
        '"a list" stands where a block belongs',
        "spec.accessLogging[0]",
        /(?:numerator|percent): 5\b/,
      ],
      [
        "a port that is none",
        proxy(
          "    tracing: {samplingRate: 5, provider: {type: OpenTelemetry, host: otel.monitoring.svc, port: odd}}\n",
        ),
        '"odd" is no port',
        "spec.telemetry.tracing.provider.port",
        /(?:numerator|percent): 5\b/,
      ],
      [
        "a type that is none",
        proxy("    accessLog: {settings: [{format: {type: XML}, sinks: [{type: File, file: {path: /dev/stdout}}]}]}\n"),
        '"XML" is no type of Envoy Gateway\'s telemetry',
        "spec.telemetry.accessLog.settings[0].format.type",
        null,
      ],
      [
        "a name that is none",
        telemetry("  tracing: [{randomSamplingPercentage: 5}]\n").replace("name: mesh", 'name: "no name"'),
        '"no name" is no name of an object',
        "metadata.name",
        /(?:numerator|percent): 5\b/,
      ],
    ];
  for (const [what, text, finding, path, kept] of cases)
    test(what, () => {
      const { policies, findings, lost } = told(text);
      assert.ok(findings.includes(finding), findings.join("; "));
      assert.ok(lost.includes(path), lost.join("; "));
      if (kept !== null) assert.match(policies, kept);
    });

  test("an override whose metric is not known is not one of all metrics", () => {
    for (const metric of ["customMetric: ''", "metric: [REQUEST_COUNT]", "metric: {{ .Values.metric }}"]) {
      const { policies } = told(
        telemetry(
          `  tracing: [{randomSamplingPercentage: 5}]\n  metrics:\n    - overrides:\n        - match:\n            ${metric}\n          disabled: true\n`,
        ),
      );
      assert.ok(!policies.includes("metrics"), policies);
    }
  });

  test("a namespace that is no name makes no target", () => {
    const { policies } = told(
      telemetry("  tracing: [{randomSamplingPercentage: 5}]\n").replace("namespace: shop", "namespace: [shop]"),
    );
    assert.match(policies, /^# No target/m);
  });

  test("templates and what belongs to Kubernetes or a plugin are left alone", () => {
    const { findings } = told(`apiVersion: configuration.konghq.com/v1
kind: KongClusterPlugin
metadata: {name: log, labels: {global: "true"}}
plugin: opentelemetry
config: {traces_endpoint: "http://otel.monitoring.svc:4318/v1/traces", headers: {name: [a]}, path: [x]}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyProxy
metadata: {name: q, namespace: team-a}
spec:
  telemetry:
    requestID: {tracing: Pack}
    metrics: {prometheus: {compression: {type: Gzip}}, matches: [{type: Prefix, value: http.}]}
    tracing:
      tags: {host: "no host", port: "80", type: gateway}
      customTags: {host: {type: Literal, literal: {value: a}}}
      provider: {type: OpenTelemetry, host: otel.monitoring.svc, port: 4317, backendSettings: {http2: {name: [a]}}}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: b, namespace: team-a}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]
  rateLimit: {type: Global, global: {rules: [{clientSelectors: [{path: {type: Exact, value: /a}}]}]}}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyProxy
metadata: {name: p, namespace: team-a}
spec:
  provider: {type: Kubernetes, kubernetes: {envoyDeployment: {patch: {type: StrategicMerge, value: {spec: {name: [a]}}}}}}
  mergeGateways: {{ .Values.merge }}
`);
    assert.deepEqual(findings, []);
  });
});

test("of several sinks the one that leads to a Collector is taken; a file stays with the proxy", () => {
  const files = [
    {
      path: "m.yaml",
      text: proxy(
        "    accessLog: {settings: [{sinks: [{type: File, file: {path: /dev/stdout}}, {type: OpenTelemetry, openTelemetry: {host: otel.monitoring.svc, port: 4317}}]}]}\n",
      ),
    },
  ];
  const { policies, report } = migrate(files, options);
  assert.match(policies, /endpoint: "otel\.monitoring\.svc:4317"/);
  assert.deepEqual(
    report.filter(({ outcome }) => outcome === "dataPlane").map(({ path }) => path),
    ["spec.telemetry.accessLog.settings[0].sinks[0]"],
  );
});

describe("a Service of another namespace", () => {
  const at = (namespace: string) =>
    migrate(
      [
        {
          path: "m.yaml",
          text: proxy(
            `    tracing: {samplingRate: 5, provider: {backendRefs: [{name: otel, namespace: ${namespace}, port: 4317}]}}\n`,
          ),
        },
      ],
      options,
    );
  test("comes with the grant that a reference to it needs, and the report says so", () => {
    const { policies, report, count } = at("monitoring");
    assert.equal(count, 1);
    assert.match(
      policies,
      /kind: ReferenceGrant\nmetadata:\n {2}name: telemetry-policies-to-otel\n {2}namespace: monitoring\n/,
    );
    assert.match(
      policies,
      /- group: gateway\.networking\.x-k8s\.io\n {6}kind: TelemetryPolicy\n {6}namespace: team-a\n/,
    );
    assert.ok(report.some(({ to }) => to === "ReferenceGrant monitoring/telemetry-policies-to-otel"));
  });
  test("one of its own needs none", () => assert.ok(!at("team-a").policies.includes("ReferenceGrant")));
});
