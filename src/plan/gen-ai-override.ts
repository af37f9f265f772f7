import { shortDigest } from "../base/canonical.ts";
import { regexProblem } from "../cel/regex.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import type { SourceFile, Span } from "../diagnostics/source.ts";
import type { Match } from "../genai/match.ts";
import type {
  DatedRates,
  PricedModel,
  PriceProvider,
  PriceTable,
  Rate,
  Rates,
  TierFactors,
  When,
} from "../genai/price-table.ts";
import { parseYaml } from "../policy/yaml.ts";
import type { YamlNode } from "../policy/yaml-node.ts";
import { get, listOf, mapOf, priceOf, type Report, textOf } from "./gen-ai-override-nodes.ts";

// A platform's own prices, in the grammar of genai-prices: https://github.com/pydantic/genai-prices, prices/providers.

/** The Collector reads it as RE2, the compiler itself as JavaScript: both must. */
const isRegex = (pattern: string): boolean => {
  if (regexProblem(pattern) !== null) return false;
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
};

const names = {
  provider: [
    ...["id", "name", "description", "api_pattern", "model_match", "provider_match", "fallback_model_providers"],
    ...["models", "pricing_urls", "price_comments", "extractors", "service_tier"],
  ],
  model: [
    ...["id", "match", "prices", "name", "description", "context_window", "price_comments", "prices_checked"],
    ...["price_discrepancies", "deprecated", "service_tier"],
  ],
  dated: ["constraint", "prices"],
  match: ["equals", "starts_with", "ends_with", "contains", "regex", "or", "and", "not"],
};

const rateOf = (node: YamlNode, field: string, report: Report): Rate | null => {
  if (node.kind !== "map") return priceOf(node, field, report, node.span);
  const map = mapOf(node, field, ["base", "tiers"], report);
  const base = priceOf(get(node, "base"), `${field}.base`, report, node.span);
  const tiers = listOf(get(node, "tiers"), `${field}.tiers`, report).flatMap((tier, index) => {
    const at = `${field}.tiers[${index}]`;
    const parts = mapOf(tier, at, ["start", "price"], report);
    if (parts === null) return [];
    const start = priceOf(get(parts, "start"), `${at}.start`, report, tier.span);
    const price = priceOf(get(parts, "price"), `${at}.price`, report, tier.span);
    if (start !== null && !Number.isSafeInteger(start))
      report(`${at}.start`, "must be a whole number of tokens", tier.span);
    return start === null || price === null ? [] : [{ start, price }];
  });
  return map === null || base === null ? null : { base, tiers };
};

const ratesOf = (node: YamlNode, field: string, report: Report): Rates | null => {
  const map = mapOf(node, field, null, report);
  if (map === null) return null;
  const rates = map.entries.map(({ key, value }): readonly [string, Rate] | null => {
    if (!/_(?:mtok|kcount|hours|kpages|mchars|gpixels)$/.test(key))
      return report(
        `${field}.${key}`,
        "is no price of the grammar: input_mtok, output_mtok, cache_read_mtok, …",
        value.span,
      );
    const rate = rateOf(value, `${field}.${key}`, report);
    return rate === null ? null : [key, rate];
  });
  // Half a price list would charge something else than what was agreed on.
  const whole = rates.filter((rate) => rate !== null);
  return whole.length < rates.length ? null : Object.fromEntries(whole);
};

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;
const secondOf = (text: string): number | null => {
  const parts = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)Z$/.exec(text);
  return parts === null ? null : Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3]);
};

