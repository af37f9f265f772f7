import type { Dialect } from "./types.ts";

/** Names a block may have: those of the dialect itself, and extension fields that this tool adds in the same place. */
export type Names = { readonly own: readonly string[]; readonly extension: readonly string[] };

/** Block paths below `spec`, without indexes: `metrics.overrides[].dimensions[]`. */
export type Vocabulary = { readonly [block: string]: Names };

const names = (own: readonly string[], extension: readonly string[] = []): Names => ({ own, extension });

/** The same in every dialect: blocks that are extensions as a whole, or that no dialect changed. */
const shared: Vocabulary = {
  "metrics.overrides[]": names(["name", "type", "dimensions"], ["disabled"]),
  "metrics.overrides[].dimensions[]": names(["key", "fromHeader"], ["fromAttribute", "value", "remove", "limit"]),
  "metrics.genAI": names(["enabled", "profile", "source", "prices", "dimensions", "budgets"]),
  "metrics.genAI.dimensions[]": names(["key", "fromHeader", "fromAttribute", "value", "limit"]),
  "metrics.genAI.budgets[]": names(["name", "usdPerMonth", "by"]),
  "accessLogs.provider": names(["type", "endpoint"]),
};

/** Tracing of the two dialects before GEP-4768. */
const percentTracing: Vocabulary = {
  "tracing.samplingRate": names(["percent"]),
  "tracing.parentBasedSampling": names(["enabled", "samplingRate"]),
  "tracing.parentBasedSampling.samplingRate": names(["percent"]),
  "tracing.customAttributes[]": names(["attributeName", "literalValue"], ["fromHeader", "fromAttribute"]),
};

/** Every field of every dialect: what is known, what is an extension, and where a misplaced name belongs. */
export const vocabulary: { readonly [dialect in Dialect]: Vocabulary } = {
  draft: {
    ...shared,
    ...percentTracing,
    "": names(["targetRef", "tracing", "metrics", "accessLogs"]),
    targetRef: names(["group", "kind", "name"]),
    tracing: names(
      ["provider", "samplingRate", "parentBasedSampling", "context", "customAttributes"],
      ["enabled", "captureMessageContent"],
    ),
    "tracing.provider": names(["type", "endpoint"]),
    metrics: names(["enabled", "provider", "overrides"], ["genAI"]),
    "metrics.provider": names(["type"], ["endpoint"]),
    accessLogs: names(["enabled", "format", "matches", "fields"], ["provider", "captureMessageContent"]),
    "accessLogs.matches[]": names(["path"], ["cel"]),
  },
  agentic: {
    ...shared,
    ...percentTracing,
    "": names(["targetRefs", "tracing", "metrics", "accessLogs"]),
    "targetRefs[]": names(["group", "kind", "name", "namespace"]),
    tracing: names(
      ["enabled", "provider", "samplingRate", "parentBasedSampling", "customAttributes"],
      ["captureMessageContent"],
    ),
    "tracing.provider": names(["endpoint"], ["type"]),
    metrics: names(["enabled", "overrides"], ["provider", "genAI"]),
    "metrics.provider": names(["type", "endpoint"]),
    accessLogs: names(["enabled", "matches", "fields"], ["format", "provider", "captureMessageContent"]),
    "accessLogs.matches[]": names(["cel"], ["path"]),
  },
  gep4768: {
    ...shared,
    "": names(["targetRefs", "tracing"], ["metrics", "accessLogs"]),
    "targetRefs[]": names(["group", "kind", "name", "namespace"]),
    tracing: names(
      ["mode", "provider", "samplingRate", "parentBasedSampling", "serviceName", "spanName", "attributes"],
      ["captureMessageContent"],
    ),
    "tracing.provider": names(["backendRef", "headers"]),
    "tracing.provider.backendRef": names(["group", "kind", "name", "namespace", "port"]),
    "tracing.provider.headers[]": names(["name", "value"]),
    "tracing.samplingRate": names(["numerator", "denominator"]),
    "tracing.parentBasedSampling": names(["mode", "samplingRate"]),
    "tracing.parentBasedSampling.samplingRate": names(["numerator", "denominator"]),
    "tracing.attributes[]": names(["name", "type", "headerName", "literalValue", "attributeKey"]),
    metrics: names(["mode", "enabled", "provider", "overrides", "genAI"]),
    "metrics.provider": names(["type", "endpoint"]),
    accessLogs: names(["mode", "enabled", "format", "matches", "fields", "provider", "captureMessageContent"]),
    "accessLogs.matches[]": names(["path", "cel"]),
  },
};

/** How messages name a dialect. */
export const dialectNames: { readonly [dialect in Dialect]: string } = {
  draft: "draft (gateway.networking.k8s.io/v1alpha2)",
  agentic: "agentic (agentic.networking.x-k8s.io/v1alpha1)",
  gep4768: "GEP-4768 (gateway.networking.x-k8s.io/v1alpha1)",
};

/** `spec.metrics.overrides[0].dimensions[1]` → `metrics.overrides[].dimensions[]`. */
export const blockOf = (path: string): string => path.replace(/^spec\.?/, "").replace(/\[\d+\]/g, "[]");

/** Where a name belongs that stands in `block` by mistake: in a block right below it, else anywhere. */
export const blocksWith = (dialect: Dialect, block: string, field: string): readonly string[] => {
  const all = Object.entries(vocabulary[dialect])
    .filter(([, names]) => names.own.includes(field) || names.extension.includes(field))
    .map(([name]) => name);
  const prefix = block === "" ? "" : `${block}.`;
  const near = all.filter((name) => name.startsWith(prefix) && !name.slice(prefix.length).includes("."));
  return (near.length > 0 ? near : all).map((name) => (name === "" ? "spec" : name));
};

/** The other dialects that have such a field in the same block. */
export const dialectsWith = (dialect: Dialect, block: string, field: string): readonly Dialect[] =>
  (["draft", "agentic", "gep4768"] as const).filter(
    (other) => other !== dialect && vocabulary[other][block]?.own.includes(field) === true,
  );
