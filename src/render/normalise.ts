import type { Alias, DataPlaneProfile } from "../dataplane/profile.ts";
import { leafOperations, modelHeaders, usage, usageAliases, usageHeaders } from "../genai/usage.ts";
import { isCredential } from "../plan/credentials.ts";
import type { Plan } from "../plan/types.ts";
import { attribute, quoted, type RecordContext, resourceAttribute } from "./ottl.ts";
import { stamps } from "./stamps.ts";

/** Texts that stand for "absent" in what proxies write. */
const absent = ["-", "", "null", "unknown"];

const isPresentText = (path: string): string =>
  `IsString(${path}) and not (${absent.map((text) => `${path} == ${quoted(text)}`).join(" or ")})`;

const urlPath = quoted("^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*(?P<path>/[^?#]*)");
const barePath = quoted("^(?P<path>[^?#]*)");

/** A number with a unit, as Go and Rust write durations; bounded, so that it always fits. */
const goDuration = quoted("^[0-9]{1,9}(?:[.][0-9]{1,9})?(?:ns|us|µs|ms|s|m|h)$");

/** The first `"model"` of an object; parsing the whole of a request's parameters would fail on those that were cut off. */
const modelInJson = quoted('^\\s*\\{(?:.*[,{\\s])?"model"\\s*:\\s*"(?P<model>[^"\\\\]+)"');

/** One alias as a guarded statement: an absent or unfit value never becomes an attribute. */
const convert = (context: RecordContext, alias: Alias): readonly string[] => {
  const from = attribute(context, alias.from);
  const to = attribute(context, alias.to);
  const set = (value: string, ...guards: readonly string[]): string =>
    `set(${to}, ${value}) where ${[`${to} == nil`, ...guards].join(" and ")}`;
  switch (alias.as) {
    case "text":
      return [set(from, isPresentText(from))];
    case "integer":
      return [set(`Int(${from})`, `${from} != nil`, `Int(${from}) != nil`)];
    case "secondsFromMilliseconds":
      return [set(`Double(${from}) / 1000.0`, `${from} != nil`, `Double(${from}) != nil`)];
    case "number":
      return [set(`Double(${from})`, `${from} != nil`, `Double(${from}) != nil`)];
    case "secondsFromDuration":
      return [set(`Seconds(Duration(${from}))`, `IsString(${from})`, `IsMatch(${from}, ${goDuration})`)];
    case "modelOfJson":
      return [
        set(
          `ExtractPatterns(${from}, ${modelInJson})["model"]`,
          `IsString(${from})`,
          `IsMatch(${from}, ${modelInJson})`,
        ),
      ];
    case "path":
      return [set(`ExtractPatterns(${from}, ${barePath})["path"]`, isPresentText(from))];
    case "pathOfUrl":
      return [set(`ExtractPatterns(${from}, ${urlPath})["path"]`, `IsString(${from})`, `IsMatch(${from}, ${urlPath})`)];
  }
};

/** Canonical values that arrive as text become what they are; text that is no number is left alone and counts as absent later. */
const retype = (context: RecordContext, key: string): string => {
  const path = attribute(context, key);
  return `set(${path}, Int(${path})) where IsString(${path}) and Int(${path}) != nil`;
};

/** Statements that run only where one of `conditions` holds; without conditions, always. */
type Group = {
  readonly context: string;
  readonly conditions?: readonly string[];
  readonly statements: readonly string[];
};

/** Names differ by data plane, and one plane's name may mean another thing on the next: each reads its own only. */
const viaProfile = (plan: Plan, profile: DataPlaneProfile): { readonly conditions?: readonly string[] } =>
  plan.profiles.length === 1 ? {} : { conditions: [`${resourceAttribute(stamps.via)} == ${quoted(profile.name)}`] };

/** A header as semconv has it: a list or a text, of the request or of the response. */
const semconvHeader = (context: RecordContext, name: string): readonly string[] => {
  const to = attribute(context, stamps.header(name));
  return ["request", "response"].flatMap((side) => {
    const from = attribute(context, `http.${side}.header.${name}`);
    return [
      `set(${to}, ${from}) where ${to} == nil and ${isPresentText(from)}`,
      `set(${to}, ${from}[0]) where ${to} == nil and IsList(${from}) and Len(${from}) > 0`,
    ];
  });
};

