import type { DataPlaneProfile, RequestRecord } from "../../dataplane/profile.ts";
import { type CountField, canonicalNames, countFields, type Field, type Profile } from "../../genai/names.ts";
import { leafOperations, toolOperation } from "../../genai/operations.ts";
import { type CallSource, clientScopes, gatewayScopes } from "../../genai/sources.ts";
import { allOf, anyOf, attribute, quoted, type RecordContext, resourceAttribute } from "../ottl.ts";
import { stamps } from "../stamps.ts";
import { fieldPath, type Group, isGenAI } from "./gen-ai-names.ts";

/** Which records of a class count as calls: the source its policy chose, or what each target's data plane says. */
export type Counting = {
  readonly source: CallSource | null;
  readonly mesh: boolean;
  readonly profiles: readonly DataPlaneProfile[];
};

export const callPath = (context: RecordContext): string => attribute(context, stamps.genAI("call"));
const fact = (context: RecordContext, name: string): string => attribute(context, stamps.genAI(name));
export const tokensPath = (context: RecordContext, bucket: string): string => attribute(context, stamps.tokens(bucket));

/** One record, one call: a leaf operation, or usage without an operation, as gateways write it. */
const isLeaf = (context: RecordContext): readonly string[] => {
  const at = (field: Field): string => fieldPath(context, field);
  const stated: readonly Field[] =
    context === "span" ? ["input", "output"] : ["input", "output", "requestModel", "responseModel"];
  return [
    `IsMatch(${at("operation")}, ${quoted(`^(?:${leafOperations.join("|")})$`)})`,
    `${at("operation")} == nil and ${at("method")} == nil and (${stated.map((field) => `${at(field)} != nil`).join(" or ")})`,
  ];
};

const isClient = `IsMatch(instrumentation_scope.name, ${quoted(clientScopes)})`;
const isGateway = `(span.kind == SPAN_KIND_SERVER or IsMatch(instrumentation_scope.name, ${quoted(gatewayScopes)}))`;

/** Log records of a Gateway that repeat the request record are no further call. What repeats it in a mesh only is no concern here. */
const notTwice = (record: RequestRecord): readonly string[] =>
  record.signal === "traces"
    ? []
    : (record.not ?? []).flatMap((duplicate) =>
        "is" in duplicate
          ? [
              `not (${duplicate.is.map((value) => `${attribute("log", duplicate.key)} == ${quoted(value)}`).join(" or ")})`,
            ]
          : [],
      );

/** Each source that this signal holds, and when a record is of it. */
const sourcesOf = (
  context: RecordContext,
  { source, mesh, profiles }: Counting,
): readonly { readonly source: CallSource; readonly when: string | null }[] => {
  const signal = context === "span" ? "traces" : "logs";
  if (source !== null) {
    const held = {
      "gateway-logs": "log",
      "gateway-spans": "span",
      "client-spans": "span",
      "client-metrics": "datapoint",
    } as const;
    if (held[source] !== context) return [];
    if (source === "gateway-spans") return [{ source, when: `not ${isClient}` }];
    return [{ source, when: source === "client-spans" ? `not ${isGateway}` : null }];
  }
  // No gateway sees the usage of a mesh's calls; their clients do.
  if (mesh) return context === "span" ? [{ source: "client-spans", when: `not ${isGateway}` }] : [];
  const via = profiles.flatMap((profile) => {
    if (profile.requestRecord?.signal !== signal) return [];
    // Calls are told from other records by what they say, so only duplicates of one log record have to be kept out.
    return [allOf([`${resourceAttribute(stamps.via)} == ${quoted(profile.name)}`, ...notTwice(profile.requestRecord)])];
  });
  const some = via.length === 0 ? null : `(${anyOf(via)})`;
  if (some === null) return [];
  return context === "log"
    ? [{ source: "gateway-logs", when: some }]
    : [{ source: "gateway-spans", when: allOf([some, `not ${isClient}`]) }];
};

