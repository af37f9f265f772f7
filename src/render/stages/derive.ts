import type { RequestRecord, Signal } from "../../dataplane/profile.ts";
import { openDimensions } from "../../plan/caps.ts";
import { durationBuckets, families, sizeBuckets } from "../../plan/families.ts";
import type { FamilyDefinition } from "../../plan/family.ts";
import { genAIFamilies } from "../../plan/gen-ai-families.ts";
import type { CallFamily, DerivedFamily, Stage, ValueFrom } from "../../plan/types.ts";
import { type ClassScope, fieldOf, rowValue } from "../class-scope.ts";
import { shared } from "../lookup.ts";
import { attribute, configText, patternOf, quoted, type RecordContext, resourceAttribute } from "../ottl.ts";
import { stamps } from "../stamps.ts";
import { type Tree, traced } from "../tree.ts";
import { capStatements, capsNeedPolicy, longestValue } from "./cap.ts";
import { callMetrics, labelAttributes, labelStatements } from "./gen-ai-metrics.ts";

type Derive = Extract<Stage, { kind: "derive" }>;

/** Row fields that name the target on every derived series. */
const targetFields = ["gateway.name", "gateway.namespace", "namespace"] as const;

/** Key under which a dimension travels until the metric is finished; header values are private, attributes are their own. */
export const carrier = (from: Exclude<ValueFrom, { kind: "row" }>): string =>
  from.kind === "header" ? stamps.header(from.name) : from.key;

/** Row data that differs between the targets of the class; what is equal is written where it is needed. */
const rowStampsOf = (scope: ClassScope, stage: Derive): readonly string[] =>
  [
    ...targetFields,
    ...stage.families.flatMap((family) =>
      family.added.flatMap(({ from }) => (from.kind === "row" ? [from.field] : [])),
    ),
    ...(capsNeedPolicy(scope, openKeys(stage)) ? ["policy"] : []),
    // Conditions of request records ask whether the target is a namespace.
  ].filter((field) => field === "namespace" || shared(scope.rows, fieldOf(field)) === null);

const openKeys = (stage: Derive): ReadonlySet<string> => new Set(stage.families.flatMap(openDimensions));

/** Row data that derived metrics read from the resource; literals cannot be inlined into a connector. */
export const needForDerive = (scope: ClassScope, stage: Derive): void => {
  for (const field of rowStampsOf(scope, stage)) scope.needed.add(field);
};

/** Records of this signal that stand for a request, or null when no chosen profile counts requests here. */
const requestCondition = (scope: ClassScope, signal: Signal): string | null => {
  const counting = scope.plan.profiles.flatMap(({ name, requestRecord }) =>
    requestRecord?.signal === signal ? [{ name, apart: apartFromOthers(requestRecord) }] : [],
  );
  if (counting.length === 0) return null;
  const base =
    signal === "traces" ? "span.kind == SPAN_KIND_SERVER" : `${attribute("log", "http.request.method")} != nil`;
  const isVia = (name: string): string => `${resourceAttribute(stamps.via)} == ${quoted(name)}`;
  const [first] = counting;
  // Where one profile is chosen, or all count alike, there is nothing to tell apart.
  if (counting.length === scope.plan.profiles.length && counting.every(({ apart }) => apart === first?.apart))
    return first === undefined || first.apart === "" ? base : `${base} and ${first.apart}`;
  const each = counting.map(({ name, apart }) => (apart === "" ? isVia(name) : `(${isVia(name)} and ${apart})`));
  return `${base} and (${each.join(" or ")})`;
};

