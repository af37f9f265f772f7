import fc from "fast-check";

/** Text as users and attackers write it: mostly plausible, sometimes anything. */
const anyText = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "production",
      "x-model-id",
      "team",
      "${env:HOME}",
      'q"',
      "a\\b",
      "é😀",
      "",
      " ",
      "$$",
      "0",
      "null",
    ),
  },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 24 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 24 }) },
);
const name = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom("gw", "gw.a", "gw-2", "edge", "a") },
  { weight: 1, arbitrary: anyText },
);
const key = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom("env", "team", "model_id", "http.route", "deployment.environment.name") },
  { weight: 1, arbitrary: anyText },
);
const header = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom("x-model-id", "X-Team", "authorization", "x-usage-input-tokens") },
  { weight: 1, arbitrary: anyText },
);
const endpoint = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.constantFrom(
      "otel-collector.monitoring.svc:4317",
      "http://c.monitoring.svc:4318",
      "https://c.monitoring.svc.cluster.local:4318",
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom("evil.example.com:4317", "c", "http://", ":1", "localhost:4317") },
  { weight: 1, arbitrary: anyText },
);
const path = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom("/", "/api/v1/sensitive", "/tool/execute/", "/a b") },
  { weight: 1, arbitrary: anyText.map((text) => `/${text}`) },
  { weight: 1, arbitrary: anyText },
);
const percent = fc.oneof(
  { weight: 60, arbitrary: fc.integer({ min: 0, max: 100 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 101, 120, 5.5, "5", null) },
);
const metric = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      "request_count",
      "request_duration",
      "request_size",
      "tokens",
      "http.downstream_rq_total",
    ),
  },
  { weight: 1, arbitrary: anyText },
);
const some = <T>(values: fc.Arbitrary<T>, maxLength = 3): fc.Arbitrary<readonly T[]> => fc.array(values, { maxLength });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const provider = (types: readonly string[]): fc.Arbitrary<object> =>
  fc.record({ type: fc.constantFrom(...types), endpoint: maybe(endpoint) });

const dimension = fc.oneof(
  fc.record({ key, fromHeader: header }),
  fc.record({ key, remove: fc.constant(true) }),
  fc.record({ key, value: anyText }),
  fc.record({ key, fromAttribute: key }),
);

const metrics = fc.record({
  enabled: fc.boolean(),
  provider: maybe(provider(["Prometheus", "OTLP"])),
  overrides: maybe(
    some(
      fc.record({
        name: metric,
        type: maybe(fc.constantFrom("Counter", "Histogram", "Gauge")),
        disabled: maybe(fc.boolean()),
        dimensions: maybe(some(dimension)),
      }),
    ),
  ),
});

const accessLogs = fc.record({
  enabled: fc.boolean(),
  format: maybe(fc.constantFrom("JSON", "Text", "JSON", "Text", "JSON", "Text", "XML")),
  matches: maybe(some(fc.record({ path: maybe(path) }))),
  fields: maybe(some(fc.oneof(header, fc.constantFrom("start_time", "response_code", "path", "trace_id"), anyText), 5)),
});

const draftTracing = fc.record({
  provider: maybe(provider(["OTLP", "OTLP", "OTLP", "OTLP", "OTLP", "Zipkin"])),
  samplingRate: maybe(fc.record({ percent })),
  parentBasedSampling: maybe(fc.record({ enabled: fc.boolean(), samplingRate: maybe(fc.record({ percent })) })),
  context: maybe(some(fc.constantFrom("W3C", "B3", "Jaeger"))),
  customAttributes: maybe(
    some(
      fc.oneof(
        fc.record({ attributeName: key, literalValue: anyText }),
        fc.record({ attributeName: key, fromHeader: header }),
      ),
    ),
  ),
});

const fraction = fc.record({
  numerator: fc.integer({ min: 0, max: 110 }),
  denominator: maybe(fc.integer({ min: 100, max: 1_000_000 })),
});

const gepTracing = fc.record({
  mode: maybe(fc.constantFrom("Enabled", "Disabled", "ImplementationDefault")),
  provider: maybe(
    fc.record({
      backendRef: fc.record({ name: fc.constant("otel-collector"), port: fc.constant(4317) }),
      headers: maybe(some(fc.record({ name: header, value: anyText }))),
    }),
  ),
  samplingRate: maybe(fraction),
  parentBasedSampling: maybe(
    fc.record({ mode: fc.constantFrom("Enabled", "Disabled"), samplingRate: maybe(fraction) }),
  ),
  serviceName: maybe(anyText),
  spanName: maybe(anyText),
  attributes: maybe(
    some(
      fc.oneof(
        fc.record({ name: key, type: fc.constant("Literal"), literalValue: anyText }),
        fc.record({ name: key, type: fc.constant("Header"), headerName: header }),
        fc.record({ name: key, type: fc.constant("Attribute"), attributeKey: key }),
      ),
    ),
  ),
});

const targetRef = fc.oneof(
  {
    weight: 20,
    arbitrary: name.map((value) => ({ group: "gateway.networking.k8s.io", kind: "Gateway", name: value })),
  },
  { weight: 2, arbitrary: fc.constant({ group: "", kind: "Namespace", name: "ns" }) },
  { weight: 1, arbitrary: name.map((value) => ({ group: "apps", kind: "Deployment", name: value })) },
);

const manifest = (apiVersion: string, spec: fc.Arbitrary<object>): fc.Arbitrary<object> =>
  fc
    .record({
      policy: fc.nat({ max: 5_000 }),
      namespace: fc.constantFrom("ns", "team-a", "default"),
      created: maybe(
        fc.constantFrom(
          "2026-01-01T00:00:00Z",
          "2025-06-01T10:00:00Z",
          "2026-01-01T00:00:00Z",
          "2025-06-01T10:00:00Z",
          "yesterday",
        ),
      ),
      spec,
    })
    .map(({ policy, namespace, created, spec: body }) => ({
      apiVersion,
      kind: "TelemetryPolicy",
      metadata: { name: `p${policy}`, namespace, ...(created === undefined ? {} : { creationTimestamp: created }) },
      spec: body,
    }));

/** A TelemetryPolicy of any dialect, right or wrong in any field. `undefined` members are left out by JSON. */
export const anyPolicy: fc.Arbitrary<object> = fc.oneof(
  manifest(
    "gateway.networking.k8s.io/v1alpha2",
    fc.record({ targetRef, tracing: maybe(draftTracing), metrics: maybe(metrics), accessLogs: maybe(accessLogs) }),
  ),
  manifest(
    "agentic.networking.x-k8s.io/v1alpha1",
    fc.record({
      targetRefs: some(targetRef),
      tracing: maybe(draftTracing),
      metrics: maybe(metrics),
      accessLogs: maybe(accessLogs),
    }),
  ),
  manifest(
    "gateway.networking.x-k8s.io/v1alpha1",
    fc.record({ targetRefs: some(targetRef), tracing: maybe(gepTracing) }),
  ),
);