/** A header under the plain name that a proxy was told to use. */
const plainHeader = (context: RecordContext, profile: DataPlaneProfile, name: string): readonly string[] => {
  const to = attribute(context, stamps.header(name));
  return profile.headerKeys[context === "span" ? "traces" : "logs"].flatMap((pattern) => {
    if (pattern.startsWith("http.")) return [];
    const from = attribute(context, pattern.replace("*", name));
    return [`set(${to}, ${from}) where ${to} == nil and ${isPresentText(from)}`];
  });
};

/** Token usage → disjoint buckets, each a positive integer or nothing at all. Runs only where a record states usage. */
const tokens = (context: RecordContext): Group => {
  const at = (key: string): string => attribute(context, key);
  const lines: string[] = [];
  const stated = [
    usage.input,
    usage.output,
    ...usageAliases.map(({ from }) => from),
    ...usageHeaders.map(({ from }) => stamps.header(from)),
  ];
  for (const { to, from } of usageAliases) {
    lines.push(
      `set(${at(to)}, Int(${at(from)})) where ${at(to)} == nil and ${at(from)} != nil and Int(${at(from)}) != nil`,
    );
  }
  for (const { to, from } of usageHeaders) {
    const path = at(stamps.header(from));
    lines.push(`set(${at(to)}, Int(${path})) where ${at(to)} == nil and IsString(${path}) and Int(${path}) != nil`);
  }
  for (const key of [usage.input, usage.output, usage.cacheRead, usage.cacheWrite, usage.reasoning])
    lines.push(retype(context, key));
  for (const name of modelHeaders) {
    const path = at(stamps.header(name));
    lines.push(`set(${at(usage.requestModel)}, ${path}) where ${at(usage.requestModel)} == nil and ${path} != nil`);
  }
  // A wrapper span repeats the tokens of its leaves; a record without an operation is a gateway's own.
  const operation = at(usage.operation);
  const leaf = `(${[`${operation} == nil`, ...leafOperations.map((name) => `${operation} == ${quoted(name)}`)].join(" or ")})`;
  const call = context === "span" ? `${leaf} and ` : "";
  const bucket = (name: string, key: string): void => {
    lines.push(`set(${at(stamps.tokens(name))}, ${at(key)}) where ${call}IsInt(${at(key)}) and ${at(key)} > 0`);
  };
  bucket("uncached_input", usage.input);
  bucket("cache_read", usage.cacheRead);
  bucket("cache_write", usage.cacheWrite);
  bucket("output", usage.output);
  bucket("reasoning", usage.reasoning);
  // Input includes cached tokens by convention; the buckets must not.
  const input = at(stamps.tokens("uncached_input"));
  for (const cached of ["cache_read", "cache_write"]) {
    const part = at(stamps.tokens(cached));
    lines.push(`set(${input}, ${input} - ${part}) where IsInt(${input}) and IsInt(${part}) and ${input} >= ${part}`);
  }
  return { context, conditions: stated.map((key) => `${at(key)} != nil`), statements: lines };
};

/** Statement groups after which every later stage reads canonical names and types only. What a record carried stays beside them. */
export const normaliseGroups = (plan: Plan, context: "span" | "log"): readonly Group[] => {
  const signal = context === "span" ? "traces" : "logs";
  // Headers are copied before redaction could take them, so credentials are never copied at all.
  const headers = plan.headers.filter((name) => !isCredential(name));
  const always = [
    retype(context, "http.response.status_code"),
    ...headers.flatMap((name) => semconvHeader(context, name)),
  ];
  const groups: Group[] = plan.profiles.map((profile) => ({
    context,
    ...viaProfile(plan, profile),
    statements: [
      ...profile.aliases[signal].flatMap((alias) => convert(context, alias)),
      ...headers.flatMap((name) => plainHeader(context, profile, name)),
    ],
  }));
  return [
    ...groups.filter(({ statements }) => statements.length > 0),
    { context, statements: always },
    tokens(context),
  ];
};
