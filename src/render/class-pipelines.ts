import { tracestateThreshold } from "../plan/threshold.ts";
import type { PolicyClass, Stage, StageKind } from "../plan/types.ts";
import { add, pipe } from "./assembly.ts";
import { type ClassScope, fieldOf } from "./class-scope.ts";
import { hasOpenDimensions, valuesConnector } from "./dimension-values.ts";
import { flowConnector } from "./flow.ts";
import { lookup } from "./lookup.ts";
import { normaliseGroups } from "./normalise.ts";
import { quoted, resourceAttribute } from "./ottl.ts";
import { redactEvents, redactNested, redactStatements } from "./redact.ts";
import { deriveConnector, derivedStatements, needForDerive } from "./stages/derive.ts";
import { fieldsStatements, formatStatements } from "./stages/fields.ts";
import { agentFilter, agentNames, agentSums, agentWords, emptyFilter, histogramFilter } from "./stages/fold.ts";
import { callProcessor } from "./stages/gen-ai.ts";
import { keepFilter, keepInputs } from "./stages/keep.ts";
import { localTraceSampler, markTarget, surelyDropped, surelyKept, unmarkTarget } from "./stages/local-trace.ts";
import { sampleFilter, thresholdStatements } from "./stages/sample.ts";
import { setStatements } from "./stages/set.ts";
import { viewProcessors } from "./stages/view.ts";
import { stamps } from "./stamps.ts";
import { type Tree, traced } from "./tree.ts";

export const classPipeline = (policyClass: PolicyClass): string =>
  `${policyClass.signal}/otel_policy_${policyClass.id}`;

const find = <K extends StageKind>(policyClass: PolicyClass, kind: K): Extract<Stage, { kind: K }> | null =>
  policyClass.stages.find((stage): stage is Extract<Stage, { kind: K }> => stage.kind === kind) ?? null;

const statementsKey = { traces: "trace_statements", logs: "log_statements", metrics: "metric_statements" } as const;

const group = (context: string, statements: readonly Tree[]): readonly Tree[] =>
  statements.length === 0 ? [] : [{ context, statements }];

/** Value of a stamped row field; a field that ends in `.th` is the tracestate form of the threshold before it. */
const stampedValue =
  (field: string) =>
  (row: Parameters<ReturnType<typeof fieldOf>>[0]): string =>
    field.endsWith(".th") ? tracestateThreshold(fieldOf(field.slice(0, -3))(row)) : fieldOf(field)(row);

/** Canonical names and types: the same for every class of a signal, so one definition serves them all. */
const normaliser = (scope: ClassScope): readonly string[] => {
  const { assembly, context, plan, policyClass } = scope;
  if (context === "datapoint" || find(policyClass, "normalise") === null) return [];
  const body = {
    error_mode: "ignore",
    [statementsKey[policyClass.signal]]: normaliseGroups(plan, context),
  };
  const id = `transform/otel_policy_normalise_${policyClass.signal}`;
  return [add(assembly, "processors", id, traced({ kind: "default", rule: "normalise" }, body))];
};

/** Before any record can leave: canonical names, redaction, attributes. Row data is stamped on the resource first. */
const head = (scope: ClassScope): Tree => {
  const { policyClass, context } = scope;
  const redact = find(policyClass, "redact");
  const record: Tree[] = [];
  const resource: Tree[] = [];
  for (const stage of policyClass.stages) {
    switch (stage.kind) {
      case "redact":
        record.push(
          ...redactStatements(context, stage.keepsContent === true).map((line) =>
            traced(stage.origin ?? { kind: "default", rule: "redact" }, line),
          ),
        );
        break;
      case "set": {
        const statements = setStatements(scope, stage);
        resource.push(...statements.resource);
        record.push(...statements.record);
        break;
      }
      default:
        break;
    }
  }
  const rows = [...scope.needed]
    .sort()
    .flatMap((field) =>
      lookup(stamps.row(field), scope.rows, stampedValue(field), scope.totalRows).map((line) =>
        traced({ kind: "default", rule: `row data ${field}` }, line),
      ),
    );
  return {
    error_mode: "ignore",
    [statementsKey[policyClass.signal]]: [
      ...group("resource", [...rows, ...resource]),
      ...group(context, record),
      ...(context === "log" && redact !== null && redact.keepsContent !== true ? [redactNested] : []),
      ...group("spanevent", context === "span" && redact !== null ? redactEvents(redact.keepsContent === true) : []),
    ],
  };
};

