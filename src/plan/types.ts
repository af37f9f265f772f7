import type { Condition } from "../cel/condition.ts";
import type { DataPlaneProfile, Signal } from "../dataplane/profile.ts";
import type { Origin } from "../diagnostics/origin.ts";
import type { Profile } from "../genai/names.ts";
import type { PriceForm } from "../genai/price-form.ts";
import type { PriceSelection } from "../genai/price-select.ts";
import type { CallSource } from "../genai/sources.ts";
import type { PolicyId, Provider, Rate, Target } from "../policy/types.ts";

export type ClassId = string;
export type SinkId = string;

/** A string that every target of a class has, though not the same one: looked up by target, so that it never splits a class. */
export type RowField = { readonly kind: "row"; readonly field: string };

/** Where the value of an attribute or dimension comes from. Header names are lower-case. */
export type ValueFrom =
  | RowField
  | { readonly kind: "header"; readonly name: string }
  | { readonly kind: "attribute"; readonly key: string };

/** One governed target: which class its records belong to per signal, and the data that differs between targets of a class. */
export type TargetRow = {
  readonly target: Target;
  readonly policy: PolicyId;
  readonly classes: { readonly [S in Signal]?: ClassId };
  /** Field name → value, with where it was written. */
  readonly values: { readonly [field: string]: { readonly value: string; readonly origin: Origin } };
};

/**
 * True for records for which one of these holds. Inside one, path and condition both hold; null asks nothing.
 * A path holds on whole segments, the query ignored; "" is every path. An unknown condition does not hold.
 */
export type LogCondition = {
  readonly anyOf: readonly { readonly path: RowField | null; readonly when: Condition | null }[];
};

/** One column of an access-log line. */
export type FieldRef = {
  /** As the policy wrote it; this is the key in the line. */
  readonly name: string;
  readonly from:
    | { readonly kind: "startTime" }
    | { readonly kind: "attribute"; readonly key: string }
    | { readonly kind: "header"; readonly name: string };
};

/** Families that are derived from model and tool calls. */
export type CallFamily =
  | "gen_ai_tokens"
  | "gen_ai_cost"
  | "gen_ai_cost_saved"
  | "gen_ai_requests"
  | "gen_ai_unpriced"
  | "gen_ai_usage_missing"
  | "gen_ai_duration"
  | "gen_ai_time_to_first_token"
  | "gen_ai_time_per_output_token"
  | "gen_ai_client_token_usage"
  | "gen_ai_usage_input_tokens"
  | "gen_ai_usage_output_tokens"
  | "gen_ai_usage_cache_read"
  | "gen_ai_usage_cache_write"
  | "gen_ai_usage_reasoning"
  | "tool_calls"
  | "tool_duration";

/** A metric family derived from records, with its dimensions beyond the target's own. */
export type DerivedFamily = {
  readonly family: "request_count" | "request_duration" | "request_size" | "response_size" | CallFamily;
  /** Canonical attributes that become dimensions by default. */
  readonly defaults: readonly string[];
  readonly added: readonly { readonly key: string; readonly from: ValueFrom }[];
  readonly origin: Origin;
};

