import type { Located } from "../diagnostics/origin.ts";
import type { Span } from "../diagnostics/source.ts";

/** `namespace/name`. */
export type PolicyId = string;

/** Which spelling of TelemetryPolicy the author used; chosen by apiVersion and kind, never by kind alone. */
export type Dialect = "draft" | "agentic" | "gep4768";

/** An exact fraction with 0 ≤ numerator ≤ denominator and denominator ≥ 1; never a float. */
export type Rate = { readonly numerator: number; readonly denominator: number };

/** What a policy attaches to. For a Namespace target `namespace` and `name` are equal. */
export type Target = { readonly kind: "Gateway" | "Namespace"; readonly namespace: string; readonly name: string };

/** `Default` (absent block switch, or `ImplementationDefault`) means the signal is governed by whatever the block says. */
export type Mode = "Enabled" | "Disabled" | "Default";

/** Where a signal goes. `endpoint` of grpc is `host:port`, of http a URL without a signal path. */
export type Provider =
  | {
      readonly kind: "otlp";
      readonly transport: "grpc" | "http";
      readonly endpoint: string;
      readonly host: string;
      readonly insecure: boolean;
      readonly headers: readonly { readonly name: string; readonly value: Located<string> }[];
      /** The Service behind a `backendRef`, so that a reference into another namespace can be checked. */
      readonly service?: { readonly namespace: string; readonly name: string };
    }
  /** `remoteWrite` is a URL, or null for the pull endpoint of the platform. */
  | { readonly kind: "prometheus"; readonly remoteWrite: string | null };

/** Where the value of an attribute or dimension comes from. Header names are lower-case. */
export type ValueSource =
  | { readonly from: "literal"; readonly value: string }
  | { readonly from: "header"; readonly name: string }
  | { readonly from: "attribute"; readonly key: string };

export type AttributeRule = { readonly name: Located<string>; readonly source: Located<ValueSource> };

export type Tracing = {
  readonly mode: Located<Mode>;
  readonly provider: Located<Provider> | null;
  /** Rate for traces that begin here; default 1/1: what arrives is kept. */
  readonly rootRate: Located<Rate>;
  /** Rate for traces whose local root has a remote parent; null when parent-based sampling is off: `rootRate` for all. */
  readonly parentRate: Located<Rate> | null;
  readonly attributes: readonly AttributeRule[];
  readonly serviceName: Located<string> | null;
  readonly spanName: Located<string> | null;
  /** Propagation formats, as written. Proxies propagate; a Collector cannot. */
  readonly propagation: readonly Located<string>[];
  /** Whether prompts, answers and arguments of tools stay in exported records (extension); absent or null: they go. */
  readonly captureMessageContent?: Located<boolean> | null;
};

export type Dimension = {
  readonly key: Located<string>;
  /** null removes the dimension. */
  readonly source: Located<ValueSource> | null;
};

/** How many values of a dimension get series of their own; later ones count under `other`. */
export type DimensionLimit = { readonly key: Located<string>; readonly limit: Located<number> };

export type MetricOverride = {
  readonly name: Located<string>;
  readonly type: Located<string> | null;
  readonly disabled: Located<boolean>;
  readonly dimensions: readonly Dimension[];
  /** Of added dimensions, and of those that the family has by itself. */
  readonly limits?: readonly DimensionLimit[];
};

/** `metrics.genAI` (extension): token, latency and cost metrics of model calls. */
export type GenAI = {
  readonly enabled: Located<boolean>;
  /** Which GenAI semantic conventions name the metrics; null: the tool's default. */
  readonly profile: Located<"latest" | "v1.41"> | null;
  /** Which record of a call is counted; null: the data plane's request record. */
  readonly source: Located<"gateway-logs" | "gateway-spans" | "client-spans" | "client-metrics"> | null;
  /** Models that must have a price. */
  readonly prices: readonly Located<string>[];
  readonly dimensions: readonly Dimension[];
  readonly limits?: readonly DimensionLimit[];
  readonly budgets: readonly {
    readonly name: Located<string>;
    readonly usdPerMonth: Located<number>;
    readonly by: Located<string> | null;
  }[];
};

