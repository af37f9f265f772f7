import { type AgentMetric, agentMetrics } from "../../genai/agent-metrics.ts";
import { families } from "../../plan/families.ts";
import type { DerivedFamily, Stage } from "../../plan/types.ts";
import { allOf, anyOf, isOneOf, literally, quoted, resourceAttribute } from "../ottl.ts";
import { stamps } from "../stamps.ts";
import type { Tree } from "../tree.ts";
import { carrier } from "./derive.ts";
import { point, saidBy, stamp } from "./fold-said.ts";
import { labelStatements } from "./gen-ai-metrics.ts";

type Derive = Extract<Stage, { kind: "derive" }>;
type Group = { readonly context: string; readonly statements: readonly string[] };

const metricName = "metric.name";
const named = (name: string): string => `${metricName} == ${quoted(name)}`;

/** What a histogram's sum or count is called once it is a metric of its own. */
const wireName = ({ name, from }: AgentMetric): string => (from === "counter" ? name : `${name}_${from}`);
/** The copy of a counter of calls that counts those without a cost. */
const unpricedName = (metric: AgentMetric): string => `${wireName(metric)}.unpriced`;

/** More than any agent uses between two exports; what claims so would overflow sums. */
const most = "1000000000000";
const longestLabel = 128;

/** Agents' metrics that the families of a stage are folded from. */
export const folded = (stage: Derive): readonly AgentMetric[] =>
  agentMetrics.filter(({ counts }) => stage.families.some(({ family }) => family === counts.family));

const isAgents = ({ name, from, service }: AgentMetric): string =>
  allOf([
    named(name),
    from === "counter"
      ? "metric.type == METRIC_DATA_TYPE_SUM and metric.is_monotonic == true"
      : "metric.type == METRIC_DATA_TYPE_HISTOGRAM",
    ...(service === null
      ? []
      : [
          `IsString(${resourceAttribute("service.name")}) and IsMatch(${resourceAttribute("service.name")}, ${quoted(service)})`,
        ]),
  ]);

/** Drops everything that is no agent's metric. */
export const agentFilter = (stage: Derive): Tree => ({
  error_mode: "ignore",
  metric_conditions: [`not (${anyOf(folded(stage).map(isAgents))})`],
});

/** Sums and counts of histograms as counters; copies of what has to count twice. */
export const agentSums = (stage: Derive): Tree => ({
  error_mode: "ignore",
  metric_statements: [
    {
      context: "metric",
      statements: folded(stage).flatMap((metric) => [
        ...(metric.from === "counter"
          ? []
          : [
              `extract_${metric.from}_metric(true) where ${named(metric.name)} and metric.type == METRIC_DATA_TYPE_HISTOGRAM`,
            ]),
      ]),
    },
    {
      context: "metric",
      statements: folded(stage).flatMap((metric) =>
        metric.counts.family === "gen_ai_requests" && familyOf(stage, "gen_ai_unpriced") !== undefined
          ? [`copy_metric(name=${quoted(unpricedName(metric))}) where ${named(wireName(metric))}`]
          : [],
      ),
    },
  ].filter(({ statements }) => statements.length > 0),
});

export const histogramFilter: Tree = {
  error_mode: "ignore",
  metric_conditions: ["metric.type == METRIC_DATA_TYPE_HISTOGRAM"],
};

const familyOf = (stage: Derive, family: DerivedFamily["family"]): DerivedFamily | undefined =>
  stage.families.find((candidate) => candidate.family === family);

/** The metrics that end in a family, under the names they have until then. */
const namesOf = (stage: Derive, family: DerivedFamily["family"]): readonly string[] =>
  family === "gen_ai_unpriced"
    ? folded(stage).flatMap((metric) => (metric.counts.family === "gen_ai_requests" ? [unpricedName(metric)] : []))
    : folded(stage).flatMap((metric) => (metric.counts.family === family ? [wireName(metric)] : []));

