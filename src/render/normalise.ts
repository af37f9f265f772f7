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

/** One alias as a guarded statement: an absent or unfit value never becomes an attribute. */
const convert = (context: RecordContext, alias: Alias, only: readonly string[]): readonly string[] => {
  const from = attribute(context, alias.from);
  const to = attribute(context, alias.to);
  const set = (value: string, ...guards: readonly string[]): string =>
    `set(${to}, ${value}) where ${[...only, `${to} == nil`, ...guards].join(" and ")}`;
  switch (alias.as) {
    case "text":
      return [set(from, isPresentText(from))];
    case "integer":
      return [set(`Int(${from})`, `${from} != nil`, `Int(${from}) != nil`)];
    case "secondsFromMilliseconds":
      return [set(`Double(${from}) / 1000.0`, `${from} != nil`, `Double(${from}) != nil`)];
    case "path":
      return [set(`ExtractPatterns(${from}, ${barePath})["path"]`, isPresentText(from))];
    case "pathOfUrl":
      return [set(`ExtractPatterns(${from}, ${urlPath})["path"]`, `IsString(${from})`, `IsMatch(${from}, ${urlPath})`)];
  }
};

/** Canonical values that arrive as text become what they are; text that is no number is left alone and counts as absent later. */
const retype = (context: RecordContext): readonly string[] =>
  ["http.response.status_code", usage.input, usage.output, usage.cacheRead, usage.cacheWrite, usage.reasoning].map(
    (key) => {
      const path = attribute(context, key);
      return `set(${path}, Int(${path})) where IsString(${path}) and Int(${path}) != nil`;
    },
  );

const viaGuard = (plan: Plan, profile: DataPlaneProfile): readonly string[] =>
  plan.profiles.length === 1 ? [] : [`${resourceAttribute(stamps.via)} == ${quoted(profile.name)}`];

/** A header, wherever it may have arrived: semconv's list or text, or the plain name a proxy was told to use. */
const header = (plan: Plan, context: RecordContext, name: string): readonly string[] => {
  const to = attribute(context, stamps.header(name));
  const lines: string[] = [];
  for (const key of [`http.request.header.${name}`, `http.response.header.${name}`]) {
    const from = attribute(context, key);
    lines.push(`set(${to}, ${from}) where ${to} == nil and ${isPresentText(from)}`);
    lines.push(`set(${to}, ${from}[0]) where ${to} == nil and IsList(${from}) and Len(${from}) > 0`);
  }
  for (const profile of plan.profiles) {
    for (const pattern of profile.headerKeys[context === "span" ? "traces" : "logs"]) {
      if (pattern.startsWith("http.")) continue;
      const from = attribute(context, pattern.replace("*", name));
      lines.push(
        `set(${to}, ${from}) where ${[...viaGuard(plan, profile), `${to} == nil`, isPresentText(from)].join(" and ")}`,
      );
    }
  }
  return lines;
};

/** Token usage → disjoint buckets, each a non-negative integer or nothing at all. */
const tokens = (context: RecordContext): readonly string[] => {
  const at = (key: string): string => attribute(context, key);
  const lines: string[] = [];
  for (const { to, from } of usageAliases)
    lines.push(
      `set(${at(to)}, Int(${at(from)})) where ${at(to)} == nil and ${at(from)} != nil and Int(${at(from)}) != nil`,
    );
  for (const { to, from } of usageHeaders) {
    const headerPath = at(stamps.header(from));
    lines.push(
      `set(${at(to)}, Int(${headerPath})) where ${at(to)} == nil and IsString(${headerPath}) and Int(${headerPath}) != nil`,
    );
  }
  for (const name of modelHeaders)
    lines.push(
      `set(${at(usage.requestModel)}, ${at(stamps.header(name))}) where ${at(usage.requestModel)} == nil and ${at(stamps.header(name))} != nil`,
    );
  const call =
    context === "span"
      ? `(${[`${at(usage.operation)} == nil`, ...leafOperations.map((operation) => `${at(usage.operation)} == ${quoted(operation)}`)].join(" or ")})`
      : "true";
  const bucket = (name: string, key: string): void => {
    lines.push(`set(${at(stamps.tokens(name))}, ${at(key)}) where ${call} and IsInt(${at(key)}) and ${at(key)} > 0`);
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
  return lines;
};

/** Statements (record context) after which every later stage reads canonical names and types only. What a record carried stays beside them. */
export const normaliseStatements = (plan: Plan, context: "span" | "log"): readonly string[] => {
  const signal = context === "span" ? "traces" : "logs";
  return [
    ...plan.profiles.flatMap((profile) =>
      profile.aliases[signal].flatMap((alias) => convert(context, alias, viaGuard(plan, profile))),
    ),
    ...retype(context),
    // Headers are copied before redaction could take them, so credentials are never copied at all.
    ...plan.headers.filter((name) => !isCredential(name)).flatMap((name) => header(plan, context, name)),
    ...tokens(context),
  ];
};
