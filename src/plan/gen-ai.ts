import type { Signal } from "../dataplane/profile.ts";
import { foldedFamilies } from "../genai/agent-metrics.ts";
import { callHeaders } from "../genai/aliases.ts";
import type { Profile } from "../genai/names.ts";
import type { CallSource } from "../genai/sources.ts";
import type { Dimension, Target, TelemetryPolicy } from "../policy/types.ts";
import type { DraftClass } from "./draft-class.ts";
import type { FamilyDefinition } from "./family.ts";
import { genAIFamilies, pricedFamilies } from "./gen-ai-families.ts";
import type { Stage } from "./types.ts";

/** Conventions that hold where a policy names none: the last that were released. */
const usualProfile: Profile = "v1.41";

/** What a policy says of model calls; null: it switched their metrics off. */
type Wish = {
  readonly profile: Profile;
  readonly source: CallSource | null;
  readonly asked: boolean;
  readonly dimensions: readonly Dimension[];
};

const wishOf = (policy: TelemetryPolicy): Wish | null => {
  const genAI = policy.metrics?.genAI ?? null;
  if (genAI?.enabled.value === false) return null;
  return {
    profile: genAI?.profile?.value ?? usualProfile,
    source: genAI?.source?.value ?? null,
    asked: genAI !== null,
    dimensions: genAI?.dimensions ?? [],
  };
};

const signalOf: { readonly [S in CallSource]: Signal } = {
  "gateway-logs": "logs",
  "gateway-spans": "traces",
  "client-spans": "traces",
  "client-metrics": "metrics",
};

/** Whether a family is derived from a signal: by default, only where it is named, or not at all. */
export const derives = (
  policy: TelemetryPolicy,
  family: FamilyDefinition,
  signal: Signal,
): "always" | "named" | "never" => {
  const known = genAIFamilies.find((definition) => definition.family === family.family);
  if (known === undefined) return signal === "metrics" ? "never" : family.always ? "always" : "named";
  const wish = wishOf(policy);
  if (signal === "metrics" && !foldedFamilies.some((folded) => folded === family.family)) return "never";
  if (wish === null || (wish.source !== null && signalOf[wish.source] !== signal)) return "never";
  if (known.always) return "always";
  if (known.under !== null && known.under !== wish.profile) return "never";
  return wish.asked ? "always" : "named";
};

/** Whether a policy counts model calls by the metrics of coding agents: only where it says so, since their calls may pass a Gateway. */
export const foldsMetrics = (policy: TelemetryPolicy): boolean => wishOf(policy)?.source === "client-metrics";

/** Dimensions that `metrics.genAI` adds to every family of calls. */
export const callDimensions = (policy: TelemetryPolicy, family: FamilyDefinition): readonly Dimension[] =>
  genAIFamilies.some((definition) => definition.family === family.family) ? (wishOf(policy)?.dimensions ?? []) : [];

/** Headers that say something of a call; beyond the draft's own only where calls are asked about. */
export const headersOfCalls = (policy: TelemetryPolicy): readonly string[] =>
  wishOf(policy)?.asked === true ? callHeaders : [];

/** Whether some family of a class needs prices, and of which models. */
const pricesOf = (policy: TelemetryPolicy, stages: readonly Stage[]): Extract<Stage, { kind: "genAI" }>["prices"] => {
  const isPriced = stages.some(
    (stage) => stage.kind === "derive" && stage.families.some(({ family }) => pricedFamilies.includes(family)),
  );
  if (!isPriced) return null;
  const listed = policy.metrics?.genAI?.prices ?? [];
  return { models: listed.length === 0 ? null : [...new Set(listed.map(({ value }) => value))].sort() };
};

/** Every name that is looked for costs at each start, so a policy that says nothing of model calls gets their tokens only. */
const depthOf = (wish: Wish | null, stages: readonly Stage[]): "tokens" | "all" => {
  const derived = stages.flatMap((stage) =>
    stage.kind === "derive" ? stage.families.map(({ family }) => family) : [],
  );
  const beyond = genAIFamilies.some(({ family }) => family !== "gen_ai_tokens" && derived.includes(family));
  return wish?.asked === true || beyond ? "all" : "tokens";
};

/** A class of spans or logs with the stage that reads model calls, right after names are canonical. */
export const withCalls = (policy: TelemetryPolicy, targets: Target["kind"], draft: DraftClass): DraftClass => {
  const [first, ...rest] = draft.stages;
  if (draft.signal === "metrics" || first?.kind !== "normalise") return draft;
  const wish = wishOf(policy);
  const origin = policy.metrics?.genAI?.enabled.origin ?? draft.origin;
  const isCounted = rest.some((other) => other.kind === "derive");
  const isExported = !draft.passthrough && rest.some((other) => other.kind === "export");
  const depth = depthOf(wish, rest);
  // Canonical names go along only where calls are asked about: nobody would see what was read.
  if (!isCounted && !(isExported && depth === "all")) return draft;
  const stage: Stage = {
    kind: "genAI",
    depth,
    profile: wish?.profile ?? usualProfile,
    source: wish?.source ?? null,
    mesh: isCounted && targets === "Namespace",
    counted: isCounted,
    exported: isExported,
    prices: pricesOf(policy, rest),
    origin,
  };
  return { ...draft, stages: [first, stage, ...rest] };
};
