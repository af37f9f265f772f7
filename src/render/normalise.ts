import { isResponseHeader } from "../dataplane/envoy-fields.ts";
import type { Alias, DataPlaneProfile } from "../dataplane/profile.ts";
import { isCredential } from "../plan/credentials.ts";
import type { Plan } from "../plan/types.ts";
import { attribute, quoted, type RecordContext, resourceAttribute } from "./ottl.ts";
import { stamps } from "./stamps.ts";

/**
 * Every path in a statement costs about a tenth of a millisecond at each start of a Collector, and every start is part
 * of the time until an edit is live. So conditions look at a value once: `IsMatch` is false for what is absent, takes
 * numbers as text, and a pattern can say all that must hold.
 */
const presentText = quoted("^[^-]|^-.");
const integer = quoted("^-?[0-9]{1,18}$");
const statusCode = quoted("^[1-9][0-9]{2}$");
const number = quoted("^[0-9]{1,12}(?:[.][0-9]{1,12})?$");

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
      return [set(from, `IsMatch(${from}, ${presentText})`)];
    case "integer":
      return [set(`Int(${from})`, `IsMatch(${from}, ${integer})`)];
    case "statusCode":
      return [set(`Int(${from})`, `IsMatch(${from}, ${statusCode})`)];
    case "secondsFromMilliseconds":
      return [set(`Double(${from}) / 1000.0`, `IsMatch(${from}, ${number})`)];
    case "number":
      return [set(`Double(${from})`, `IsMatch(${from}, ${number})`)];
    case "secondsFromDuration":
      return [set(`Seconds(Duration(${from}))`, `IsMatch(${from}, ${goDuration})`)];
    case "modelOfJson":
      return [set(`ExtractPatterns(${from}, ${modelInJson})["model"]`, `IsMatch(${from}, ${modelInJson})`)];
    case "path":
      return [set(`ExtractPatterns(${from}, ${barePath})["path"]`, `IsMatch(${from}, ${presentText})`)];
    case "pathOfUrl":
      return [set(`ExtractPatterns(${from}, ${urlPath})["path"]`, `IsMatch(${from}, ${urlPath})`)];
  }
};

/** Canonical values that arrive as text become what they are; text that is no number is left alone and counts as absent later. */
const retype = (context: RecordContext, key: string): string => {
  const path = attribute(context, key);
  return `set(${path}, Int(${path})) where IsMatch(${path}, ${integer})`;
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

/** A header as semconv has it: a list or a text, of the request or, where its name says so, of the response. */
const semconvHeader = (context: RecordContext, name: string): readonly string[] => {
  const side = isResponseHeader(name) ? "response" : "request";
  const from = attribute(context, `http.${side}.header.${name}`);
  const to = attribute(context, stamps.header(name));
  return [
    `set(${to}, ${from}[0]) where IsList(${from}) and Len(${from}) > 0`,
    `set(${to}, ${from}) where IsString(${from}) and IsMatch(${from}, ${presentText})`,
  ];
};

/** A header under the plain name that a proxy was told to use. */
const plainHeader = (context: RecordContext, profile: DataPlaneProfile, name: string): readonly string[] => {
  const to = attribute(context, stamps.header(name));
  return profile.headerKeys[context === "span" ? "traces" : "logs"].flatMap((pattern) => {
    if (pattern.startsWith("http.")) return [];
    const from = attribute(context, pattern.replace("*", name));
    return [`set(${to}, ${from}) where ${to} == nil and IsMatch(${from}, ${presentText})`];
  });
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
    // What arrives under our names is somebody else's claim.
    { context, statements: [`delete_matching_keys(${context}.attributes, ${quoted("^otel_policy\\.")})`] },
    ...groups.filter(({ statements }) => statements.length > 0),
    { context, statements: always },
  ];
};