/** What points say, each fact in one statement for all metrics that say it alike. */
const readStatements = (stage: Derive): readonly string[] => {
  const all = folded(stage).flatMap((metric) => saidBy(metric).map((said) => ({ metric, said })));
  const alike = Map.groupBy(all, ({ said }) => JSON.stringify(said));
  const labels = ["provider", "requestModel", "responseModel", "error"].map(stamp);
  return [
    `delete_matching_keys(datapoint.attributes, ${quoted("^otel_policy\\.")})`,
    `set(${stamp("source")}, "client-metrics")`,
    ...[...alike.values()].flatMap((group) => {
      const said = group[0]?.said;
      const names = group.flatMap(({ metric }) =>
        metric.counts.family === "gen_ai_requests" ? [wireName(metric), unpricedName(metric)] : [wireName(metric)],
      );
      return said === undefined
        ? []
        : [`set(${stamp(said.name)}, ${said.value}) where ${allOf([isOneOf(metricName, names), ...said.when])}`];
    }),
    ...labels.map((label) => `set(${label}, "other") where IsString(${label}) and Len(${label}) > ${longestLabel}`),
  ];
};

/** Dimensions of a family, from the point or its resource; then nothing stays but what becomes a label. */
const dimensionStatements = (stage: Derive, { family, added }: DerivedFamily): readonly string[] => {
  const names = namesOf(stage, family);
  if (names.length === 0) return [];
  const carriers = added.flatMap(({ from }) => (from.kind === "attribute" ? [carrier(from)] : []));
  const kept = ["otel_policy\\..*", ...carriers.map(literally)].join("|");
  return [
    ...carriers.map(
      (key) =>
        `set(${point(key)}, ${resourceAttribute(key)}) where (${isOneOf(metricName, names)}) and ${point(key)} == nil and ${resourceAttribute(key)} != nil`,
    ),
    `keep_matching_keys(datapoint.attributes, ${quoted(`^(?:${kept})$`)}) where ${isOneOf(metricName, names)}`,
  ];
};

/** Tokens and calls are whole numbers, whatever number type an agent writes them as; amounts are not. */
const typeStatements = (stage: Derive): readonly string[] => {
  const amounts = namesOf(stage, "gen_ai_cost");
  const whole = `datapoint.value_int == 0 and datapoint.value_double > 0.0 and datapoint.value_double < ${most}.0`;
  return [
    "set(datapoint.start_time_unix_nano, 0)",
    `set(datapoint.value_int, Int(datapoint.value_double)) where ${allOf([...(amounts.length === 0 ? [] : [`not (${isOneOf(metricName, amounts)})`]), whole])}`,
    ...(amounts.length === 0
      ? []
      : [
          `set(datapoint.value_double, Double(datapoint.value_int)) where (${isOneOf(metricName, amounts)}) and datapoint.value_int > 0`,
        ]),
  ];
};

const partsOf = resourceAttribute(stamps.said("parts"));
const key = stamp("key");

/** Where the tokens of some types lie within another's, the other keeps the rest: buckets are disjoint. */
const withinGroups = (stage: Derive): readonly Group[] => {
  const inclusive = folded(stage).flatMap((metric) =>
    metric.counts.family === "gen_ai_tokens" && metric.counts.within.length > 0
      ? [{ metric, counts: metric.counts }]
      : [],
  );
  if (inclusive.length === 0) return [];
  const names = isOneOf(
    metricName,
    inclusive.map(({ metric }) => wireName(metric)),
  );
  const carriers = (familyOf(stage, "gen_ai_tokens")?.added ?? []).flatMap(({ from }) =>
    from.kind === "attribute" ? [point(carrier(from))] : [],
  );
  const identity = [stamp("provider"), stamp("requestModel"), stamp("responseModel"), ...carriers].join(", ");
  return [
    {
      context: "datapoint",
      statements: [`set(${key}, Concat(["", ${identity}], "|")) where ${names}`],
    },
    // Deltas by now, so that points of equal labels add up.
    { context: "metric", statements: [`aggregate_on_attributes("sum") where ${names}`] },
    {
      context: "datapoint",
      statements: inclusive.flatMap(({ metric, counts }) => {
        const buckets = counts.within.flatMap((type) => counts.buckets[type] ?? []);
        const isPart = `${named(wireName(metric))} and (${anyOf(buckets.map((bucket) => `${stamp("bucket")} == ${quoted(bucket)}`))})`;
        return [
          `set(${partsOf}, {}) where ${partsOf} == nil and ${isPart}`,
          `set(${partsOf}[${key}], 0) where ${isPart} and ${partsOf}[${key}] == nil`,
          `set(${partsOf}[${key}], ${partsOf}[${key}] + datapoint.value_int) where ${isPart}`,
        ];
      }),
    },
    {
      context: "datapoint",
      statements: inclusive.flatMap(({ metric, counts }) => {
        const [whole] = Object.values(counts.buckets);
        return whole === undefined
          ? []
          : [
              `set(datapoint.value_int, datapoint.value_int - ${partsOf}[${key}]) where ${named(wireName(metric))} and ${stamp("bucket")} == ${quoted(whole)} and ${partsOf} != nil and ${partsOf}[${key}] != nil and datapoint.value_int >= ${partsOf}[${key}]`,
            ];
      }),
    },
  ];
};

