import { matches, withDashedDates } from "./match.ts";
import {
  modelsOf,
  type PricedModel,
  type PriceProvider,
  type PriceTable,
  perCallKey,
  type Rate,
  type RateKind,
  type Rates,
  rateKinds,
  webSearchKey,
} from "./price-table.ts";

/** The model of a provider that a name means, or null. */
export const modelCalled = (table: PriceTable, provider: PriceProvider, name: string): PricedModel | null => {
  const models = modelsOf(table, provider);
  const wanted = name.toLowerCase().trim();
  const find = (text: string): PricedModel | null => models.find(({ match }) => matches(match, text)) ?? null;
  const dashed = withDashedDates(wanted);
  return find(wanted) ?? (dashed === wanted ? null : find(dashed));
};

/** The provider a model name tells by itself. */
export const providerByModel = (table: PriceTable, name: string): PriceProvider | null => {
  const wanted = name.toLowerCase().trim();
  return table.providers.find(({ modelMatch }) => modelMatch !== null && matches(modelMatch, wanted)) ?? null;
};

/** A rate for calls with this many input tokens. */
const inTier = (rate: Rate, inputTokens: number): number =>
  typeof rate === "number"
    ? rate
    : [...rate.tiers]
        .sort((a, b) => a.start - b.start)
        .reduce((price, tier) => (inputTokens > tier.start ? tier.price : price), rate.base);

/** USD per million tokens of each kind, kinds without a price of their own at that of what they are part of; and USD per call. */
export type Segment = { readonly [K in RateKind]: number } & {
  readonly perCall: number;
  readonly perWebSearch: number;
};

/** Prices of one dated price list from some number of input tokens on: the whole call costs by its segment. */
export type Segments = readonly { readonly above: number; readonly rates: Segment }[];

const kinds = Object.keys(rateKinds).filter((kind): kind is RateKind => kind in rateKinds);

const segment = (rates: Rates, inputTokens: number): Segment => {
  const own = (key: string): number | null => {
    const rate = rates[key];
    return rate === undefined ? null : inTier(rate, inputTokens);
  };
  const of = (kind: RateKind): number => {
    const { key, within } = rateKinds[kind];
    const audioOrImage = kind === "cacheAudioRead" ? "inputAudio" : kind === "cacheImageRead" ? "inputImage" : null;
    // A part of two: where only one of the two has a price of its own, that is it.
    if (own(key) === null && audioOrImage !== null && own(rateKinds.cacheRead.key) === null) return of(audioOrImage);
    return own(key) ?? (within === null ? 0 : of(within));
  };
  return {
    input: of("input"),
    cacheRead: of("cacheRead"),
    cacheWrite: of("cacheWrite"),
    output: of("output"),
    cacheWrite1h: of("cacheWrite1h"),
    inputAudio: of("inputAudio"),
    inputImage: of("inputImage"),
    inputVideo: of("inputVideo"),
    cacheAudioRead: of("cacheAudioRead"),
    cacheImageRead: of("cacheImageRead"),
    outputAudio: of("outputAudio"),
    outputImage: of("outputImage"),
    outputVideo: of("outputVideo"),
    reasoning: of("reasoning"),
    perCall: (own(perCallKey) ?? 0) / 1000,
    perWebSearch: (own(webSearchKey) ?? 0) / 1000,
  };
};

/** The segments of a price list, lowest first. */
export const segmentsOf = (rates: Rates): Segments => {
  const starts = Object.values(rates).flatMap((rate) =>
    typeof rate === "number" ? [] : rate.tiers.map(({ start }) => start),
  );
  const sorted = [...new Set(starts)].sort((a, b) => a - b);
  return [
    { above: -1, rates: segment(rates, 0) },
    ...sorted.map((start) => ({ above: start, rates: segment(rates, start + 1) })),
  ];
};

/** Does a price list price tokens or calls at all? Pages, seconds and searches are not counted by telemetry. */
export const pricesTokens = (rates: Rates): boolean =>
  perCallKey in rates || kinds.some((kind) => rateKinds[kind].key in rates);
