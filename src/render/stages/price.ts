import type { PriceForm } from "../../genai/price-form.ts";
import { attribute, quoted, type RecordContext } from "../ottl.ts";
import { stamps } from "../stamps.ts";
import { callPath, tokensPath } from "./gen-ai-call.ts";
import { fieldPath, type Group } from "./gen-ai-names.ts";
import { lookupGroups, rowPath } from "./price-lookup.ts";
import { boundOf, isSetApart, rateOf } from "./price-rates.ts";
import { serviceTierGroup } from "./service-tier.ts";

/** Parts of a call's cost, disjoint: tokens by bucket, a price per call, or all of what somebody else stated. */
export const costBuckets = ["uncached_input", "cache_read", "cache_write", "output", "request", "unsplit"] as const;
export type CostBucket = (typeof costBuckets)[number];

export const costPath = (context: RecordContext, bucket: CostBucket): string =>
  attribute(context, stamps.genAI(`cost.${bucket}`));
export const savedPath = (context: RecordContext, by: "provider_cache" | "gateway_cache"): string =>
  attribute(context, stamps.genAI(`saved.${by}`));
const costSourcePath = (context: RecordContext): string => attribute(context, stamps.genAI("cost_source"));

/** Counts that may be priced apart: where they are counted already, what else is part of them, and the rate that holds there. */
const parts = [
  { field: "cacheWrite1h", bucket: "cache_write", of: "cacheWrite", but: null },
  { field: "inputAudio", bucket: "uncached_input", of: "input", but: "cacheAudioRead" },
  { field: "inputImage", bucket: "uncached_input", of: "input", but: "cacheImageRead" },
  { field: "inputVideo", bucket: "uncached_input", of: "input", but: null },
  { field: "cacheAudioRead", bucket: "cache_read", of: "cacheRead", but: null },
  { field: "cacheImageRead", bucket: "cache_read", of: "cacheRead", but: null },
  { field: "outputAudio", bucket: "output", of: "output", but: null },
  { field: "outputImage", bucket: "output", of: "output", but: null },
  { field: "outputVideo", bucket: "output", of: "output", but: null },
  { field: "reasoning", bucket: "output", of: "output", but: null },
] as const;

const million = "1000000.0";

/** Rates of the row, in the tier that the call's input puts it in, times the buckets. */
const costGroup = (context: RecordContext, form: PriceForm): Group => {
  const row = rowPath(context);
  const [here, input] = [`${context}.cache["row"]`, fieldPath(context, "input")];
  const rate = (kind: string): string => `${context}.cache[${quoted(kind)}]`;
  const kinds = ["input", "cacheRead", "cacheWrite", "output"] as const;
  const cost = (bucket: Exclude<CostBucket, "request" | "unsplit">, kind: (typeof kinds)[number]): string => {
    const tokens = tokensPath(context, bucket);
    return `set(${costPath(context, bucket)}, ${tokens} * ${rate(kind)} / ${million}) where ${tokens} != nil`;
  };
  const { from, to } = form.tiered;
  const tier = `set(${here}, ${here} + 1) where ${input} != nil and ${here} >= ${from} and ${here} < ${to} and ${input} > ${boundOf(form, here)}`;
  const read = tokensPath(context, "cache_read");
  return {
    context,
    conditions: [`${row} != nil and ${row} >= 0`],
    statements: [
      `set(${here}, ${row})`,
      ...Array.from({ length: form.mostTiers }, () => tier),
      `set(${row}, ${here})`,
      ...kinds.map((kind) => `set(${rate(kind)}, ${rateOf(form, kind, 0, here)})`),
      cost("uncached_input", "input"),
      cost("cache_read", "cacheRead"),
      cost("cache_write", "cacheWrite"),
      cost("output", "output"),
      `set(${savedPath(context, "provider_cache")}, ${read} * (${rate("input")} - ${rate("cacheRead")}) / ${million}) where ${read} != nil and ${rate("input")} > ${rate("cacheRead")}`,
      `set(${costSourcePath(context)}, "estimated")`,
    ],
  };
};