export type Metrics = {
  readonly mode: Located<Mode>;
  readonly provider: Located<Provider> | null;
  readonly overrides: readonly MetricOverride[];
  readonly genAI?: GenAI | null;
};

/** Conditions inside one match are ANDed; matches are ORed. */
export type LogMatch = { readonly path: Located<string> | null; readonly cel: Located<string> | null };

export type AccessLogs = {
  readonly mode: Located<Mode>;
  readonly provider: Located<Provider> | null;
  readonly format: Located<"JSON" | "Text">;
  readonly matches: readonly LogMatch[];
  /** null: the fields as the proxy wrote them. */
  readonly fields: readonly Located<string>[] | null;
  /** Whether prompts, answers and arguments of tools stay in exported records (extension); absent or null: they go. */
  readonly captureMessageContent?: Located<boolean> | null;
};

/** One policy, whatever its dialect was. Signals are independent; null leaves the signal alone. */
export type TelemetryPolicy = {
  readonly id: PolicyId;
  readonly namespace: string;
  readonly name: string;
  readonly dialect: Dialect;
  /** RFC 3339 as written, or null: files often carry none. */
  readonly createdAt: string | null;
  readonly generation: number | null;
  /** The `metadata.name` value: where to point when the policy as a whole is meant. */
  readonly span: Span;
  readonly targets: readonly Located<Target>[];
  readonly tracing: Tracing | null;
  readonly metrics: Metrics | null;
  readonly accessLogs: AccessLogs | null;
  /** Every field used that the policy's own dialect does not have. */
  readonly extensions?: readonly { readonly path: string; readonly span: Span }[];
};

/** Other kinds in the folder that help to resolve targets. */
export type ContextObject =
  | {
      readonly kind: "Gateway" | "Namespace" | "HTTPRoute" | "Service" | "InferencePool";
      readonly namespace: string;
      readonly name: string;
      readonly span: Span;
      /** Of a Gateway: its `gatewayClassName`. */
      readonly className?: string;
    }
  /** Cluster-wide, so without a namespace. `parameters` is the EnvoyProxy that its proxies are set up by. */
  | {
      readonly kind: "GatewayClass";
      readonly namespace: "";
      readonly name: string;
      readonly span: Span;
      readonly parameters: { readonly namespace: string; readonly name: string } | null;
    }
  /** Envoy Gateway's settings of proxies. `merges` is the value of `mergeGateways: true`. */
  | {
      readonly kind: "EnvoyProxy";
      readonly namespace: string;
      readonly name: string;
      readonly span: Span;
      readonly merges: Span | null;
    }
  | {
      readonly kind: "ReferenceGrant";
      readonly namespace: string;
      readonly name: string;
      readonly span: Span;
      readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[];
      readonly to: readonly { readonly group: string; readonly kind: string; readonly name: string | null }[];
    };

/** Everything that one read of the policy files says. */
export type PolicySet = {
  readonly policies: readonly TelemetryPolicy[];
  readonly context: readonly ContextObject[];
  /** Policies that were recognised but left out because of errors: enough to report status on. */
  readonly rejected: readonly {
    readonly id: PolicyId;
    readonly generation: number | null;
    readonly targets: readonly Target[];
    readonly span: Span;
  }[];
  /** Sound policies that do not count for now, each id once, in order of id. */
  readonly aside?: readonly TelemetryPolicy[];
};

/** What the platform owner allows, as far as one policy's rules need it. */
export type PolicyOptions = {
  /** Host patterns (`*` inside a label or as a whole label run), each with an optional `:port`. */
  readonly allowEndpoints: readonly string[];
  readonly rootNamespace: string | null;
  /** Whether a policy of a file counts; one that does not is as if it were not there. Absent: all do. */
  readonly counts?: (file: string, policy: PolicyId) => boolean;
};
