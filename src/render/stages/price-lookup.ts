import type { Match } from "../../genai/match.ts";
import type { PriceForm } from "../../genai/price-form.ts";
import type { When } from "../../genai/price-table.ts";
import { knownProviders, nameOfPriceProvider } from "../../genai/providers.ts";
import { attribute, literally, quoted, type RecordContext } from "../ottl.ts";
import { stamps } from "../stamps.ts";
import { callPath } from "./gen-ai-call.ts";
import { fieldPath, type Group } from "./gen-ai-names.ts";

/** Bytes of one literal: parsing takes time in the square of the length, and each literal costs a look at the key. */
const shardBytes = 3000;

const fact = (context: RecordContext, name: string): string => attribute(context, stamps.genAI(name));
export const rowPath = (context: RecordContext): string => fact(context, "row");
export const unpricedPath = (context: RecordContext): string => fact(context, "unpriced");

/** Four characters that read back as the code. */
const coded = (code: number): string =>
  code < 0 ? `-${String(-code).padStart(3, "0")}` : String(code).padStart(4, "0");

/** A match as one regular expression, or null where it takes more than one. */
const asRegex = (match: Match): string | null => {
  if ("equals" in match) return `^${literally(match.equals.toLowerCase())}$`;
  if ("starts_with" in match) return `^${literally(match.starts_with.toLowerCase())}`;
  if ("ends_with" in match) return `${literally(match.ends_with.toLowerCase())}$`;
  if ("contains" in match) return literally(match.contains.toLowerCase());
  if ("regex" in match) return `(?:${match.regex})`;
  if (!("or" in match)) return null;
  const parts = match.or.map(asRegex);
  return parts.includes(null) ? null : `(?:${parts.join("|")})`;
};

/** A match as a condition on a lower-case name: as few terms as can be, since each costs half a millisecond at every start. */
const condition = (match: Match, name: string): string => {
  const regex = asRegex(match);
  if (regex !== null) return `IsMatch(${name}, ${quoted(regex)})`;
  if ("and" in match) return `(${match.and.map((part) => condition(part, name)).join(" and ") || "true"})`;
  if ("or" in match) return `(${match.or.map((part) => condition(part, name)).join(" or ") || "false"})`;
  return "not" in match ? `not (${condition(match.not, name)})` : "false";
};

/** Who answered, where the call does not say: by the server's address, then by the model's name. */
const providerGroup = (context: RecordContext, form: PriceForm): Group => {
  const provider = fieldPath(context, "provider");
  const server = fieldPath(context, "server");
  const [url, model] = [`${context}.cache["url"]`, `${context}.cache["model"]`];
  const set = (id: string, when: string): string =>
    `set(${provider}, ${quoted(nameOfPriceProvider(id))}) where ${provider} == nil and ${when}`;
  return {
    context,
    conditions: [`${callPath(context)} != nil and ${provider} == nil`],
    statements: [
      `set(${url}, Concat(["https://", ${server}], "")) where ${server} != nil`,
      ...form.apis.map(({ pattern, provider: id }) =>
        set(id, `${url} != nil and IsMatch(${url}, ${quoted(`^(?:${pattern})`)})`),
      ),
      ...modelStatements(context, model),
      ...form.byModel.map(({ match, provider: id }) => set(id, `${model} != nil and ${condition(match, model)}`)),
    ],
  };
};

/** The model that is billed: the one that answered, else the one asked for. */
const modelStatements = (context: RecordContext, into: string): readonly string[] =>
  (["responseModel", "requestModel"] as const).map((field) => {
    const path = fieldPath(context, field);
    return `set(${into}, Trim(ToLowerCase(${path}))) where ${into} == nil and ${path} != nil`;
  });

/** Names → rows, by one search in the part of the table that the name belongs to. */
const exactGroup = (context: RecordContext, form: PriceForm): Group => {
  const cell = (name: string): string => `${context}.cache[${quoted(name)}]`;
  const [model, key, table, at, code] = [cell("model"), cell("key"), cell("table"), cell("at"), cell("provider")];
  const provider = fieldPath(context, "provider");
  const codeOf = new Map(form.providers.map(({ id, code: digits }) => [id, digits]));
  const entries = [
    ...knownProviders.flatMap(({ name, prices }) => {
      const digits = prices === null ? undefined : codeOf.get(prices);
      return digits === undefined ? [] : [[name, digits]];
    }),
    ...form.providers
      .filter(({ id }) => !knownProviders.some(({ prices }) => prices === id))
      .map(({ id, code: digits }) => [id, digits]),
  ];
  const providerTable = quoted(`|${entries.map(([name, digits]) => `${name}=${digits}|`).join("")}`);
  const isUnnamed = form.byName.length === 0 ? "" : `${code} == nil and `;
  const isCounted = `${unpricedPath(context)} == nil`;
  return {
    context,
    conditions: [
      `${callPath(context)} != nil and ${fieldPath(context, "cost")} == nil and (${fieldPath(context, "input")} != nil or ${fieldPath(context, "output")} != nil)`,
    ],
    statements: [
      ...modelStatements(context, model),
      ...form.byName.map(
        ({ match, code: digits }) =>
          `set(${code}, ${quoted(digits)}) where ${code} == nil and ${provider} != nil and ${condition(match, provider)}`,
      ),
      `set(${at}, Index(${providerTable}, Concat(["|", ${provider}, "="], ""))) where ${provider} != nil`,
      `set(${code}, Substring(${providerTable}, ${at} + Len(${provider}) + 2, 2)) where ${isUnnamed}${at} != nil and ${at} >= 0`,
      `set(${unpricedPath(context)}, "no_model") where ${model} == nil`,
      `set(${unpricedPath(context)}, "unknown_provider") where ${isCounted} and ${code} == nil`,
      `set(${key}, Concat([${code}, "/", ${model}], "")) where ${isCounted}`,
      ...shards(form).map(
        ({ first, text }, index) =>
          `set(${table}, ${quoted(text)}) where ${index === 0 ? `${key} != nil` : `${key} >= ${quoted(first)}`}`,
      ),
      `set(${at}, -1)`,
      // A name with the table's own signs in it would find what is none.
      `set(${at}, Index(${table}, Concat(["|", ${key}, "="], ""))) where ${table} != nil and Index(${key}, "|") < 0`,
      `set(${rowPath(context)}, Int(Substring(${table}, ${at} + Len(${key}) + 2, 4))) where ${at} >= 0`,
      `set(${fact(context, "miss")}, ${code}) where ${at} < 0 and ${key} != nil`,
      `set(${fact(context, "model")}, ${model}) where ${at} < 0 and ${key} != nil`,
    ],
  };
};

