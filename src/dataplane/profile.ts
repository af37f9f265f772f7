/** The three signals a policy speaks of, as OTLP names them. */
export type Signal = "traces" | "metrics" | "logs";

/**
 * One way in which a resource names the target it belongs to. Only exact matches of whole values count: Gateway
 * names may hold dots and may be prefixes of each other, so nothing is ever split.
 */
export type IdentitySource =
  /** Two attributes: the Gateway's name and its namespace. */
  | { readonly kind: "gatewayPair"; readonly name: string; readonly namespace: string }
  /** One attribute that joins both. */
  | { readonly kind: "gatewayJoined"; readonly key: string; readonly form: "name.namespace" | "namespace/name" }
  /** The workload's namespace (mesh). */
  | { readonly kind: "namespace"; readonly key: string };

/** How a raw value becomes the canonical one; a value that cannot become it is treated as absent. */
export type Conversion =
  | "text"
  | "integer"
  /** Milliseconds → seconds. */
  | "secondsFromMilliseconds"
  /** A path that may carry a query: cut at `?` or `#`. */
  | "path"
  /** The path of an absolute URL. */
  | "pathOfUrl";

/** `from`, if present, becomes `to` unless an earlier alias already did. Placeholders for absent values never count. */
export type Alias = { readonly to: string; readonly from: string; readonly as: Conversion };

/** Which record of a signal stands for one request, so that each request counts once. */
export type RequestRecord =
  | { readonly signal: "traces"; readonly kind: "serverSpan" }
  | { readonly signal: "logs"; readonly kind: "accessLog" };

/** Everything that is peculiar to one data plane, as data. A new data plane is a file beside this one and a line in `profiles.ts`. */
export type DataPlaneProfile = {
  /** The value of `--data-plane`. */
  readonly name: string;
  readonly title: string;
  readonly identify: { readonly [S in Signal]: readonly IdentitySource[] };
  readonly requestRecord: RequestRecord;
  /** Log records of an identified resource that are access logs: all, or those that carry one of these attributes. */
  readonly accessLogs: "all" | { readonly withAnyOf: readonly string[] };
  readonly aliases: { readonly traces: readonly Alias[]; readonly logs: readonly Alias[] };
  /** Attribute keys under which a request header may arrive, `*` standing for its lower-case name. */
  readonly headerKeys: { readonly traces: readonly string[]; readonly logs: readonly string[] };
  /** Metric families of this data plane that a policy may call by a common name: `request_count` → … */
  readonly families: readonly { readonly alias: string; readonly names: readonly string[] }[];
  /** How the proxy is made to send a header, for the remedy of a diagnostic. */
  readonly sendHeader: (header: string) => string;
  /** How the proxy is told which propagation formats to use. */
  readonly propagation: string;
};