/** Stamps the source on every record that counts as a call of a model or a tool; empty when none of this signal can. */
export const callGroups = (context: RecordContext, counting: Counting, depth: "tokens" | "all"): readonly Group[] => {
  const sources = sourcesOf(context, counting);
  if (sources.length === 0) return [];
  const stamp = (name: string): readonly string[] =>
    sources.map(
      ({ source, when }) => `set(${fact(context, name)}, ${quoted(source)})${when === null ? "" : ` where ${when}`}`,
    );
  const [operation, method] = [fieldPath(context, "operation"), fieldPath(context, "method")];
  const isTool = `${operation} == ${quoted(toolOperation)} or (${operation} == nil and ${method} != nil)`;
  return [
    {
      context,
      conditions: isLeaf(context),
      statements: [...stamp("call"), ...(depth === "tokens" ? stamp("source") : [])],
    },
    ...(depth === "tokens" ? [] : outcomes(context, isTool, stamp)),
  ];
};

/** Tool calls, and what became of every call. */
const outcomes = (
  context: RecordContext,
  isTool: string,
  stamp: (name: string) => readonly string[],
): readonly Group[] => [
  { context, conditions: [isTool], statements: stamp("tool_call") },
  {
    context,
    conditions: [`${fact(context, "call")} != nil or ${fact(context, "tool_call")} != nil`],
    statements: [
      `set(${fact(context, "source")}, ${fact(context, "call")})`,
      `set(${fact(context, "source")}, ${fact(context, "tool_call")}) where ${fact(context, "tool_call")} != nil`,
      ...outcomeStatements(context),
    ],
  },
];

/** Why a call failed, and how long it took. */
const outcomeStatements = (context: RecordContext): readonly string[] => {
  const error = fieldPath(context, "error");
  const status = attribute(context, "http.response.status_code");
  const duration = fact(context, "duration");
  const logged = attribute("log", "http.server.request.duration");
  const isFailed = `${error} == nil and IsInt(${status}) and (${status} >= 400 or ${status} == 0)`;
  return context === "span"
    ? [
        `set(${error}, String(${status})) where ${isFailed}`,
        `set(${error}, "_OTHER") where ${error} == nil and span.status.code == STATUS_CODE_ERROR`,
        `set(${duration}, Seconds(span.end_time - span.start_time)) where span.end_time_unix_nano >= span.start_time_unix_nano`,
      ]
    : [
        `set(${error}, String(${status})) where ${isFailed}`,
        `set(${duration}, ${logged}) where IsDouble(${logged}) and ${logged} >= 0.0`,
      ];
};

/** Usage → inclusive totals and disjoint buckets; why usage is missing; time per token. */
export const usageGroup = (context: RecordContext, depth: "tokens" | "all"): Group =>
  depth === "tokens" ? tokensGroup(context) : toldUsageGroup(context);

/** Usage → disjoint buckets, and nothing else. More cached than there was input: the source reports disjoint counts. */
const tokensGroup = (context: RecordContext): Group => {
  const at = (field: Field): string => fieldPath(context, field);
  const bucket = (name: string, field: CountField): string =>
    `set(${tokensPath(context, name)}, ${at(field)}) where ${at(field)} > 0`;
  const [input, read, write] = [tokensPath(context, "uncached_input"), at("cacheRead"), at("cacheWrite")];
  return {
    context,
    conditions: [`${callPath(context)} != nil`],
    statements: [
      bucket("uncached_input", "input"),
      bucket("cache_read", "cacheRead"),
      bucket("cache_write", "cacheWrite"),
      bucket("output", "output"),
      bucket("reasoning", "reasoning"),
      `set(${input}, ${input} - ${read}) where ${read} > 0 and ${at("input")} >= ${read} and (${write} == nil or ${at("input")} >= ${read} + ${write})`,
      `set(${input}, ${input} - ${write}) where ${write} > 0 and ${at("input")} >= ${write} and (${read} == nil or ${at("input")} >= ${read} + ${write})`,
    ],
  };
};

