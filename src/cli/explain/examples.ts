import type { ArgsOf, Code } from "../../diagnostics/codes.ts";

/** What shows a code: a policy file that gives it, or, where no file alone can, the values of one case. */
export type Example<C extends Code> = { readonly policy: string } | { readonly args: ArgsOf<C> };

const indent = (text: string, by: number): string =>
  text
    .trim()
    .split("\n")
    .map((line) => " ".repeat(by) + line)
    .join("\n");

const object = (apiVersion: string, spec: string, metadata = ""): string =>
  `apiVersion: ${apiVersion}\nkind: TelemetryPolicy\nmetadata:\n  name: edge\n  namespace: prod\n${metadata}spec:\n${indent(spec, 2)}\n`;

const gateway = "group: gateway.networking.k8s.io\nkind: Gateway\nname: edge";

/** A policy of the draft for Gateway prod/edge. */
const draft = (blocks: string): { readonly policy: string } => ({
  policy: object("gateway.networking.k8s.io/v1alpha2", `targetRef:\n${indent(gateway, 2)}\n${blocks}`),
});

/** The same in GEP-4768. */
const gep = (blocks: string): { readonly policy: string } => ({
  policy: object("gateway.networking.x-k8s.io/v1alpha1", `targetRefs:\n- ${indent(gateway, 2).trim()}\n${blocks}`),
});

/** One whole document, as written. */
const text = (policy: string): { readonly policy: string } => ({ policy });

