import { type Convention, circumstances, conventions, type GenAIAlias, nestedCalls } from "../../genai/aliases.ts";
import { type CountField, type Field, rareCounts, usualCounts } from "../../genai/names.ts";
import { operationAliases } from "../../genai/operations.ts";
import { knownProviders } from "../../genai/providers.ts";
import { allOf, attribute, patternOf, quoted, type RecordContext } from "../ottl.ts";
import { stamps } from "../stamps.ts";

export type Group = {
  readonly context: string;
  readonly conditions?: readonly string[];
  readonly statements: readonly string[];
};

/** Where a field of a call is kept until the metrics are derived. */
export const fieldPath = (context: RecordContext, field: Field): string => attribute(context, stamps.genAI(field));

/** No call has more tokens; what claims so is no count, and its sum could overflow. */
const mostTokens = 1_000_000_000;

/** A million dollars, seconds or milliseconds: more, infinity above all, is no measurement of one call. */
const most = "1000000.0";

/** Text, and none that proxies write for "absent". */
const isText = (path: string): string =>
  `IsString(${path}) and not IsMatch(${path}, ${quoted("^(?:-|null|unknown|)$")})`;

/** Kinds of values that number converters take without an error. */
const isScalar = (path: string): string => `(IsString(${path}) or IsInt(${path}) or IsDouble(${path}))`;

/** Statements that put one alias's value into its field. */
const readStatements = (context: RecordContext, alias: GenAIAlias, from: string): readonly string[] => {
  const to = fieldPath(context, alias.field);
  const set = (value: string, ...guards: readonly string[]): string =>
    `set(${to}, ${value}) where ${allOf([`${to} == nil`, ...guards])}`;
  if (alias.words !== undefined) {
    return Object.entries(alias.words).map(([written, means]) => set(quoted(means), `${from} == ${quoted(written)}`));
  }
  switch (alias.as) {
    case "count":
      // Access logs write "-" for what is absent; anything else that is no count has to be told.
      return [
        context === "log"
          ? set(from, `${from} != nil`, `${from} != "-"`, `${from} != ""`)
          : set(from, `${from} != nil`),
      ];
    case "text":
      return [set(from, isText(from))];
    case "lower":
      return [set(`ToLowerCase(${from})`, isText(from))];
    case "seconds":
    case "usd":
      return [set(`Double(${from})`, isScalar(from), `Double(${from}) >= 0.0`, `Double(${from}) <= ${most}`)];
    case "milliseconds":
      return [set(`Double(${from}) / 1000.0`, isScalar(from), `Double(${from}) >= 0.0`, `Double(${from}) <= ${most}`)];
    case "streamInJson":
      return [set('"true"', `IsString(${from})`, `IsMatch(${from}, ${quoted('"stream"\\s*:\\s*true')})`)];
    case "countInJson": {
      const pattern = quoted(`"${alias.key}"\\s*:\\s*(?P<count>[0-9]{1,10})`);
      return [
        set(`ExtractPatterns(${from}, ${pattern})["count"]`, `IsString(${from})`, `IsMatch(${from}, ${pattern})`),
      ];
    }
    case "flag":
      return [set('"true"', `(${from} == true or ${from} == "true")`)];
  }
};

/** A count that is one, or nothing: what is wrong with the others matters only where it is told. */
const plainCount = (context: RecordContext, alias: GenAIAlias, from: string): string => {
  const to = fieldPath(context, alias.field);
  return `set(${to}, Int(${from})) where ${to} == nil and IsMatch(${from}, ${quoted("^[0-9]{1,9}$")})`;
};

const conventionGroup = (
  context: RecordContext,
  convention: Convention,
  headers: ReadonlySet<string>,
  depth: "tokens" | "all",
): Group | null => {
  const isHeader = convention.kind === "headers";
  const pathOf = (name: string): string => attribute(context, isHeader ? stamps.header(name) : name);
  const isRead = (name: string): boolean => !isHeader || headers.has(name);
  const statements = convention.aliases
    .filter(({ from }) => isRead(from))
    .flatMap((alias) =>
      depth === "tokens" && alias.as === "count"
        ? [plainCount(context, alias, pathOf(alias.from))]
        : readStatements(context, alias, pathOf(alias.from)),
    );
  const conditions = convention.markers.filter(isRead).map((name) => `${pathOf(name)} != nil`);
  return statements.length === 0 || conditions.length === 0 ? null : { context, conditions, statements };
};

/** A count becomes an integer, or goes and leaves the reason why usage is missing. */
const countStatements = (context: RecordContext, field: CountField): readonly string[] => {
  const path = fieldPath(context, field);
  const bad = attribute(context, stamps.genAI("bad"));
  const unfit = `${path} != nil and (not IsInt(${path}) or ${path} < 0 or ${path} > ${mostTokens})`;
  return [
    `set(${path}, ${path}[0]) where IsList(${path}) and Len(${path}) == 1`,
    `set(${path}, Int(${path})) where IsString(${path}) or (IsDouble(${path}) and ${path} >= 0.0 and ${path} <= ${mostTokens}.0)`,
    `set(${bad}, true) where ${unfit}`,
    `delete_key(${context}.attributes, ${quoted(stamps.genAI(field))}) where ${unfit}`,
  ];
};