/** Condition that tells the request record of a profile from others that describe the same request; "" where there are none. */
const apartFromOthers = (requestRecord: RequestRecord): string => {
  if (requestRecord.signal === "traces") {
    const names = (requestRecord.named ?? []).map((name) => `span.name == ${quoted(name)}`);
    return names.length === 0 ? "" : `(${names.join(" or ")})`;
  }
  const not = (requestRecord.not ?? []).map((duplicate) => {
    const key = attribute("log", duplicate.key);
    if ("is" in duplicate) return `not IsMatch(${key}, ${patternOf(duplicate.is)})`;
    const mesh = `${resourceAttribute(stamps.row("namespace"))} != ""`;
    return `not (IsString(${key}) and HasPrefix(${key}, ${quoted(duplicate.startsWith)}) and ${mesh})`;
  });
  return not.join(" and ");
};

const attributesOf = (family: DerivedFamily): Tree[] =>
  [
    ...new Set([
      ...family.defaults,
      ...family.added.flatMap(({ from }) => (from.kind === "row" ? [] : [carrier(from)])),
    ]),
  ]
    .sort()
    .map((key) => ({ key: configText(key), optional: true }));

const seconds = (context: RecordContext): { readonly value: string; readonly guard: string } =>
  context === "span"
    ? {
        value: "Seconds(span.end_time - span.start_time)",
        guard: "span.end_time_unix_nano >= span.start_time_unix_nano",
      }
    : {
        value: attribute("log", "http.server.request.duration"),
        guard: `IsDouble(${attribute("log", "http.server.request.duration")}) and ${attribute("log", "http.server.request.duration")} >= 0.0`,
      };

const bytes = (context: RecordContext, key: string): { readonly value: string; readonly guard: string } => {
  const path = attribute(context, key);
  return { value: `Double(${path})`, guard: `IsInt(${path}) and ${path} >= 0` };
};

/** Definitions of one family for the connector. Guards come first: one unfit value must never reject a batch. */
const definitions = (
  scope: ClassScope,
  signal: Signal,
  family: DerivedFamily,
  definition: FamilyDefinition,
  resource: readonly Tree[],
): readonly Tree[] => {
  const context = signal === "traces" ? "span" : "log";
  const common = {
    name: definition.name,
    description: definition.description,
    unit: definition.unit,
    include_resource_attributes: resource,
  };
  const metric = (
    condition: string,
    rest: { readonly [key: string]: Tree },
    attributes: Tree[] = attributesOf(family),
  ): Tree =>
    traced(family.origin, {
      ...common,
      conditions: [condition],
      ...(attributes.length === 0 ? {} : { attributes }),
      ...rest,
    });
  if (isCallFamily(family.family)) {
    return callMetrics(context, family.family, versionOf(scope)).map(({ when, value, buckets, labels }) =>
      metric(
        when,
        buckets === null ? { sum: { value, monotonic: true } } : { histogram: { buckets, value, count: "1" } },
        labelAttributes(labels, [
          ...family.defaults,
          ...family.added.flatMap(({ from }) => (from.kind === "row" ? [] : [carrier(from)])),
        ]),
      ),
    );
  }
  const request = requestCondition(scope, signal);
  if (request === null) return [];
  const histogram = (
    { value, guard }: { readonly value: string; readonly guard: string },
    buckets: readonly number[],
  ): readonly Tree[] => [metric(`${request} and ${guard}`, { histogram: { buckets, value, count: "1" } })];
  switch (family.family) {
    case "request_count":
      return [metric(request, { sum: { value: "1", monotonic: true } })];
    case "request_duration":
      return histogram(seconds(context), durationBuckets);
    case "request_size":
      return histogram(bytes(context, "http.request.body.size"), sizeBuckets);
    case "response_size":
      return histogram(bytes(context, "http.response.body.size"), sizeBuckets);
  }
};

const isCallFamily = (family: DerivedFamily["family"]): family is CallFamily =>
  genAIFamilies.some((definition) => definition.family === family);

/** Version of the prices that a class looks up; null where it looks up none. */
const versionOf = ({ plan, policyClass }: ClassScope): string | null => {
  const stage = policyClass.stages.find((other) => other.kind === "genAI");
  return stage === undefined || stage.prices === null ? null : (plan.prices?.[0]?.form.version ?? null);
};