/** Points of agents' metrics, deltas by now, in the words of the families they end in. */
export const agentWords = (stage: Derive): Tree => ({
  error_mode: "ignore",
  metric_statements: [
    {
      context: "datapoint",
      statements: [
        ...readStatements(stage),
        ...stage.families.flatMap((family) => dimensionStatements(stage, family)),
        ...typeStatements(stage),
      ],
    },
    ...withinGroups(stage),
  ],
});

/** Points that add nothing, or say a type of tokens that is a sum of others. */
export const emptyFilter = (stage: Derive): Tree => {
  const tokens = namesOf(stage, "gen_ai_tokens");
  const unpriced = familyOf(stage, "gen_ai_unpriced") === undefined ? [] : namesOf(stage, "gen_ai_unpriced");
  return {
    error_mode: "ignore",
    metric_conditions: [
      `not ((datapoint.value_int > 0 and datapoint.value_int < ${most}) or (datapoint.value_double > 0.0 and datapoint.value_double < ${most}.0))`,
      ...(tokens.length === 0 ? [] : [`${stamp("bucket")} == nil and (${isOneOf(metricName, tokens)})`]),
      ...(unpriced.length === 0 ? [] : [`${stamp("error")} != nil and (${isOneOf(metricName, unpriced)})`]),
    ],
  };
};

/** Final names and labels; what the derived families of other signals have beyond this follows. */
export const agentNames = (stage: Derive): readonly Group[] => {
  const known = stage.families.flatMap(({ family }) => {
    const definition = families.find((candidate) => candidate.family === family);
    const names = namesOf(stage, family);
    return definition === undefined || names.length === 0 ? [] : [{ definition, family, names }];
  });
  const labels = stage.families.flatMap(({ family, defaults }) => {
    const names = namesOf(stage, family);
    const removed = ["gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model", "error.type"].filter(
      (label) => !defaults.includes(label),
    );
    return names.length === 0
      ? []
      : removed.map(
          (label) => `delete_key(datapoint.attributes, ${quoted(label)}) where ${isOneOf(metricName, names)}`,
        );
  });
  const stampsRead = [
    "source",
    "provider",
    "requestModel",
    "responseModel",
    "bucket",
    "cost_source",
    "error",
    "unpriced",
  ];
  const unpriced = namesOf(stage, "gen_ai_unpriced");
  return [
    {
      context: "datapoint",
      statements: [
        ...(unpriced.length === 0
          ? []
          : [`set(${stamp("unpriced")}, "metrics_only") where ${isOneOf(metricName, unpriced)}`]),
        ...labelStatements(new Set(stampsRead.map(stamps.genAI))),
        ...labels,
      ],
    },
    {
      context: "metric",
      // Names last: until then they say where a metric came from.
      statements: known.flatMap(({ definition, names }) => [
        `set(metric.unit, ${quoted(definition.unit)}) where ${isOneOf(metricName, names)}`,
        `set(metric.description, ${quoted(definition.description)}) where ${isOneOf(metricName, names)}`,
        `set(metric.name, ${quoted(definition.name)}) where ${isOneOf(metricName, names)}`,
      ]),
    },
  ];
};