/** True for a record that says anything of a model or tool call. */
export const isGenAI = (context: RecordContext): readonly string[] =>
  (["operation", "input", "output", "requestModel", "responseModel", "method", "tool"] as const).map(
    (field) => `${fieldPath(context, field)} != nil`,
  );

const nameWidth = Math.max(...knownProviders.map(({ name }) => name.length));
const aliasTable = quoted(
  `|${knownProviders.flatMap(({ aliases }, index) => aliases.map((alias) => `${alias}=${String(index).padStart(2, "0")}|`)).join("")}`,
);
const nameTable = quoted(knownProviders.map(({ name }) => name.padEnd(nameWidth)).join(""));

/** Other spellings of a provider → the convention's. */
const providerStatements = (context: RecordContext): readonly string[] => {
  const provider = fieldPath(context, "provider");
  const at = `${context}.cache["at"]`;
  const code = `${context}.cache["code"]`;
  return [
    // Envoy AI Gateway's access log names the backend where the provider should stand: `<ns>/<backend>/route/…`.
    `delete_key(${context}.attributes, ${quoted(stamps.genAI("provider"))}) where ${provider} != nil and Index(${provider}, "/") >= 0`,
    `set(${at}, Index(${aliasTable}, Concat(["|", ${provider}, "="], ""))) where ${provider} != nil`,
    `set(${code}, Substring(${aliasTable}, ${at} + Len(${provider}) + 2, 2)) where ${at} != nil and ${at} >= 0`,
    `set(${provider}, Trim(Substring(${nameTable}, Int(${code}) * ${nameWidth}, ${nameWidth}))) where ${code} != nil`,
  ];
};

/** Fields that token counters and their dimensions read. */
const tokenFields: ReadonlySet<Field> = new Set([
  "operation",
  "requestModel",
  "responseModel",
  "input",
  "output",
  "cacheRead",
  "cacheWrite",
  "reasoning",
]);

/** What is read where only tokens are asked for: OpenTelemetry's own names and the headers. */
const tokenConventions: readonly Convention[] = conventions
  .filter(({ name, kind }) => name === "OpenTelemetry GenAI" || kind === "headers")
  .map((convention) => ({
    ...convention,
    // Without usage there is nothing to count, whatever else a record says of a call.
    markers: convention.markers.filter((name) => /usage/.test(name)),
    aliases: convention.aliases.filter(({ field }) => tokenFields.has(field)),
  }));

/** Facts that stand as objects inside objects, as flat attributes that the conventions' names find. */
const nestedGroup = (): Group => {
  const { root, under } = nestedCalls;
  const [first, ...others] = under;
  const cache = `log.cache[${quoted(root)}]`;
  const [inAttributes, inBody] = [`log.attributes[${quoted(root)}]`, `log.body[${quoted(root)}]`];
  const flat = conventions
    .flatMap(({ aliases }) => aliases.map(({ from }) => from))
    .filter((name) => name.startsWith(`${root}.${first}.`));
  return {
    context: "log",
    conditions: [`IsMap(${inAttributes})`, `IsMap(log.body) and IsMap(${inBody})`],
    statements: [
      `set(${cache}, ${inAttributes}) where IsMap(${inAttributes})`,
      `set(${cache}, ${inBody}) where not IsMap(${cache}) and IsMap(log.body) and IsMap(${inBody})`,
      ...others.map(
        (key) =>
          `set(${cache}[${quoted(first)}], ${cache}[${quoted(key)}]) where not IsMap(${cache}[${quoted(first)}]) and IsMap(${cache}[${quoted(key)}])`,
      ),
      "flatten(log.cache)",
      `keep_matching_keys(log.cache, ${patternOf(flat)})`,
      'merge_maps(log.attributes, log.cache, "insert")',
    ],
  };
};

/** Aliases → fields, each in the type it should have. Records without any marker pass at the price of looking for them. */
export const nameGroups = (
  context: RecordContext,
  headers: ReadonlySet<string>,
  depth: "tokens" | "all",
): readonly Group[] => {
  const operation = fieldPath(context, "operation");
  const read = depth === "all" ? conventions : tokenConventions;
  const said = read
    .map((convention) => conventionGroup(context, convention, headers, depth))
    .filter((group) => group !== null);
  if (depth === "tokens") return said;
  return [
    ...(context === "log" ? [nestedGroup()] : []),
    ...said,
    {
      context,
      conditions: isGenAI(context),
      statements: [
        ...circumstances.flatMap((alias) => readStatements(context, alias, attribute(context, alias.from))),
        ...Object.entries(operationAliases).map(
          ([written, means]) => `set(${operation}, ${quoted(means)}) where ${operation} == ${quoted(written)}`,
        ),
        ...providerStatements(context),
        ...usualCounts.flatMap((field) => countStatements(context, field)),
      ],
    },
    {
      context,
      conditions: rareCounts.map((field) => `${fieldPath(context, field)} != nil`),
      statements: rareCounts.flatMap((field) => countStatements(context, field)),
    },
  ];
};
