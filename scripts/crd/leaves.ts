import { highestLimit } from "../../src/policy/signals/dimension.ts";
import type { Dialect } from "../../src/policy/types.ts";
import { flag, list, type Schema, set, text, word } from "./json-schema.ts";
import * as pattern from "./patterns.ts";

// The API server takes format for documentation: the bounds of an int32 have to be said.
const rate: Schema = { type: "integer", format: "int32", minimum: 0, maximum: 2 ** 31 - 1 };
const mode = word("Enabled", "Disabled", "ImplementationDefault");
const header = text(1, 256, { pattern: pattern.headerName });
const attribute = text(1, 256, { pattern: pattern.attributeName });
const dimensionKey = text(1, 256, {
  pattern: pattern.attributeName,
  "x-kubernetes-validations": [...pattern.notReserved, pattern.notALabelOfPrometheus],
});
const literal = text(0, 1024);
const endpoint = text(1, 1024, { "x-kubernetes-validations": pattern.otlpEndpoint });

const target: { readonly [field: string]: Schema } = {
  group: text(0, 253),
  kind: word("Gateway", "Namespace"),
  name: text(1, 253, { pattern: pattern.subdomain }),
  namespace: text(1, 63, { pattern: pattern.label }),
};
const named = (prefix: string, fields: { readonly [field: string]: Schema }): readonly (readonly [string, Schema])[] =>
  Object.entries(fields).map(([field, schema]) => [`${prefix}.${field}`, schema]);

/** Fields that hold no block of their own, by path below spec. */
const leaves: ReadonlyMap<string, Schema> = new Map([
  ...named("targetRef", target),
  ...named("targetRefs[]", target),

  ...named("tracing", {
    enabled: flag,
    mode,
    context: list(text(), 16),
    serviceName: text(1, 253),
    spanName: text(),
    captureMessageContent: flag,
  }),
  ...named("tracing.provider", { type: word("OTLP"), endpoint }),
  ...named("tracing.provider.backendRef", {
    group: word(""),
    kind: word("Service"),
    name: text(1, 63, { pattern: pattern.label }),
    namespace: text(1, 63, { pattern: pattern.label }),
    port: { type: "integer", format: "int32", minimum: 1, maximum: 65535 },
  }),
  ...named("tracing.provider.headers[]", {
    name: text(1, 256, { pattern: pattern.headerName, "x-kubernetes-validations": [pattern.notATransportHeader] }),
    value: text(1, 4096),
  }),
  ...["tracing.samplingRate", "tracing.parentBasedSampling.samplingRate"].flatMap((block) =>
    named(block, { percent: { ...rate, maximum: 100 }, numerator: rate, denominator: { ...rate, minimum: 1 } }),
  ),
  ...named("tracing.parentBasedSampling", { enabled: flag, mode }),
  ...named("tracing.customAttributes[]", {
    attributeName: text(1, 256, { pattern: pattern.attributeName, "x-kubernetes-validations": pattern.notReserved }),
    literalValue: literal,
    fromHeader: header,
    fromAttribute: attribute,
  }),
  ...named("tracing.attributes[]", {
    name: text(1, 256, { pattern: pattern.attributeName, "x-kubernetes-validations": pattern.notReserved }),
    type: word("Header", "Literal", "Attribute"),
    literalValue: literal,
    headerName: header,
    attributeKey: attribute,
  }),

  ...named("metrics", { enabled: flag, mode }),
  ...named("metrics.provider", {
    type: word("Prometheus", "OTLP"),
    endpoint: text(1, 1024, { "x-kubernetes-validations": pattern.anyEndpoint }),
  }),
  ...named("metrics.overrides[]", { name: text(), type: text(), disabled: flag }),
  ...["metrics.overrides[].dimensions[]", "metrics.genAI.dimensions[]"].flatMap((block) =>
    named(block, {
      key: dimensionKey,
      fromHeader: header,
      fromAttribute: attribute,
      value: literal,
      remove: flag,
      limit: { type: "integer", format: "int32", minimum: 1, maximum: highestLimit },
    }),
  ),
  ...named("metrics.genAI", {
    enabled: flag,
    profile: word("latest", "v1.41"),
    source: word("gateway-logs", "gateway-spans", "client-spans", "client-metrics"),
    prices: list(text()),
  }),
  ...named("metrics.genAI.budgets[]", {
    name: text(),
    usdPerMonth: { type: "number", minimum: 0, exclusiveMinimum: true },
    by: text(),
  }),

  ...named("accessLogs", {
    enabled: flag,
    mode,
    format: word("JSON", "Text"),
    fields: set(text()),
    captureMessageContent: flag,
  }),
  ...named("accessLogs.provider", { type: word("OTLP"), endpoint }),
  ...named("accessLogs.matches[]", { path: text(1, 1024, { pattern: "^/" }), cel: text(1, 4096) }),
]);

/** The schema of a field without fields of its own. Throws when the table lacks it, so that no field is forgotten. */
export const leafOf = (dialect: Dialect, path: string): Schema => {
  const schema = leaves.get(path);
  if (schema === undefined)
    throw new Error(`${path} of dialect ${dialect} is in src/policy/vocabulary.ts and not in scripts/crd/leaves.ts`);
  return schema;
};
