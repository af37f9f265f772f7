import { byText } from "../base/order.ts";
import { exactNames, type Match, matches, patternOf, withDashedDates, withPlainDates } from "./match.ts";
import { modelCalled, pricesTokens, type Segment, type Segments, segmentsOf } from "./price.ts";
import { isPicked, type PriceSelection } from "./price-select.ts";
import {
  type DatedRates,
  modelsOf,
  type PricedModel,
  type PriceProvider,
  type PriceTable,
  type TierFactors,
  type When,
} from "./price-table.ts";

/** What a looked-up name means when it is no row: known but not compiled in, or priced by something else than tokens. */
export const notCompiled = -1;
export const noTokenPrice = -2;

/** A price list as it is found: a row of `rows`, one of the two codes above, or (from `rows.length` on) a dated one. */
export type PriceCode = number;

/**
 * A selection of a price table, arranged for lookup by position. Whatever the table's rules say of a name, `names`,
 * `rules` and `dated` together say the same; a name of an unselected model is never taken for a selected one.
 */
export type PriceForm = {
  readonly version: string;
  readonly providers: readonly {
    readonly id: string;
    /** Two digits. */
    readonly code: string;
    /** Patterns for names that stand in `names` nowhere; the first that holds counts. */
    readonly rules: readonly { readonly match: Match; readonly code: PriceCode }[];
    /** The same for a name whose `-20250807` was written as `-2025-08-07`, tried after all of `rules`. */
    readonly dashedRules: readonly { readonly match: Match; readonly code: PriceCode }[];
  }[];
  /** Beginnings of API URLs, and the provider they are. */
  readonly apis: readonly { readonly pattern: string; readonly provider: string }[];
  /** How a platform's own prices know their provider by name; the first that holds counts, before all other names. */
  readonly byName: readonly { readonly match: Match; readonly code: string }[];
  /** How a model tells its provider, whether compiled in or not; the first that holds counts. */
  readonly byModel: readonly { readonly match: Match; readonly provider: string }[];
  /** `<provider code>/<model>` in code-unit order. */
  readonly names: readonly { readonly key: string; readonly code: PriceCode }[];
  /**
   * Segments of price lists: without tiers and parts of their own first, then with tiers, then with both, then with
   * parts only. The segments of one list follow each other.
   */
  readonly rows: readonly {
    readonly above: number;
    readonly below: number;
    readonly rates: Segment;
    /** Position in `factors`; 0: none. */
    readonly factors: number;
  }[];
  /** Different sets of service-tier factors; the first is empty. */
  readonly factors: readonly TierFactors[];
  readonly tiered: { readonly from: number; readonly to: number };
  /** Rows from here on price some tokens apart, or the call. */
  readonly parted: number;
  readonly mostTiers: number;
  /** Price lists that depend on the time of the call; the last whose condition holds counts. */
  readonly dated: readonly {
    readonly otherwise: PriceCode;
    readonly options: readonly { readonly when: When | null; readonly code: PriceCode }[];
  }[];
};

const isParted = ({ rates }: Segments[number]): boolean =>
  rates.perCall !== 0 ||
  rates.perWebSearch !== 0 ||
  rates.cacheWrite1h !== rates.cacheWrite ||
  [rates.inputAudio, rates.inputImage, rates.inputVideo].some((rate) => rate !== rates.input) ||
  [rates.cacheAudioRead, rates.cacheImageRead].some((rate) => rate !== rates.cacheRead) ||
  [rates.outputAudio, rates.outputImage, rates.outputVideo, rates.reasoning].some((rate) => rate !== rates.output);

/** Where a price list stands among the rows. */
const rankOf = (segments: Segments): number => {
  const tiered = segments.length > 1;
  return segments.some(isParted) ? (tiered ? 2 : 3) : tiered ? 1 : 0;
};

/** A model that is free says so in its name; one without a price says nothing. */
const isFree = (model: PricedModel): boolean => model.id.endsWith(":free");

const listOf = (model: PricedModel, { rates }: DatedRates): Segments | null =>
  pricesTokens(rates) || isFree(model) ? segmentsOf(rates) : null;

const hasDate = (match: Match): boolean =>
  /\\d\{4\}-|20\d\d-\d\d-\d\d/.test(JSON.stringify(match).replaceAll("\\\\", "\\"));