/** An example of every code. A new code needs a line here; a test compiles them all. */
export const examples: { readonly [C in Code]?: Example<C> } = {
  TP1001: { args: { path: "policies/edge.yaml", reason: "permission denied" } },
  TP1002: { args: { path: "policies" } },
  TP1003: { args: { path: "policies/edge.yaml", target: "..data/edge.yaml" } },
  TP1004: { args: { where: "policies" } },
  TP1005: text(
    "apiVersion: gateway.networking.k8s.io/v1alpha2\nkind: TelemetryPolicy\nmetadata: {name: edge\nspec: {}\n",
  ),
  TP1006: draft("tracing:\n  samplingRate: {percent: 5}\n  samplingRate: {percent: 50}"),
  TP1007: draft("tracing:\n  samplingRate: &rate {percent: 5}"),
  TP1008: draft("tracing:\n  samplingRate: {percent: !percent 5}"),
  TP1009: draft("tracing:\n  <<: {samplingRate: {percent: 5}}"),
  TP1010: { args: { bytes: 5_242_880, limit: 1_048_576 } },
  TP1011: text(`deep: ${"[".repeat(70)}${"]".repeat(70)}\n`),
  TP1012: draft("tracing:\n  samplingRate: {percent: 9007199254740993}"),
  TP1013: draft("tracing:\n  samplingRate: {percent: .inf}"),
  TP1014: draft('tracing:\n  customAttributes:\n    - attributeName: env\n      literalValue: "\\uD83D"'),
  TP1015: draft("tracing:\n  5: samplingRate"),
  TP1016: { args: { limit: 200_000 } },
  TP1017: text("just some words\n"),
  TP1018: text("# nothing but a comment\n"),
  TP1019: text("kind: TelemetryPolicy\nmetadata:\n  name: edge\n"),
  TP1020: text("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"),
  TP1021: text(object("gateway.networking.k8s.io/v1alpha3", `targetRef:\n${indent(gateway, 2)}`)),
  TP1022: text(object("extensions.kuadrant.io/v1alpha1", `targetRef:\n${indent(gateway, 2)}`)),
  TP1023: text("id: drop-health\nlog:\n  match:\n    - log_field: body\n      regex: health\n  keep: none\n"),
  TP1024: text("%YAML 1.1\n---\nkind: TelemetryPolicy\n"),
  TP1025: { args: { written: "yes", reads: "text" } },
  TP1026: { args: { name: "limits" } },
  TP1027: { args: { hidden: 12 } },
  TP1028: text(
    object("gateway.networking.k8s.io/v1alpha2", `targetRef:\n${indent(gateway, 2)}`).replace(
      "kind: TelemetryPolicy",
      "kind: TelemetryPolice",
    ),
  ),

  TP2001: draft("tracing:\n  sampleRate: {percent: 5}"),
  TP2002: draft("metrics:\n  overrides:\n    - dimensions:\n        - {key: team, fromHeader: x-team}"),
  TP2003: draft('tracing:\n  samplingRate: {percent: "5"}'),
  TP2004: draft("accessLogs:\n  enabled: true\n  format: json"),
  TP2005: draft("tracing:\n  samplingRate:\n  context: [W3C]"),
  TP2006: draft("accessLogs:\n  enable: true"),
  TP2007: draft("accessLogs:\n  enable: true\n  enabled: true"),
  TP2008: draft('accessLogs:\n  enabled: true\n  fields: [""]'),
  TP2009: text(
    object(
      "gateway.networking.k8s.io/v1alpha2",
      "targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: My_Gateway}",
    ),
  ),
  TP2010: { args: { policy: "prod/edge" } },
  TP2011: { args: { policy: "prod/edge" } },
  TP2012: text(
    object(
      "gateway.networking.k8s.io/v1alpha2",
      `targetRef:\n${indent(gateway, 2)}`,
      "  creationTimestamp: yesterday\n",
    ),
  ),
  TP2013: { args: { field: "spec.tracing.customAttributes", count: 80, max: 64 } },
  TP2014: draft("accessLogs:\n  enabled: true\n  fields: [response_code, response_code]"),
  TP2101: gep("tracing:\n  samplingRate:\n    numerator: 120\n    denominator: 100"),
  TP2102: draft("tracing:\n  samplingRate: {percent: 120}"),
  TP2103: draft("tracing:\n  samplingRate: {percent: 5.5}"),
  TP2104: gep("tracing:\n  samplingRate: {numerator: 1, denominator: 0}"),
  TP2105: draft("tracing:\n  samplingRate: {}"),
  TP2201: text(object("gateway.networking.k8s.io/v1alpha2", "accessLogs: {enabled: false}")),
  TP2202: text(
    object(
      "gateway.networking.k8s.io/v1alpha2",
      "targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: chat}",
    ),
  ),
  TP2203: text(
    object("gateway.networking.k8s.io/v1alpha2", "targetRef: {group: networking.istio.io, kind: Gateway, name: edge}"),
  ),
  TP2204: text(
    object(
      "agentic.networking.x-k8s.io/v1alpha1",
      'targetRefs:\n- {group: "", kind: Namespace, name: prod, namespace: prod}',
    ),
  ),
  TP2301: draft("tracing:\n  provider: {type: OTLP, endpoint: otel-collector.monitoring.svc}"),
  TP2302: draft('tracing:\n  provider: {type: OTLP, endpoint: "collector.example.com:4317"}'),
  TP2303: draft('tracing:\n  provider: {type: Zipkin, endpoint: "zipkin.monitoring.svc:9411"}'),
  TP2304: gep("tracing:\n  provider:\n    backendRef: {group: example.io, kind: Backend, name: traces, port: 4317}"),
  TP2305: gep("tracing:\n  mode: Enabled"),
  TP2306: gep("tracing:\n  mode: Disabled\n  provider:\n    backendRef: {name: otel-collector, port: 4317}"),
  TP2307: gep(
    'tracing:\n  provider:\n    backendRef: {name: otel-collector, port: 4317}\n    headers:\n      - {name: content-length, value: "0"}',
  ),
  TP2401: draft("tracing:\n  customAttributes:\n    - attributeName: cost centre\n      literalValue: blue"),
  TP2402: draft(
    'metrics:\n  overrides:\n    - name: request_count\n      dimensions:\n        - {key: team, fromHeader: "x-team:"}',
  ),
  TP2403: draft("tracing:\n  customAttributes:\n    - attributeName: otel_policy.target\n      literalValue: other"),
  TP2404: draft("tracing:\n  customAttributes:\n    - attributeName: env"),
  TP2405: draft(
    "tracing:\n  customAttributes:\n    - attributeName: env\n      literalValue: production\n      fromHeader: x-env",
  ),
  TP2406: gep("tracing:\n  attributes:\n    - {name: team, type: Header, literalValue: blue}"),
  TP2501: draft("accessLogs:\n  enabled: true\n  matches:\n    - path: api/v1"),
  TP2502: draft("accessLogs:\n  enabled: true\n  matches:\n    - {}"),
  TP2503: draft("accessLogs:\n  enabled: true\n  matches:\n    - path: /search?q=1"),
  TP2601: { args: { field: "spec.accessLogs.matches[0].cel", dialect: "draft" } },
  TP2602: text(
    object(
      "gateway.networking.k8s.io/v1alpha2",
      `targetRef:\n${indent(gateway, 2)}`,
      '  annotations:\n    otel-policy.dev/tracing.samplingRat: "5"\n',
    ),
  ),
  TP2603: text(
    object(
      "gateway.networking.k8s.io/v1alpha2",
      `targetRef:\n${indent(gateway, 2)}`,
      '  annotations:\n    otel-policy.dev/accessLogs.matches.3.cel: "true"\n',
    ),
  ),

  TP2801: draft("accessLogs:\n  enabled: true\n  matches:\n    - cel: response.code = 500"),
  TP2802: draft("accessLogs:\n  enabled: true\n  matches:\n    - cel: response.code == 500.0"),
  TP2803: draft("accessLogs:\n  enabled: true\n  matches:\n    - cel: response.cod >= 500"),
  TP2804: draft("accessLogs:\n  enabled: true\n  matches:\n    - cel: connection.mtls && response.code >= 500"),
  TP2805: draft("accessLogs:\n  enabled: true\n  matches:\n    - cel: request.path.matches('^/(?!health)')"),
  TP2806: draft("accessLogs:\n  enabled: true\n  matches:\n    - cel: response.code"),
  TP2807: draft("accessLogs:\n  enabled: true\n  matches:\n    - cel: 1 == 2"),
  TP2808: { args: { comparisons: 900, limit: 500 } },
  TP2809: draft("accessLogs:\n  enabled: true\n  matches:\n    - cel: request.path.matches('^(/[a-z]{1,64}){1,60}$')"),
  TP2810: { args: { limit: 128, column: null } },
  TP2811: { args: { what: "steps", limit: 50_000 } },

  TP3001: {
    args: { target: "Gateway prod/edge", winner: "prod/edge", decided: "its creationTimestamp is older", others: 0 },
  },
  TP3002: text(
    `${object("gateway.networking.k8s.io/v1alpha2", `targetRef:\n${indent(gateway.replace("edge", "egde"), 2)}`)}---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata:\n  name: edge\n  namespace: prod\n`,
  ),
  TP3003: text(
    object("agentic.networking.x-k8s.io/v1alpha1", `targetRefs:\n- ${indent(gateway, 2).trim()}\n  namespace: other`),
  ),
  TP3004: text(object("gateway.networking.k8s.io/v1alpha2", 'targetRef: {group: "", kind: Namespace, name: agents}')),
  TP3005: draft("tracing:\n  samplingRate: {percent: 5}"),
  TP3006: { args: { service: "monitoring/otel-collector", namespace: "prod", serviceNamespace: "monitoring" } },
  TP3007: { args: { service: "monitoring/otel-colector", known: ' — did you mean "monitoring/otel-collector"?' } },
  TP3008: { args: { namespace: "team-a", over: [{ budget: "policies", wanted: 51, limit: 50 }] } },
  TP3009: text(
    `${object("gateway.networking.k8s.io/v1alpha2", `targetRef:\n${indent(gateway, 2)}`)}---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: EnvoyProxy\nmetadata:\n  name: merged\n  namespace: prod\nspec:\n  mergeGateways: true\n`,
  ),

  TP4001: draft("tracing:\n  context: [W3C, B3]"),
  TP4002: { args: { component: "processor tail_sampling", needs: "parentBasedSampling" } },
  TP4003: { args: { id: "filter/otel_policy_1" } },
  TP4004: { args: { reason: "it has no service.pipelines" } },
  TP4005: draft("metrics:\n  overrides:\n    - name: request_cuont\n      disabled: true"),
  TP4006: draft("accessLogs:\n  enabled: true\n  fields: [respons_code]"),
  TP4007: draft(
    "metrics:\n  overrides:\n    - name: request_count\n      dimensions:\n        - {key: request, fromHeader: x-request-id}",
  ),
  TP4008: { args: { what: "derive after sample in class traces-1" } },
  TP4009: { args: { wanted: "0.145.0", have: "0.120.0" } },
  TP4010: draft("tracing:\n  customAttributes:\n    - attributeName: team\n      fromHeader: x-team"),
  TP4011: draft("metrics:\n  overrides:\n    - name: request_count\n      type: Histogram"),
  TP4012: { args: { receiver: "metrics" } },
  TP4013: draft("tracing:\n  customAttributes:\n    - attributeName: who\n      fromHeader: authorization"),
  TP4014: { args: { name: "connection.requested_server_name", planes: ["Kong Gateway"] } },
  TP4015: draft("accessLogs:\n  enabled: true\n  matches:\n    - cel: response.flags != 0"),
  TP4020: draft("metrics:\n  genAI:\n    prices: [gpt-4o, clade-sonnet-4-5]"),
  TP4021: { args: { field: "providers[0].models[2].prices.input_mtok", problem: "must be a number, 0 or more" } },
  TP4022: draft("metrics:\n  genAI:\n    budgets:\n      - {name: teams, usdPerMonth: 500, by: team}"),
  TP4030: draft("tracing:\n  captureMessageContent: true"),
  TP4025: draft("metrics:\n  genAI:\n    dimensions:\n      - {key: tenant, limit: 50}"),
  TP4026: draft("metrics:\n  genAI:\n    dimensions:\n      - {key: team, fromHeader: x-team, limit: 50}"),

  TP5001: { args: { looked: ["--collector", "OTELCOL_BIN", "otelcol-contrib on PATH"] } },
  TP5002: { args: { path: "/opt/otelcol", source: "--collector" } },
  TP5003: { args: { path: "/opt/otelcol", reason: "permission denied" } },
  TP5004: { args: { path: "/usr/bin/true", said: '--version exits with 0 and says ""' } },
  TP5005: { args: { path: "/usr/bin/otelcol-contrib", version: "0.120.0", oldest: "0.145.0" } },
  TP5006: { args: { path: "/usr/bin/otelcol", version: "0.158.0", missing: ["tail_sampling"] } },
  TP5007: { args: { path: "/opt/otelcol", args: "--version", ms: 10_000 } },
  TP5008: { args: { version: "0.170.0", tested: "0.158.0" } },
  TP5010: { args: { words: "exporters::otlp_grpc: endpoint: invalid port" } },
  TP5011: { args: { address: "127.0.0.1:4317", by: "the ingest Collector" } },
  TP5012: { args: { name: "core", words: "open /etc/tls/ca.pem: no such file or directory" } },
  TP5013: { args: { name: "core", how: "killed by signal 9" } },
  TP5014: { args: { name: "core", ms: 10_000, last: "unhealthy" } },
  TP5015: { args: { name: "core", ms: 300_000 } },
  TP5016: { args: { name: "core", expected: "3f9a61c0", found: "77b2de10" } },
  TP5017: { args: { address: "10.0.0.9:13134", reason: "no interface of this machine has it" } },
  TP5018: { args: { policy: "prod/edge", words: "processors::transform/otel_policy_1: invalid", together: [] } },
  TP5019: { args: { digest: "3f9a61c0", known: ["77b2de10", "a01c55e2"] } },
  TP5020: { args: { path: "/run/otel-policy/core.yaml", reason: "no space left on device" } },
  TP5021: { args: { path: "/run/otel-policy/core.yaml", reason: "read-only file system" } },
  TP5022: { args: { path: "/run/otel-policy", holder: "process 4711" } },
  TP5023: { args: { path: "/run/otel-policy", reason: "it belongs to another user" } },
  TP5024: { args: { path: "/a/very/long/path", bytes: 131, limit: 107 } },
  TP5025: { args: { path: "/run/otel-policy/agent/ingest.yaml" } },
  TP5026: { args: { socket: "/run/otel-policy/agent/health-ingest.sock" } },
  TP5027: { args: { path: "/run/otel-policy", waiting: 46 } },
  TP5028: { args: { name: "core-7", ms: 30_000 } },
  TP5030: { args: { reason: "the collector at localhost:4318 refuses connections" } },

  TP6001: { args: { where: "manifests" } },
  TP6002: { args: { template: "{{ .Values.gateway }}", count: 3 } },
  TP6003: { args: { object: "EnvoyProxy envoy-gateway-system/tracing", wanted: "all Gateways of class eg" } },
  TP6004: { args: { value: "120", problem: "is no percentage from 0 to 100", remedy: "use 0–100" } },
  TP6005: {
    args: { object: "Telemetry prod/b", other: "Telemetry prod/a", signal: "tracing", target: "Namespace prod" },
  },
  TP6006: { args: { target: "Gateway prod/edge" } },
  TP6007: { args: { policy: "prod/edge", problem: "path does not start with /" } },
  TP6008: { args: { object: "policy prod/edge", plane: "Kong", what: "a second rate for sampled parents" } },

  TP7001: {
    args: {
      field: "expect.spans[0].count",
      problem: "is text, not a whole number",
      example: "write it without quotes: count: 3",
    },
  },
  TP7002: {
    args: {
      path: "requests.json",
      problem: "holds no export request: line 1 has none of resourceSpans, resourceLogs, resourceMetrics",
    },
  },
  TP7003: { args: { test: "sensitive paths are logged", expected: "1 line", found: "none of 3" } },
  TP9001: { args: { detail: "unexpected value" } },
};