const definitionOf = (family: DerivedFamily): FamilyDefinition => {
  const found = families.find(({ family: name }) => name === family.family);
  if (found === undefined) throw new Error(`family ${family.family} has no definition`);
  return found;
};

/** The connector that turns records of a class into delta metrics, or null when nothing is derived from this signal. */
export const deriveConnector = (scope: ClassScope, stage: Derive): Tree | null => {
  const { signal } = scope.policyClass;
  // An empty list would keep every attribute of the resource.
  const resource: Tree[] = [stamps.target, ...rowStampsOf(scope, stage).map(stamps.row)].map((key) => ({
    key,
    optional: true,
  }));
  const all = stage.families.flatMap((family) => definitions(scope, signal, family, definitionOf(family), resource));
  if (all.length === 0) return null;
  return signal === "traces" ? { error_mode: "ignore", spans: all } : { error_mode: "ignore", logs: all };
};

/** Attributes of the connector's data points that stand for labels of calls. */
const carriedBy = (scope: ClassScope, stage: Derive): ReadonlySet<string> => {
  if (scope.context === "datapoint") return new Set();
  const context = scope.context;
  const keys = stage.families.flatMap((family) =>
    isCallFamily(family.family)
      ? callMetrics(context, family.family, versionOf(scope)).flatMap(({ labels }) =>
          labelAttributes(labels, family.defaults),
        )
      : [],
  );
  return new Set(keys.map(({ key }) => key));
};

/** Data-point statements that give derived series their final labels and take every stamp away. */
export const derivedStatements = (scope: ClassScope, stage: Derive): readonly Tree[] => {
  const point = (key: string): string => attribute("datapoint", key);
  const copy = (key: string, field: string): readonly string[] => {
    const constant = shared(scope.rows, fieldOf(field));
    if (constant !== null) return constant === "" ? [] : [`set(${point(key)}, ${quoted(constant)})`];
    const from = resourceAttribute(stamps.row(field));
    return [`set(${point(key)}, ${from}) where ${from} != nil and ${from} != ""`];
  };
  const lines: Tree[] = [
    ...copy("k8s.gateway.name", "gateway.name"),
    ...copy("k8s.gateway.namespace", "gateway.namespace"),
    ...copy("k8s.namespace.name", "namespace"),
    ...labelStatements(carriedBy(scope, stage)),
  ];
  const leftovers = new Set<string>();
  for (const family of stage.families) {
    const name = `metric.name == ${quoted(definitionOf(family).name)}`;
    for (const { key, from } of family.added) {
      if (from.kind === "row") {
        lines.push(
          traced(
            family.origin,
            `set(${point(key)}, ${rowValue({ ...scope, context: "datapoint" }, from)}) where ${name}`,
          ),
        );
        continue;
      }
      lines.push(
        traced(
          family.origin,
          `set(${point(key)}, ${point(carrier(from))}) where ${name} and ${point(carrier(from))} != nil`,
        ),
      );
      if (from.kind === "attribute" && from.key !== key && !family.defaults.includes(from.key))
        leftovers.add(`delete_key(datapoint.attributes, ${quoted(from.key)}) where ${name}`);
    }
  }
  return [...lines, ...leftovers, ...tooLong(stage), ...capStatements(scope, openKeys(stage))];
};

/** What a caller may write at any length is no name. Labels of calls were cut before. */
const tooLong = (stage: Derive): readonly string[] => {
  const added = stage.families.flatMap((family) =>
    family.added.flatMap(({ key, from }) => (from.kind === "row" ? [] : [key])),
  );
  return [...new Set(added)].map((key) => {
    const path = attribute("datapoint", key);
    return `set(${path}, "other") where IsString(${path}) and Len(${path}) > ${longestValue}`;
  });
};