/** Corrections for tokens that the row prices apart, and its price per call. */
const partGroup = (context: RecordContext, form: PriceForm): readonly Group[] => {
  if (form.parted >= form.rows.length) return [];
  const row = rowPath(context);
  const { parted } = form;
  const lines = parts.flatMap(({ field, bucket, of, but }) => {
    if (!isSetApart(form, field, of)) return [];
    const count = fieldPath(context, field);
    const all = tokensPath(context, bucket);
    const cost = costPath(context, bucket);
    const less = but === null ? null : fieldPath(context, but);
    const difference = `(${rateOf(form, field, parted, row)} - ${rateOf(form, of, parted, row)}) / ${million}`;
    const line = (counted: string, when: string): string =>
      `set(${cost}, ${cost} + ${counted} * ${difference}) where ${cost} != nil and ${count} != nil and ${when}`;
    if (less === null) return [line(count, `${count} <= ${all}`)];
    return [
      line(count, `${less} == nil and ${count} <= ${all}`),
      line(`(${count} - ${less})`, `${less} != nil and ${count} >= ${less} and ${count} - ${less} <= ${all}`),
    ];
  });
  const perCall = isSetApart(form, "perCall", null)
    ? [`set(${costPath(context, "request")}, ${rateOf(form, "perCall", parted, row)})`]
    : [];
  return [
    {
      context,
      conditions: [`${row} != nil and ${row} >= ${parted}`],
      statements: [...lines, ...perCall, ...searches(context, form)],
    },
  ];
};

/** Searches that the provider did for the answer, beside its price per call. */
const searches = (context: RecordContext, form: PriceForm): readonly string[] => {
  if (!isSetApart(form, "perWebSearch", null)) return [];
  const [count, cost] = [fieldPath(context, "webSearches"), costPath(context, "request")];
  return [
    `set(${cost}, 0.0) where ${count} != nil and ${cost} == nil`,
    `set(${cost}, ${cost} + ${count} * ${rateOf(form, "perWebSearch", form.parted, rowPath(context))}) where ${count} != nil`,
  ];
};

/** A cost that the provider or a gateway states is believed as a whole. */
const reportedGroup = (context: RecordContext): Group => {
  const cost = fieldPath(context, "cost");
  const currency = fieldPath(context, "currency");
  return {
    context,
    conditions: [`${callPath(context)} != nil and ${cost} != nil`],
    statements: [
      `delete_key(${context}.attributes, ${quoted(stamps.genAI("cost"))}) where ${currency} != nil and ${currency} != "USD"`,
      `set(${costPath(context, "unsplit")}, ${cost}) where ${cost} != nil`,
      `set(${costSourcePath(context)}, "reported") where ${cost} != nil`,
    ],
  };
};

/** What a gateway answered from a cache of its own reached no provider: no tokens, no cost, all of it saved. */
const answeredGroup = (context: RecordContext, priced: boolean): Group => {
  const saved = savedPath(context, "gateway_cache");
  const sum = costBuckets.map((bucket) => {
    const cost = costPath(context, bucket);
    return `set(${saved}, ${saved} + ${cost}) where ${cost} != nil`;
  });
  const gone = quoted("^otel_policy\\.(?:tokens\\.|gen_ai\\.(?:cost\\.|saved\\.provider_cache|unpriced|missing))");
  return {
    context,
    conditions: [`${callPath(context)} != nil and ${fieldPath(context, "answeredBy")} == "hit"`],
    statements: [
      ...(priced ? [`set(${saved}, 0.0)`, ...sum] : []),
      `delete_matching_keys(${context}.attributes, ${gone})`,
    ],
  };
};

/** What a service tier makes cheaper or dearer: all of an estimate. */
const amounts = (context: RecordContext): readonly string[] => [
  ...costBuckets.filter((bucket) => bucket !== "unsplit").map((bucket) => costPath(context, bucket)),
  savedPath(context, "provider_cache"),
];

/** Everything between counted tokens and the parts of a cost; without prices, only what a gateway's cache saved from being counted. */
export const priceGroups = (context: RecordContext, form: PriceForm | null): readonly Group[] => [
  ...(form === null
    ? []
    : [
        reportedGroup(context),
        ...lookupGroups(context, form),
        costGroup(context, form),
        ...partGroup(context, form),
        serviceTierGroup(context, form, amounts(context)),
      ]),
  answeredGroup(context, form !== null),
];