/** What happens to the records of a class, in this order. `order.ts` says why this order. */
export type Stage =
  | { readonly kind: "normalise" }
  /** Reads what a record says of a model or tool call, counts it if it is the one record of its call, and prices it. */
  | {
      readonly kind: "genAI";
      /** What the policy wants to know of calls: their tokens only, in OpenTelemetry's and the draft's names, or everything. */
      readonly depth: "tokens" | "all";
      readonly profile: Profile;
      /** null: the request record of the target's data plane; of a mesh, its clients. */
      readonly source: CallSource | null;
      /** Whether the targets are namespaces; never both kinds in one class. */
      readonly mesh: boolean;
      readonly counted: boolean;
      readonly exported: boolean;
      /** null: nothing is priced. */
      readonly prices: { readonly models: PriceSelection } | null;
      readonly origin: Origin;
    }
  /** Takes credentials away, and what people and models say to each other unless the policy keeps it. */
  | { readonly kind: "redact"; readonly keepsContent?: true; readonly origin?: Origin }
  | {
      readonly kind: "set";
      readonly scope: "record" | "resource" | "spanName";
      readonly key: string;
      readonly from: ValueFrom;
      readonly origin: Origin;
    }
  | { readonly kind: "derive"; readonly families: readonly DerivedFamily[]; readonly sinks: readonly SinkId[] }
  | { readonly kind: "drop"; readonly origin: Origin }
  | { readonly kind: "sample"; readonly threshold: RowField; readonly origin: Origin }
  | {
      readonly kind: "sampleLocalTrace";
      readonly root: RowField;
      readonly remoteParent: RowField;
      /** The lower and the higher of the two: outside them nothing has to wait. */
      readonly low: RowField;
      readonly high: RowField;
      readonly waitSeconds: number;
      readonly origin: Origin;
    }
  | { readonly kind: "keep"; readonly when: LogCondition; readonly origin: Origin }
  | { readonly kind: "fields"; readonly fields: readonly FieldRef[]; readonly origin: Origin }
  | { readonly kind: "format"; readonly as: "JSON" | "Text"; readonly origin: Origin }
  /** Families that a data plane sends under two names: the former goes where the present one is there. */
  | {
      readonly kind: "dropTwins";
      readonly twins: readonly { readonly now: string; readonly before: readonly string[] }[];
      readonly origin: Origin;
    }
  | { readonly kind: "dropFamily"; readonly names: readonly string[]; readonly origin: Origin }
  | {
      readonly kind: "dimension";
      readonly names: readonly string[];
      readonly key: string;
      readonly from: ValueFrom | null;
      readonly origin: Origin;
    }
  | { readonly kind: "export"; readonly sinks: readonly SinkId[] };

export type StageKind = Stage["kind"];

/** Records of one structure: every target whose policy asks for the same stages shares it, whatever the data. */
export type PolicyClass = {
  readonly id: ClassId;
  readonly signal: Signal;
  readonly stages: readonly Stage[];
  /** True: nothing governs the records themselves; they are only read (derive) and go the default way untouched. */
  readonly passthrough: boolean;
  /** Why the class exists: the first policy that needs it. */
  readonly origin: Origin;
};

/** A backend, known by what it is and never by who asked for it. */
export type Sink =
  | {
      readonly id: SinkId;
      readonly kind: "otlp";
      readonly provider: Extract<Provider, { kind: "otlp" }>;
      readonly origin: Origin;
    }
  | { readonly id: SinkId; readonly kind: "remoteWrite"; readonly url: string; readonly origin: Origin }
  /** The platform's Prometheus endpoint, scraped. */
  | { readonly id: SinkId; readonly kind: "pull" }
  /** The exporters of the platform's default pipelines of that signal. */
  | { readonly id: SinkId; readonly kind: "default"; readonly signal: Signal }
  /** The Collector's stdout, one line per record. */
  | { readonly id: SinkId; readonly kind: "stdout" };

/** How many values a dimension of a policy's derived metrics may have. */
export type DimensionCap = { readonly policy: PolicyId; readonly key: string; readonly limit: number };

/** Values that a dimension had, in the order in which they were first seen. */
export type SeenValues = { readonly policy: PolicyId; readonly key: string; readonly values: readonly string[] };

export type Plan = {
  readonly profiles: readonly DataPlaneProfile[];
  /** In code-unit order of their keys; the index of a row is its code. */
  readonly rows: readonly TargetRow[];
  /** By signal, then id. */
  readonly classes: readonly PolicyClass[];
  readonly sinks: readonly Sink[];
  /** Request headers that some stage reads, sorted. */
  readonly headers: readonly string[];
  /** Prices that some class looks up, by which models it chose. */
  readonly prices?: readonly { readonly models: PriceSelection; readonly form: PriceForm }[];
  /** By policy and key. */
  readonly caps?: readonly DimensionCap[];
  /** Dimensions with as many values as they may have: whatever is not among these counts as `other`. */
  readonly full?: readonly SeenValues[];
};

export type { Rate };