const whenOf = (node: YamlNode, field: string, report: Report): When | null => {
  const map = mapOf(node, field, ["type", "start_date", "start_time", "end_time"], report);
  if (map === null) return null;
  const day = get(map, "start_date");
  if (day !== null) {
    const text = textOf(day, `${field}.start_date`, report, node.span);
    if (text === null) return null;
    return dayPattern.test(text) && !Number.isNaN(Date.parse(text))
      ? { from: text }
      : report(`${field}.start_date`, "must be a day: 2026-01-31", day.span);
  }
  const times = (["start_time", "end_time"] as const).map((key) => {
    const text = textOf(get(map, key), `${field}.${key}`, report, node.span);
    const second = text === null ? null : secondOf(text);
    if (text !== null && second === null)
      report(`${field}.${key}`, "must be a time of day in UTC: 16:30:00Z", node.span);
    return second;
  });
  const [from = null, to = null] = times;
  return from === null || to === null ? null : { secondOfDay: { from, to } };
};

const pricesOf = (node: YamlNode | null, field: string, report: Report, owner: Span): readonly DatedRates[] => {
  if (node === null) {
    report(field, "is missing", owner);
    return [];
  }
  if (node.kind !== "sequence") {
    const rates = ratesOf(node, field, report);
    return rates === null ? [] : [{ when: null, rates }];
  }
  return node.items.flatMap((item, index) => {
    const at = `${field}[${index}]`;
    const map = mapOf(item, at, names.dated, report);
    const inner = map === null ? null : get(map, "prices");
    if (map === null || inner === null) return [];
    const rates = ratesOf(inner, `${at}.prices`, report);
    const constraint = get(map, "constraint");
    const when = constraint === null ? null : whenOf(constraint, `${at}.constraint`, report);
    return rates === null || (constraint !== null && when === null) ? [] : [{ when, rates }];
  });
};

const matchOf = (node: YamlNode, field: string, report: Report): Match | null => {
  const map = mapOf(node, field, names.match, report);
  const [entry, second] = map?.entries ?? [];
  if (map === null) return null;
  if (entry === undefined || second !== undefined)
    return report(
      field,
      "must have exactly one of equals, starts_with, ends_with, contains, regex, or, and",
      node.span,
    );
  const at = `${field}.${entry.key}`;
  if (entry.key === "or" || entry.key === "and") {
    const parts = listOf(entry.value, at, report).map((part, index) => matchOf(part, `${at}[${index}]`, report));
    const all = parts.filter((part) => part !== null);
    if (all.length < parts.length || all.length === 0) return null;
    return entry.key === "or" ? { or: all } : { and: all };
  }
  if (entry.key === "not") {
    const part = matchOf(entry.value, at, report);
    return part === null ? null : { not: part };
  }
  const text = textOf(entry.value, at, report, node.span);
  if (text === null) return null;
  switch (entry.key) {
    case "equals":
      return { equals: text };
    case "starts_with":
      return { starts_with: text };
    case "ends_with":
      return { ends_with: text };
    case "contains":
      return { contains: text };
    case "regex":
      return isRegex(text)
        ? { regex: text }
        : report(at, "is no regular expression that both RE2 and JavaScript know", entry.value.span);
    default:
      return null;
  }
};

/** Ours, beyond the grammar of genai-prices, which has no service tiers. */
const tiersOf = (node: YamlNode | null, field: string, report: Report): TierFactors | null => {
  if (node === null) return {};
  const map = mapOf(node, field, null, report);
  if (map === null) return null;
  const factors = map.entries.map(({ key, value }): readonly [string, number] | null => {
    if (!/^[a-z0-9][a-z0-9_.-]*$/.test(key))
      return report(
        `${field}.${key}`,
        "must be named in lower case, as the provider's API does: batch, flex",
        value.span,
      );
    const factor = priceOf(value, `${field}.${key}`, report, value.span);
    return factor === null ? null : [key, factor];
  });
  const whole = factors.filter((factor) => factor !== null);
  return whole.length < factors.length ? null : Object.fromEntries(whole);
};

const modelOf = (node: YamlNode, field: string, report: Report): PricedModel | null => {
  const map = mapOf(node, field, names.model, report);
  if (map === null) return null;
  const id = textOf(get(map, "id"), `${field}.id`, report, node.span);
  if (id !== null && /[|=]/.test(id)) return report(`${field}.id`, "must not hold | or =", node.span);
  const written = get(map, "match");
  const match = written === null ? { equals: id ?? "" } : matchOf(written, `${field}.match`, report);
  const prices = pricesOf(get(map, "prices"), `${field}.prices`, report, node.span);
  const serviceTiers = tiersOf(get(map, "service_tier"), `${field}.service_tier`, report);
  return id === null || match === null || prices.length === 0 || serviceTiers === null
    ? null
    : { id, match, prices, serviceTiers, isOwn: true };
};