const toldUsageGroup = (context: RecordContext): Group => {
  const at = (field: Field): string => fieldPath(context, field);
  const cell = (name: string): string => `${context}.cache[${quoted(name)}]`;
  const call = callPath(context);
  const [error, missing] = [at("error"), fact(context, "missing")];
  const [input, output, read, write, reasoning] = [cell("in"), cell("out"), cell("read"), cell("write"), cell("think")];
  const number = (path: string, field: CountField): readonly string[] => [
    `set(${path}, 0)`,
    `set(${path}, ${at(field)}) where ${at(field)} != nil`,
  ];
  const bucket = (name: string, value: string, when: string): string =>
    `set(${tokensPath(context, name)}, ${value}) where ${when}`;
  const stated = `(${at("input")} != nil or ${at("output")} != nil)`;
  const because = (reason: string, ...when: readonly string[]): string =>
    `set(${missing}, ${quoted(reason)}) where ${allOf([`${missing} == nil`, `${error} == nil`, `${at("answeredBy")} == nil`, ...when])}`;
  const duration = fact(context, "duration");
  const told: readonly string[] = [
    `set(${at("input")}, ${input}) where ${input} > 0`,
    `set(${at("output")}, ${output}) where ${output} > 0`,
    because("invalid", `${fact(context, "bad")} != nil`),
    because("streaming", `not ${stated}`, `${at("stream")} != nil`),
    because("absent", `not ${stated}`),
    because("zero", `${input} == 0`, `${output} == 0`),
    because(
      "partial",
      `(${input} == 0 or ${output} == 0)`,
      `(${["chat", "generate_content", "text_completion"].map((name) => `${at("operation")} == ${quoted(name)}`).join(" or ")})`,
    ),
    `set(${fact(context, "per_token")}, (${duration} - ${at("firstToken")}) / Double(${output} - 1)) where ${duration} != nil and ${at("firstToken")} != nil and ${duration} >= ${at("firstToken")} and ${output} > 1`,
  ];
  return {
    context,
    conditions: [`${call} != nil`],
    statements: [
      ...number(input, "input"),
      ...number(output, "output"),
      ...number(read, "cacheRead"),
      ...number(write, "cacheWrite"),
      ...number(reasoning, "reasoning"),
      // More cached than there was input: the source reports disjoint counts. The convention's are inclusive.
      `set(${input}, ${input} + ${read} + ${write}) where ${read} + ${write} > ${input}`,
      `set(${output}, ${output} + ${reasoning}) where ${reasoning} > ${output}`,
      bucket("uncached_input", `${input} - ${read} - ${write}`, `${input} > ${read} + ${write}`),
      bucket("cache_read", read, `${read} > 0`),
      bucket("cache_write", write, `${write} > 0`),
      bucket("output", output, `${output} > 0`),
      bucket("reasoning", reasoning, `${reasoning} > 0`),
      ...told,
    ],
  };
};

/** Canonical names beside what the record carried. A count that came as text gets its type. */
export const canonicalGroup = (context: RecordContext, profile: Profile): Group => {
  const isCount = (field: string): boolean => countFields.some((count) => count === field);
  const statements = Object.entries(canonicalNames).map(([field, names]) => {
    const to = attribute(context, names[profile]);
    const from = attribute(context, stamps.genAI(field));
    const open = isCount(field) ? `(${to} == nil or IsString(${to}))` : `${to} == nil`;
    return `set(${to}, ${from}) where ${open} and ${from} != nil`;
  });
  return { context, conditions: isGenAI(context), statements };
};

/** Fields that become labels, and so may not hold whatever a client writes. */
const labelled = [
  "operation",
  "provider",
  "requestModel",
  "responseModel",
  "agent",
  "tool",
  "method",
  "route",
  "error",
] as const;
const longestLabel = 128;

/** Texts longer than any name count as `other`. How many different names there may be is the matter of `cap.ts`. */
export const labelGroup = (context: RecordContext): Group => ({
  context,
  conditions: [`${fact(context, "source")} != nil`],
  statements: labelled.map((field) => {
    const path = fieldPath(context, field);
    return `set(${path}, "other") where IsString(${path}) and Len(${path}) > ${longestLabel}`;
  }),
});