const shards = (form: PriceForm): readonly { readonly first: string; readonly text: string }[] => {
  const found: { first: string; text: string }[] = [];
  for (const { key, code } of form.names) {
    const entry = `${key}=${coded(code)}|`;
    const last = found.at(-1);
    if (last === undefined || last.text.length + entry.length > shardBytes)
      found.push({ first: key, text: `|${entry}` });
    else last.text += entry;
  }
  return found;
};

/** `-20250807` → `-2025-08-07`, where a month and a day can be. */
const plainDate = quoted("-(20[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(-|:|$)");
const dashedDate = quoted("-$1-$2-$3$4");

/** The rules of one provider, for names that stand in no table. */
const ruleGroups = (context: RecordContext, form: PriceForm): readonly Group[] =>
  form.providers.flatMap(({ code, rules, dashedRules }) => {
    if (rules.length === 0) return [];
    const model = `${context}.cache["model"]`;
    const row = rowPath(context);
    const line = ({ match, code: found }: (typeof rules)[number]): string =>
      `set(${row}, ${found}) where ${row} == nil and ${condition(match, model)}`;
    const dashed =
      dashedRules.length === 0
        ? []
        : [`replace_pattern(${model}, ${plainDate}, ${dashedDate})`, ...dashedRules.map(line)];
    return [
      {
        context,
        conditions: [`${fact(context, "miss")} == ${quoted(code)}`],
        statements: [`set(${model}, ${fact(context, "model")})`, ...rules.map(line), ...dashed],
      },
    ];
  });

const nanosOfDay = 86_400_000_000_000;

const holds = (when: When, time: string): string => {
  if ("from" in when) return `${time} >= ${Date.parse(`${when.from}T00:00:00Z`)}000000`;
  const second = `(${time} - (${time} / ${nanosOfDay}) * ${nanosOfDay}) / 1000000000`;
  const { from, to } = when.secondOfDay;
  return `(${second} >= ${from} ${to < from ? "or" : "and"} ${second} < ${to})`;
};

/** Prices that depend on when: by the record's own time. */
const datedGroup = (context: RecordContext, form: PriceForm): readonly Group[] => {
  if (form.dated.length === 0) return [];
  const row = rowPath(context);
  const [time, found] = [`${context}.cache["time"]`, `${context}.cache["row"]`];
  const lines = form.dated.flatMap(({ options, otherwise }, index) => {
    const here = `${found} == nil and ${row} == ${form.rows.length + index}`;
    return [
      ...options
        .toReversed()
        .map(
          ({ when, code }) => `set(${found}, ${code}) where ${here}${when === null ? "" : ` and ${holds(when, time)}`}`,
        ),
      `set(${found}, ${otherwise}) where ${here}`,
    ];
  });
  const now =
    context === "span"
      ? [`set(${time}, span.start_time_unix_nano)`]
      : [`set(${time}, log.observed_time_unix_nano)`, `set(${time}, log.time_unix_nano) where log.time_unix_nano > 0`];
  return [
    {
      context,
      conditions: [`${row} != nil and ${row} >= ${form.rows.length}`],
      statements: [...now, ...lines, `set(${row}, ${found})`],
    },
  ];
};

const unpricedGroup = (context: RecordContext): Group => {
  const row = rowPath(context);
  const unpriced = unpricedPath(context);
  return {
    context,
    conditions: [`${fact(context, "miss")} != nil or (${row} != nil and ${row} < 0)`],
    statements: [
      `set(${unpriced}, "unknown_model") where ${row} == nil or ${row} == -1`,
      `set(${unpriced}, "no_token_price") where ${row} == -2`,
    ],
  };
};

/** Statement groups after which a priced call has its row and any other the reason why not. */
export const lookupGroups = (context: RecordContext, form: PriceForm): readonly Group[] => [
  providerGroup(context, form),
  exactGroup(context, form),
  ...ruleGroups(context, form),
  ...datedGroup(context, form),
  unpricedGroup(context),
];