/** After the last decision: fields, line, and every stamp taken away. */
const tail = (scope: ClassScope): Tree => {
  const { policyClass, context } = scope;
  const fields = find(policyClass, "fields");
  const format = find(policyClass, "format");
  const record: Tree[] = [];
  if (fields !== null) record.push(...fieldsStatements(fields));
  else if (context !== "datapoint")
    record.push(`delete_matching_keys(${context}.attributes, ${quoted("^otel_policy\\.")})`);
  if (format !== null) record.push(...formatStatements(format, fields?.fields ?? null));
  const resource = [`delete_matching_keys(resource.attributes, ${quoted("^otel_policy\\.")})`];
  // The record part first: it may still read row data.
  return {
    error_mode: "ignore",
    [statementsKey[policyClass.signal]]: [...group(context, record), ...group("resource", resource)],
  };
};

/** A scope would put three `otel_scope_*` labels on every series. */
const blankScope: Tree = { context: "scope", statements: ['set(scope.name, "")', 'set(scope.version, "")'] };

/** Where derived metrics begin: what feeds them, and what has to happen before they get their labels. */
type Beginning = {
  readonly connector: string;
  readonly processors: readonly string[];
  readonly groups: readonly Tree[];
};

const countedRecords = (scope: ClassScope, stage: Extract<Stage, { kind: "derive" }>): Beginning | null => {
  const { assembly, policyClass, names } = scope;
  const body = deriveConnector(scope, stage);
  if (body === null) return null;
  const id = `${names.signalToMetrics}/otel_policy_${policyClass.id}`;
  return { connector: add(assembly, "connectors", id, body), processors: [], groups: [] };
};

/** Counters of coding agents: as deltas, so that points of many processes can be added up under fewer labels. */
const foldedMetrics = (scope: ClassScope, stage: Extract<Stage, { kind: "derive" }>): Beginning => {
  const { assembly, policyClass, names } = scope;
  const named = (kind: string, step: string, body: Tree): string =>
    add(assembly, "processors", `${kind}/otel_policy_${policyClass.id}_${step}`, body);
  return {
    connector: add(assembly, "connectors", `forward/otel_policy_${policyClass.id}_fold`, {}),
    processors: [
      named("filter", "agents", agentFilter(stage)),
      named("transform", "sums", agentSums(stage)),
      named("filter", "histograms", histogramFilter),
      // A process that began before this Collector did counts from its second export on: what it said first was counted before, or never.
      named(names.cumulativeToDelta, "deltas", { initial_value: "auto", max_staleness: "24h" }),
      named("transform", "words", agentWords(stage)),
      named("filter", "empty", emptyFilter(stage)),
    ],
    groups: agentNames(stage),
  };
};

const addDerived = (scope: ClassScope, stage: Extract<Stage, { kind: "derive" }>): string | null => {
  const { assembly, policyClass, names } = scope;
  const source = policyClass.signal === "metrics" ? foldedMetrics(scope, stage) : countedRecords(scope, stage);
  if (source === null) return null;
  const { connector, processors, groups } = source;
  const processor = add(assembly, "processors", `transform/otel_policy_${policyClass.id}_derived`, {
    error_mode: "ignore",
    metric_statements: [
      ...groups,
      {
        context: "datapoint",
        statements: [
          ...derivedStatements(scope, stage),
          `delete_matching_keys(datapoint.attributes, ${quoted("^otel_policy\\.")})`,
        ],
      },
      blankScope,
      // Target names are labels now; a resource would only add a target_info series.
      {
        context: "resource",
        statements: [
          "keep_keys(resource.attributes, [])",
          ...stage.sinks.map((sink) => `set(${resourceAttribute(stamps.back)}, ${quoted(sink)})`),
        ],
      },
    ],
  });
  pipe(assembly, `metrics/otel_policy_${policyClass.id}_derived`, {
    receivers: [connector],
    processors: [...processors, processor],
    exporters: [
      ...stage.sinks.flatMap((sink) => scope.exportersOf(sink, "derived")),
      ...(scope.flow && hasOpenDimensions(stage) ? [valuesConnector(names)] : []),
    ],
  });
  return connector;
};

