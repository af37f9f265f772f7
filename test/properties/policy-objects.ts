import fc from "fast-check";

const some = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** Mostly right, so that many policies of a set are applied; now and then wrong. */
const mostly = (right: fc.Arbitrary<unknown>, ...wrong: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 40, arbitrary: right }, { weight: 1, arbitrary: fc.constantFrom(...wrong) });

type Model = { readonly [key: string]: fc.Arbitrary<unknown> };

/** Every key is there, or any subset with those that must be. */
const all = (model: Model) => fc.record(model);
const any = (model: Model, ...requiredKeys: readonly string[]) => fc.record(model, { requiredKeys: [...requiredKeys] });

/** Distinct by a key that the rules want distinct; rarely not. */
const listOf = (item: fc.Arbitrary<unknown>, key: string, maxLength = 3) =>
  fc.uniqueArray(item, {
    maxLength,
    selector: (value) => JSON.stringify(Object.entries(value ?? {}).find(([name]) => name === key)),
  });

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const endpoint = mostly(some("otel.infra.svc:4317", "http://otel.infra.svc:4318"), "evil.example:1", "x", 5);

const dimension = fc.oneof(
  all({ key: mostly(some("model_id", "team"), "le", "a b"), fromHeader: mostly(some("x-model-id", "X-Team"), "x y") }),
  all({ key: some("model_id", "team", "route"), remove: some(true) }),
  all({ key: some("team", "route"), value: text }),
);

const metrics = any({
  enabled: mostly(fc.boolean(), "yes", null),
  provider: all({ type: mostly(some("Prometheus", "OTLP"), "otlp") }),
  overrides: listOf(
    any(
      {
        name: some("request_count", "request_duration", "x"),
        dimensions: listOf(dimension, "key"),
        disabled: fc.boolean(),
      },
      "name",
    ),
    "name",
  ),
  genAI: any({
    profile: mostly(some("latest", "v1.41"), "v2"),
    prices: fc.array(fc.string({ minLength: 1 }), { maxLength: 2 }),
  }),
});

const accessLogs = any({
  enabled: mostly(fc.boolean(), 1),
  format: mostly(some("JSON", "Text"), "json"),
  matches: fc.array(any({ path: mostly(some("/a", "/b"), "c", "/c?d"), cel: mostly(some("true"), "") }, "path"), {
    maxLength: 3,
  }),
  fields: mostly(some(["start_time"], ["response_code", "x-token-usage"]), ["a", "a"], "a"),
});

const percent = all({ percent: mostly(some(0, 5, 100), 120, -1, 5.5, "5") });
const percentTracing = any({
  provider: all({ type: some("OTLP"), endpoint }),
  samplingRate: percent,
  parentBasedSampling: any({ enabled: fc.boolean(), samplingRate: percent }, "enabled"),
  customAttributes: listOf(
    all({ attributeName: mostly(some("env", "team", "a.b"), "otel_policy.x"), literalValue: text }),
    "attributeName",
  ),
});

const fraction = any(
  { numerator: mostly(some(0, 5, 100), 120), denominator: mostly(some(100, 10_000), 0) },
  "numerator",
);
const gepTracing = any({
  mode: mostly(some("ImplementationDefault"), "Disabled", "on"),
  provider: all({
    backendRef: any({ name: some("otel"), port: mostly(some(4317), 0), namespace: some("infra") }, "name", "port"),
  }),
  samplingRate: fraction,
  parentBasedSampling: any({ mode: some("Enabled", "Disabled"), samplingRate: fraction }),
  attributes: listOf(
    fc.oneof(
      all({ name: some("env", "team"), type: mostly(some("Literal"), "Header"), literalValue: text }),
      all({ name: some("env", "team"), type: some("Header"), headerName: some("X-A") }),
    ),
    "name",
  ),
});

const reference = all({
  group: mostly(some("gateway.networking.k8s.io"), "networking.istio.io"),
  kind: mostly(some("Gateway"), "HTTPRoute"),
  name: some("g", "h", "i"),
});
const references = fc.uniqueArray(reference, {
  minLength: 1,
  maxLength: 2,
  selector: (value) => JSON.stringify(value),
});
const metadata = any(
  {
    name: some("a", "b", "c", "d", "e"),
    namespace: some("team-a", "team-b"),
    creationTimestamp: mostly(some("2026-01-01T00:00:00Z"), "never"),
    generation: some(1, 2),
  },
  "name",
);

const object = (apiVersion: string, kind: string, rest: Model) =>
  all({ apiVersion: some(apiVersion), kind: mostly(some(kind), "Telemetry"), metadata, ...rest });
const policy = (apiVersion: string, spec: fc.Arbitrary<unknown>) => object(apiVersion, "TelemetryPolicy", { spec });

/** Objects as a folder may hold them: policies of all dialects, right and wrong, and some context. */
export const policyObjects: fc.Arbitrary<readonly unknown[]> = fc.array(
  fc.oneof(
    policy(
      "gateway.networking.k8s.io/v1alpha2",
      any({ targetRef: reference, tracing: percentTracing, metrics, accessLogs }, "targetRef"),
    ),
    policy(
      "agentic.networking.x-k8s.io/v1alpha1",
      any({ targetRefs: references, tracing: percentTracing, metrics, accessLogs }, "targetRefs"),
    ),
    policy("gateway.networking.x-k8s.io/v1alpha1", any({ targetRefs: references, tracing: gepTracing }, "targetRefs")),
    object("gateway.networking.k8s.io/v1", "Gateway", {}),
  ),
  { maxLength: 6 },
);

/** JSON is YAML; keys in an order that `next` draws. */
export const shuffledJson = (value: unknown, next: () => number): string => {
  if (Array.isArray(value)) return `[${value.map((item) => shuffledJson(item, next)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .map(([key, item]) => ({ text: `${JSON.stringify(key)}: ${shuffledJson(item, next)}`, order: next() }))
    .sort((a, b) => a.order - b.order);
  return `{${entries.map((entry) => entry.text).join(", ")}}`;
};
