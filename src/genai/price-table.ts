import type { Match } from "./match.ts";

/** Tokens that a price may set apart, and the price that counts for them where none is given. Order: a parent before its parts. */
export const rateKinds = {
  input: { key: "input_mtok", within: null },
  cacheRead: { key: "cache_read_mtok", within: "input" },
  cacheWrite: { key: "cache_write_mtok", within: "input" },
  output: { key: "output_mtok", within: null },
  cacheWrite1h: { key: "cache_write_1h_mtok", within: "cacheWrite" },
  inputAudio: { key: "input_audio_mtok", within: "input" },
  inputImage: { key: "input_image_mtok", within: "input" },
  inputVideo: { key: "input_video_mtok", within: "input" },
  cacheAudioRead: { key: "cache_audio_read_mtok", within: "cacheRead" },
  cacheImageRead: { key: "cache_image_read_mtok", within: "cacheRead" },
  outputAudio: { key: "output_audio_mtok", within: "output" },
  outputImage: { key: "output_image_mtok", within: "output" },
  outputVideo: { key: "output_video_mtok", within: "output" },
  reasoning: { key: "output_reasoning_mtok", within: "output" },
} as const;

export type RateKind = keyof typeof rateKinds;

/** Price of a call apart from its tokens, USD per thousand calls. */
export const perCallKey = "requests_kcount";

/** Price of the provider's own searches of the web, USD per thousand. */
export const webSearchKey = "web_searches_kcount";

/** USD per million tokens (per thousand calls or searches for `…_kcount`); with tiers, the whole call is repriced above `start` input tokens. */
export type Rate =
  | number
  | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] };

/** Prices by the names of genai-prices; names that no rate kind has (pages, hours, executions) price what telemetry does not count. */
export type Rates = { readonly [key: string]: Rate };

/** When a price holds: from a date on (UTC), or in a part of every day, `to` excluded, possibly over midnight. */
export type When = { readonly from: string } | { readonly secondOfDay: { readonly from: number; readonly to: number } };

/** Of several prices the last whose condition holds counts; the first is for when none does. */
export type DatedRates = { readonly when: When | null; readonly rates: Rates };

/** What a call costs in a service tier, as a factor of its usual price: `{batch: 0.5}`. Tiers in lower case. */
export type TierFactors = { readonly [tier: string]: number };

/** Words for the tier that price lists are of: they need no factor. Sources: OpenAI, Anthropic, Bedrock and Vertex AI API references. */
export const usualTiers = ["default", "auto", "standard", "standard_only", "on_demand"] as const;

export type PricedModel = {
  readonly id: string;
  readonly match: Match;
  readonly prices: readonly DatedRates[];
  /** From a platform's own prices: compiled without being listed. */
  readonly isOwn?: true;
  /** Of the model alone, before those of its provider. */
  readonly serviceTiers?: TierFactors;
};

export type PriceProvider = {
  readonly id: string;
  /** Names by which a model tells its provider where nothing else does. */
  readonly modelMatch: Match | null;
  /** Regular expression for the beginning of its API's URL. */
  readonly api: string;
  /** Whose models are looked through when the provider's own have no match. */
  readonly fallback: readonly string[];
  /** The first that matches counts. */
  readonly models: readonly PricedModel[];
  readonly serviceTiers?: TierFactors;
  /** Names that providers go by in telemetry, as a platform's own prices say; those of the tool stand in `providers.ts`. */
  readonly providerMatch?: Match;
};

export type PriceTable = {
  /** Stamped on every estimated cost: `genai-prices 0.1.8`. */
  readonly version: string;
  readonly providers: readonly PriceProvider[];
};

/** A provider's models in the order in which they are tried, those of its fallbacks last. */
export const modelsOf = (table: PriceTable, provider: PriceProvider): readonly PricedModel[] => [
  ...provider.models,
  ...provider.fallback.flatMap((id) => table.providers.find((other) => other.id === id)?.models ?? []),
];