const providerOf = (node: YamlNode, field: string, report: Report): PriceProvider | null => {
  const map = mapOf(node, field, names.provider, report);
  if (map === null) return null;
  const id = textOf(get(map, "id"), `${field}.id`, report, node.span);
  if (id === null) return null;
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(id))
    return report(`${field}.id`, "must be lower-case letters, digits, dots, hyphens and underscores", node.span);
  const modelMatch = get(map, "model_match");
  const named = get(map, "provider_match");
  const providerMatch = named === null ? null : matchOf(named, `${field}.provider_match`, report);
  const api = get(map, "api_pattern");
  const pattern = api === null ? null : textOf(api, `${field}.api_pattern`, report, node.span);
  if (pattern !== null && !isRegex(pattern))
    return report(`${field}.api_pattern`, "is no regular expression that both RE2 and JavaScript know", node.span);
  const serviceTiers = tiersOf(get(map, "service_tier"), `${field}.service_tier`, report);
  if (serviceTiers === null) return null;
  return {
    id,
    serviceTiers,
    ...(providerMatch === null ? {} : { providerMatch }),
    modelMatch: modelMatch === null ? null : matchOf(modelMatch, `${field}.model_match`, report),
    api: pattern ?? "",
    fallback: listOf(get(map, "fallback_model_providers"), `${field}.fallback_model_providers`, report).flatMap(
      (item) => {
        const other = textOf(item, `${field}.fallback_model_providers`, report, node.span);
        return other === null ? [] : [other];
      },
    ),
    models: listOf(get(map, "models"), `${field}.models`, report)
      .map((model, index) => modelOf(model, `${field}.models[${index}]`, report))
      .filter((model) => model !== null),
  };
};

const merged = (under: PriceProvider, over: PriceProvider): PriceProvider => ({
  id: under.id,
  modelMatch: over.modelMatch ?? under.modelMatch,
  api: over.api === "" ? under.api : over.api,
  fallback: over.fallback.length === 0 ? under.fallback : over.fallback,
  // The first match counts, so that the platform's own prices go first.
  models: [...over.models, ...under.models],
  serviceTiers: { ...under.serviceTiers, ...over.serviceTiers },
  ...(over.providerMatch === undefined ? {} : { providerMatch: over.providerMatch }),
});

/** The tool's prices with a platform's own in front. Entries with errors are left out; all others count. */
export const readPrices = (file: SourceFile, builtIn: PriceTable): Outcome<PriceTable> => {
  const { value: documents, diagnostics } = parseYaml(file, { aliases: true, maxBytes: 4 * 1024 * 1024 });
  const found: Diagnostic[] = [...diagnostics];
  const report: Report = (field, problem, at) => {
    found.push(diagnostic("TP4021", { field, problem }, at));
    return null;
  };
  const own = documents.flatMap((root) => {
    const top = root.kind === "map" && get(root, "providers") !== null ? get(root, "providers") : root;
    if (top === null) return [];
    const items = top.kind === "sequence" ? top.items : [top];
    return items
      .map((item, index) => providerOf(item, top.kind === "sequence" ? `providers[${index}]` : "provider", report))
      .filter((provider) => provider !== null);
  });
  const known = new Map(builtIn.providers.map((provider) => [provider.id, provider]));
  for (const provider of own) {
    const under = known.get(provider.id);
    known.set(provider.id, under === undefined ? provider : merged(under, provider));
  }
  const version = own.length === 0 ? builtIn.version : `${builtIn.version}+${shortDigest({ text: file.text })}`;
  return outcome({ version, providers: [...known.values()] }, found);
};