/** The pipelines of one class, from the router to its sinks. */
export const addClass = (scope: ClassScope, router: string): void => {
  const { assembly, policyClass, names, flow } = scope;
  const { id, signal } = policyClass;
  const entry = classPipeline(policyClass);
  const derive = find(policyClass, "derive");
  if (derive !== null) needForDerive(scope, derive);
  if (flow) scope.needed.add("policy");
  const exporting = find(policyClass, "export");
  const sample = find(policyClass, "sample");
  const local = find(policyClass, "sampleLocalTrace");
  const keep = find(policyClass, "keep");

  const exporters: string[] = [];
  const connector = derive === null ? null : addDerived(scope, derive);
  if (connector !== null) exporters.push(connector);
  if (flow && !policyClass.passthrough) exporters.push(flowConnector(names, "received"));

  // Samplers and filters come first to be rendered, since they say which row data the head must stamp.
  const forward = (step: string): string => add(assembly, "connectors", `forward/otel_policy_${id}_${step}`, {});
  const named = (kind: string, step: string, body: Tree): string =>
    add(assembly, "processors", `${kind}/otel_policy_${id}_${step}`, body);
  if (exporting !== null && find(policyClass, "drop") === null) {
    const out = forward("out");
    const kept = flow ? [flowConnector(names, "kept")] : [];
    const step = (
      name: string,
      receivers: readonly string[],
      processors: readonly string[],
      next: readonly string[],
    ): void => pipe(assembly, `${signal}/otel_policy_${id}_${name}`, { receivers, processors, exporters: next });
    if (local !== null) {
      const decide = forward("decide");
      exporters.push(decide);
      const routing = `routing/otel_policy_${id}`;
      add(
        assembly,
        "connectors",
        routing,
        traced(local.origin, {
          error_mode: "ignore",
          default_pipelines: [`traces/otel_policy_${id}_wait`],
          table: [
            { context: "span", condition: surelyKept(scope, local), pipelines: [`traces/otel_policy_${id}_kept`] },
          ],
        }),
      );
      step("decide", [decide], [named("filter", "decide", surelyDropped(scope, local))], [routing]);
      const waited = forward("waited");
      const wait = named("tail_sampling", "wait", localTraceSampler(scope, local));
      const marking = (name: string, statements: readonly string[]): string =>
        named("transform", name, { error_mode: "ignore", trace_statements: [{ context: "span", statements }] });
      const apart =
        scope.rows.length > 1 ? [marking("mark", markTarget(scope)), wait, marking("unmark", unmarkTarget)] : [wait];
      step("wait", [routing], apart, [waited]);
      step("kept", [routing, waited], [], [...kept, out]);
    } else if (sample !== null) {
      const decide = forward("decide");
      exporters.push(decide);
      step(
        "kept",
        [decide],
        [
          named("filter", "sample", sampleFilter(scope, sample)),
          named("transform", "sampled", {
            error_mode: "ignore",
            trace_statements: [{ context: "span", statements: thresholdStatements(scope, sample) }],
          }),
        ],
        [...kept, out],
      );
    } else if (keep !== null) {
      const decide = forward("decide");
      exporters.push(decide);
      const inputs = keepInputs(scope, keep);
      const asked = inputs === null ? [] : [named("transform", "inputs", inputs)];
      step("kept", [decide], [...asked, named("filter", "keep", keepFilter(scope, keep))], [...kept, out]);
    } else {
      exporters.push(out, ...kept);
    }
    step(
      "out",
      [out],
      [named("transform", "out", tail(scope))],
      exporting.sinks.flatMap((sink) => scope.exportersOf(sink, "arrived")),
    );
  }
  // A pipeline needs an end even where nothing is left to do with its records.
  if (exporters.length === 0) exporters.push(add(assembly, "exporters", "nop/otel_policy", {}));
  // Views are rendered before the head for the same reason.
  const views = viewProcessors(scope);
  const calls = find(policyClass, "genAI");
  const reading = calls === null ? [] : callProcessor(scope, calls);
  const processors = [...normaliser(scope), ...reading, named("transform", "head", head(scope))];
  if (connector === null || signal !== "metrics" || views.length === 0) {
    pipe(assembly, entry, { receivers: [router], processors: [...processors, ...views], exporters });
    return;
  }
  // Views change what is exported, never what is counted.
  const viewed = forward("views");
  pipe(assembly, entry, { receivers: [router], processors, exporters: [connector, viewed] });
  pipe(assembly, `${signal}/otel_policy_${id}_views`, {
    receivers: [viewed],
    processors: views,
    exporters: exporters.filter((exporter) => exporter !== connector),
  });
};
