import type { Rate, Target } from "../policy/types.ts";
import type { YamlNode } from "../policy/yaml-node.ts";

/** A value of the policy-to-be, with the field of the manifest that it came from. */
export type Cited<T> = {
  readonly value: T;
  readonly node: YamlNode;
  readonly file: string;
  /** Says the manifest the same, or only nearly? */
  readonly how: "carried" | "changed";
  readonly why?: string;
  /** Where a dialect cannot say it, the data plane must do it: the remedy. */
  readonly otherwise?: string;
};

export type SketchProvider =
  | { readonly kind: "service"; readonly name: string; readonly namespace: string; readonly port: number }
  /** `host:port` for gRPC, a URL for HTTP. */
  | { readonly kind: "endpoint"; readonly endpoint: string };

export type SketchSource =
  | { readonly from: "literal"; readonly value: string }
  | { readonly from: "header"; readonly name: string }
  | { readonly from: "attribute"; readonly key: string };

export type SketchTracing = {
  readonly enabled?: Cited<boolean>;
  readonly provider?: Cited<SketchProvider>;
  readonly headers?: readonly Cited<{ readonly name: string; readonly value: string }>[];
  readonly rate?: Cited<Rate>;
  /** null: parent-based sampling is off, said outright. */
  readonly parent?: Cited<Rate | null>;
  readonly propagation?: readonly Cited<string>[];
  readonly attributes?: readonly Cited<{ readonly name: string; readonly source: SketchSource }>[];
  readonly serviceName?: Cited<string>;
  readonly spanName?: Cited<string>;
};

export type SketchMetricsProvider =
  | { readonly type: "Prometheus"; readonly endpoint: string | null }
  | { readonly type: "OTLP"; readonly endpoint: string };

export type SketchOverride = {
  readonly name: Cited<string>;
  readonly type?: Cited<string>;
  readonly disabled?: Cited<boolean>;
  readonly dimensions?: readonly Cited<{ readonly key: string; readonly source: SketchSource | null }>[];
};

export type SketchMetrics = {
  readonly enabled?: Cited<boolean>;
  readonly provider?: Cited<SketchMetricsProvider>;
  readonly overrides?: readonly SketchOverride[];
  readonly genAI?: Cited<true>;
};

export type SketchLogs = {
  readonly enabled?: Cited<boolean>;
  /** null: the Collector's standard output. */
  readonly provider?: Cited<string | null>;
  readonly format?: Cited<"JSON" | "Text">;
  readonly matches?: readonly Cited<{ readonly path: string } | { readonly cel: string }>[];
  readonly fields?: readonly Cited<string>[];
};

/** A policy before its dialect is chosen. */
export type Sketch = {
  readonly namespace: string;
  readonly name: string;
  /** Empty: nobody said which Gateways or Namespaces are meant. */
  readonly targets: readonly Cited<Target>[];
  readonly createdAt: string | null;
  readonly tracing?: SketchTracing;
  readonly metrics?: SketchMetrics;
  readonly logs?: SketchLogs;
  /** Title of the manifest it comes from. */
  readonly from: string;
  /** What had been asked for where there are no targets: "Gateways of class eg". */
  readonly wanted?: string;
  /** Of two that govern one target the higher level wins: 0 the mesh's or class's, 1 a namespace's, 2 a target's own. */
  readonly level?: 0 | 1 | 2;
  /** Its tracing has no provider of its own: that of the lower level stays. */
  readonly keepsProvider?: true;
  /** A TelemetryPolicy already: it stays one, as it is. */
  readonly isPolicy?: true;
  /** Istio: what a higher level does not say is inherited field by field, and not only signal by signal. */
  readonly inherits?: true;
};

/** Nothing in it that a policy could make happen; what proxies propagate is theirs. */
export const isEmpty = ({ tracing, metrics, logs }: Sketch): boolean =>
  [tracing, metrics, logs].every(
    (block) =>
      block === undefined || Object.entries(block).every(([key, value]) => key === "propagation" || isNothing(value)),
  );

const isNothing = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0);
