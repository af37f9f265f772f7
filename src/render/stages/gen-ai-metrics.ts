import { callSeconds, firstTokenSeconds, sizeOfTokens, tokenSeconds, toolSeconds } from "../../genai/buckets.ts";
import type { Field } from "../../genai/names.ts";
import type { CallFamily } from "../../plan/types.ts";
import { allOf, attribute, configText, type RecordContext } from "../ottl.ts";
import { stamps } from "../stamps.ts";
import { callPath, tokensPath } from "./gen-ai-call.ts";
import { fieldPath } from "./gen-ai-names.ts";
import { type CostBucket, costBuckets, costPath, savedPath } from "./price.ts";
import { unpricedPath } from "./price-lookup.ts";

/** One definition for the connector: when a record adds to the metric, what, and which further stamps become labels. */
export type CallMetric = {
  readonly when: string;
  readonly value: string;
  /** Boundaries of a histogram; null: a counter. */
  readonly buckets: readonly number[] | null;
  /** Stamps that are labels of this definition alone: a fixed value, or null for the record's own. */
  readonly labels: { readonly [stamp: string]: string | null };
};

/** Stamps of a call that become labels of its metrics, and the label each one is. */
const labelsOfStamps: { readonly [stamp: string]: string } = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  responseModel: "gen_ai.response.model",
  agent: "gen_ai.agent.name",
  tool: "gen_ai.tool.name",
  method: "mcp.method.name",
  error: "error.type",
  route: "route",
  source: "source",
  missing: "reason",
  unpriced: "reason",
  bucket: "bucket",
  kind: "kind",
  cost_source: "cost_source",
  price_table: "price_table",
  token_type: "gen_ai.token.type",
  token_modality: "gen_ai.token.modality",
};

/** The attribute of a record that holds a label of its calls; null: it is an attribute of the record's own. */
const carrierOf = (label: string): string | null => {
  const found = Object.entries(labelsOfStamps).find(([, is]) => is === label);
  return found === undefined ? null : stamps.genAI(found[0]);
};

const isAbove = (path: string, type: "IsInt" | "IsDouble"): string =>
  `${type}(${path}) and ${path} > 0${type === "IsDouble" ? ".0" : ""}`;

const tokens = (context: RecordContext, bucket: string): CallMetric => {
  const value = tokensPath(context, bucket);
  return { when: isAbove(value, "IsInt"), value, buckets: null, labels: { bucket } };
};

const costs = (context: RecordContext, bucket: CostBucket, version: string): CallMetric => {
  const value = costPath(context, bucket);
  return {
    when: isAbove(value, "IsDouble"),
    value,
    buckets: null,
    labels: { bucket, cost_source: null, ...(bucket === "unsplit" ? {} : { price_table: version }) },
  };
};

const seconds = (path: string, buckets: readonly number[], ...when: readonly string[]): CallMetric => ({
  when: allOf([...when, `IsDouble(${path})`, `${path} >= 0.0`]),
  value: path,
  buckets,
  labels: {},
});

/** Modalities are counted by few sources, so every token is of an unknown one: the partition stays complete. */
const usage = (context: RecordContext, field: Field | null, bucket: string | null): CallMetric => {
  const value = bucket === null ? fieldPath(context, field ?? "input") : tokensPath(context, bucket);
  return {
    when: allOf([`${callPath(context)} != nil`, `${fieldPath(context, "answeredBy")} == nil`, isAbove(value, "IsInt")]),
    value,
    buckets: null,
    labels: { token_modality: "unknown" },
  };
};

/** What each family adds up. */
export const callMetrics = (
  context: RecordContext,
  family: CallFamily,
  prices: string | null,
): readonly CallMetric[] => {
  const call = callPath(context);
  const fact = (name: string): string => attribute(context, stamps.genAI(name));
  const isCall = `${call} != nil`;
  const isTool = `${fact("tool_call")} != nil`;
  const one = (when: string, labels: CallMetric["labels"] = {}): CallMetric => ({
    when,
    value: "1",
    buckets: null,
    labels,
  });
  switch (family) {
    case "gen_ai_tokens":
      return ["uncached_input", "cache_read", "cache_write", "output", "reasoning"].map((bucket) =>
        tokens(context, bucket),
      );
    case "gen_ai_cost":
      return prices === null ? [] : costBuckets.map((bucket) => costs(context, bucket, prices));
    case "gen_ai_cost_saved":
      return prices !== null
        ? (["provider_cache", "gateway_cache"] as const).map((kind) => {
            const value = savedPath(context, kind);
            return { when: isAbove(value, "IsDouble"), value, buckets: null, labels: { kind } };
          })
        : [];
    case "gen_ai_requests":
      return [one(isCall)];
    case "gen_ai_unpriced":
      return prices !== null ? [one(`${unpricedPath(context)} != nil`, { unpriced: null })] : [];
    case "gen_ai_usage_missing":
      return [one(`${fact("missing")} != nil`, { missing: null })];
    case "gen_ai_duration":
      return [seconds(fact("duration"), callSeconds, isCall)];
    case "gen_ai_time_to_first_token":
      return [seconds(fieldPath(context, "firstToken"), firstTokenSeconds, isCall)];
    case "gen_ai_time_per_output_token":
      return [seconds(fact("per_token"), tokenSeconds, isCall)];
    case "gen_ai_client_token_usage":
      return (["input", "output"] as const).map((type) => ({
        ...usage(context, type, null),
        buckets: sizeOfTokens,
        labels: { token_type: type },
      }));
    case "gen_ai_usage_input_tokens":
      return [usage(context, "input", null)];
    case "gen_ai_usage_output_tokens":
      return [usage(context, "output", null)];
    case "gen_ai_usage_cache_read":
      return [usage(context, null, "cache_read")];
    case "gen_ai_usage_cache_write":
      return [usage(context, null, "cache_write")];
    case "gen_ai_usage_reasoning":
      return [usage(context, null, "reasoning")];
    case "tool_calls":
      return [one(isTool)];
    case "tool_duration":
      return [seconds(fact("duration"), toolSeconds, isTool)];
  }
};

/** Attributes of a definition, each once: those of the family, `source`, and the definition's own labels. */
export const labelAttributes = (
  labels: CallMetric["labels"],
  dimensions: readonly string[],
): { readonly key: string; readonly default_value?: string; readonly optional?: boolean }[] => {
  const keys = new Set([...dimensions, "source"].map((label) => carrierOf(label) ?? label));
  for (const stamp of Object.keys(labels)) keys.add(stamps.genAI(stamp));
  const fixed = new Map(Object.entries(labels).map(([stamp, value]) => [stamps.genAI(stamp), value]));
  return [...keys].sort().map((key) => {
    const value = fixed.get(key) ?? null;
    return value === null ? { key: configText(key), optional: true } : { key, default_value: value };
  });
};

/** Data-point statements that give every stamp which the definitions carry its label. */
export const labelStatements = (carried: ReadonlySet<string>): readonly string[] =>
  Object.entries(labelsOfStamps)
    .filter(([stamp]) => carried.has(stamps.genAI(stamp)))
    .map(([stamp, label]) => {
      const from = attribute("datapoint", stamps.genAI(stamp));
      return `set(${attribute("datapoint", label)}, ${from}) where ${from} != nil`;
    });