export const priceForm = (table: PriceTable, selection: PriceSelection): PriceForm => {
  const isIn = isPicked(selection);
  const providers = table.providers.filter((provider) =>
    modelsOf(table, provider).some((model) => isIn(provider, model)),
  );
  const factors: TierFactors[] = [{}];
  /** A model of another provider is charged in the tiers of the one that answers. */
  const factorsOf = (provider: PriceProvider, model: PricedModel): number => {
    const all = { ...provider.serviceTiers, ...model.serviceTiers };
    if (Object.keys(all).length === 0) return 0;
    const text = JSON.stringify(Object.entries(all).sort(([a], [b]) => byText(a, b)));
    const known = factors.findIndex(
      (one) => JSON.stringify(Object.entries(one).sort(([a], [b]) => byText(a, b))) === text,
    );
    if (known >= 0) return known;
    factors.push(all);
    return factors.length - 1;
  };
  const models = providers.flatMap((provider) =>
    modelsOf(table, provider)
      .filter((model) => isIn(provider, model))
      .map((model) => ({ model, factors: factorsOf(provider, model) })),
  );

  // Price lists, each once, in the order of their ranks.
  const lists = new Map<string, { readonly list: Segments; readonly factors: number }>();
  const keyOf = (list: Segments, factors: number): string =>
    `${JSON.stringify(list)}${factors === 0 ? "" : ` ${factors}`}`;
  for (const { model, factors: own } of models) {
    for (const dated of model.prices) {
      const list = listOf(model, dated);
      if (list !== null) lists.set(keyOf(list, own), { list, factors: own });
    }
  }
  const inOrder = [...lists].sort(([a, x], [b, y]) => rankOf(x.list) - rankOf(y.list) || byText(a, b));
  const rows: PriceForm["rows"][number][] = [];
  const rowOf = new Map<string, number>();
  const bounds = [0, 0, 0, 0];
  for (const [key, { list, factors: own }] of inOrder) {
    rowOf.set(key, rows.length);
    for (const [index, { above, rates }] of list.entries())
      rows.push({ above, below: list[index + 1]?.above ?? Number.MAX_SAFE_INTEGER, rates, factors: own });
    for (let rank = rankOf(list); rank < bounds.length; rank++) bounds[rank] = rows.length;
  }
  const [plain = 0, tieredPlain = 0, tieredParted = 0] = bounds;

  const codeOfList = (model: PricedModel, dated: DatedRates, own: number): PriceCode => {
    const list = listOf(model, dated);
    return list === null ? noTokenPrice : (rowOf.get(keyOf(list, own)) ?? noTokenPrice);
  };
  const dated: PriceForm["dated"][number][] = [];
  const codes = new Map<PricedModel, Map<number, PriceCode>>();
  const codeOf = (model: PricedModel, own: number): PriceCode => {
    const ofModel = codes.get(model) ?? new Map<number, PriceCode>();
    codes.set(model, ofModel);
    const known = ofModel.get(own);
    if (known !== undefined) return known;
    const [first] = model.prices;
    let code: PriceCode = noTokenPrice;
    if (first !== undefined && model.prices.length === 1 && first.when === null) code = codeOfList(model, first, own);
    else if (first !== undefined) {
      code = rows.length + dated.length;
      dated.push({
        otherwise: codeOfList(model, first, own),
        options: model.prices.map((price) => ({ when: price.when, code: codeOfList(model, price, own) })),
      });
    }
    ofModel.set(own, code);
    return code;
  };

  const names: PriceForm["names"][number][] = [];
  const compiled = providers.map((provider, index): PriceForm["providers"][number] => {
    const code = String(index).padStart(2, "0");
    const all = modelsOf(table, provider);
    const own = new Set(all.filter((model) => isIn(provider, model)));
    const codeHere = (model: PricedModel): PriceCode =>
      own.has(model) ? codeOf(model, factorsOf(provider, model)) : notCompiled;
    const last = all.findLastIndex((model) => own.has(model) && patternOf(model.match) !== null);
    // Patterns of models that are not compiled in stand guard before those that are.
    const rules = all.slice(0, last + 1).flatMap((model) => {
      const match = patternOf(model.match);
      return match === null ? [] : [{ match, code: codeHere(model) }];
    });
    const spelled = new Set(all.flatMap((model) => exactNames(model.match)));
    for (const name of [...spelled]) spelled.add(withPlainDates(name));
    for (const name of spelled) {
      const model = modelCalled(table, provider, name);
      if (model === null) continue;
      const dashed = withDashedDates(name);
      const isTaken = rules.some(({ match }) => matches(match, name) || matches(match, dashed));
      if (own.has(model) || isTaken) names.push({ key: `${code}/${name}`, code: codeHere(model) });
    }
    return {
      id: provider.id,
      code,
      rules,
      dashedRules: rules.filter(({ match }) => hasDate(match)),
    };
  });
  return {
    version: table.version,
    providers: compiled,
    apis: providers.map(({ id, api }) => ({ pattern: api, provider: id })),
    byName: providers.flatMap(({ providerMatch }, index) =>
      providerMatch === undefined ? [] : [{ match: providerMatch, code: String(index).padStart(2, "0") }],
    ),
    byModel: table.providers.flatMap(({ id, modelMatch }) =>
      modelMatch === null ? [] : [{ match: modelMatch, provider: id }],
    ),
    names: names.sort((a, b) => byText(a.key, b.key)),
    rows,
    tiered: { from: plain, to: tieredParted },
    parted: tieredPlain,
    mostTiers: Math.max(0, ...inOrder.map(([, { list }]) => list.length - 1)),
    factors,
    dated,
  };
};
