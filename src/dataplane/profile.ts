import type { NativeSnippet, NativeWish } from "./native.ts";

/** The three signals a policy speaks of, as OTLP names them. */
export type Signal = "traces" | "metrics" | "logs";

/** How a text joins a Gateway's name and namespace: `{name}` and `{namespace}` stand for the two, all else for itself. */
export type JoinedForm = string;

/**
 * One way in which telemetry names the target it belongs to. Only exact matches of whole values count: Gateway names
 * may hold dots and may be prefixes of each other, so nothing is ever split.
 *
 * A source that speaks of Gateways outright is believed before all later ones, even where it names none that is
 * governed. `common` marks one whose attributes other senders have, too: its presence proves nothing, only its match does.
 */
export type IdentitySource =
  /** Two resource attributes: the Gateway's name and its namespace. */
  | { readonly kind: "gatewayPair"; readonly name: string; readonly namespace: string; readonly common?: true }
  /** One resource attribute that joins both. */
  | { readonly kind: "gatewayJoined"; readonly key: string; readonly form: JoinedForm; readonly common?: true }
  /** The workload's namespace (mesh), a resource attribute. */
  | { readonly kind: "namespace"; readonly key: string }
  /**
   * The same, said by the records and not by their resource: attributes whose values, joined by "/", have the form.
   * Only where all records of a resource agree.
   */
  | {
      readonly kind: "recordGateway" | "recordNamespace";
      readonly keys: readonly string[];
      readonly form: JoinedForm;
      /** Only records with this attribute value speak of their sender. */
      readonly where?: { readonly key: string; readonly is: string };
    };

/** How a raw value becomes the canonical one; a value that cannot become it is treated as absent. */
export type Conversion =
  | "text"
  | "integer"
  /** An HTTP status. Envoy writes 0 where there was no response: that is none. */
  | "statusCode"
  /** A number in the canonical unit already. */
  | "number"
  /** Milliseconds → seconds. */
  | "secondsFromMilliseconds"
  /** A number with its unit, `12ms` → seconds. */
  | "secondsFromDuration"
  /** A path that may carry a query: cut at `?` or `#`. */
  | "path"
  /** The path of an absolute URL. */
  | "pathOfUrl"
  /** The text at `"model"` of a JSON object. */
  | "modelOfJson";

/** `from`, if present, becomes `to` unless an earlier alias already did. Placeholders for absent values never count. */
export type Alias = { readonly to: string; readonly from: string; readonly as: Conversion };

/** Records that describe a request which another record stands for already. */
export type Duplicate =
  | { readonly key: string; readonly is: readonly string[] }
  /** On mesh targets only: there the other end of the connection has a record of its own. */
  | { readonly key: string; readonly startsWith: string; readonly governedAs: "Namespace" };

/** Which record of a signal stands for one request, so that each request counts once. */
export type RequestRecord =
  | {
      readonly signal: "traces";
      readonly kind: "serverSpan";
      /** Only spans of these names, where other server spans describe the same request. */
      readonly named?: readonly string[];
    }
  | { readonly signal: "logs"; readonly kind: "accessLog"; readonly not?: readonly Duplicate[] };

/** A metric family of this data plane. A policy may call it by a common name: `request_count` → … */
export type Family = {
  readonly alias: string;
  readonly names: readonly string[];
  /** UCUM unit of the values as they arrive, where it differs from the canonical metric's or is not said on the wire. */
  readonly unit?: string;
};

/** A family that is sent twice, under a new name and a former one: where both arrive, the former is dropped. */
export type Twin = { readonly now: string; readonly before: readonly string[] };

/** Where Prometheus metrics are read. Receivers belong to the platform's base config; `explain --native` prints them. */
export type ScrapeJob = {
  readonly job: string;
  readonly path: string;
  /** Container port, by name or number. */
  readonly port: string;
  /** Pod label that selects the targets. */
  readonly podLabel: { readonly key: string; readonly value: string | null };
  readonly bearerToken?: true;
};

/** What tells this data plane's telemetry from that of others which say their target in the same way. */
export type Fingerprint = {
  readonly resource?: readonly { readonly key: string; readonly is: string | null }[];
  /** Attributes that its records have, and no others' do. */
  readonly records?: { readonly [S in Signal]?: readonly string[] };
};

/** Everything that is peculiar to one data plane, as data. A new data plane is a file beside this one and a line in `profiles.ts`. */
export type DataPlaneProfile = {
  /** The value of `--data-plane`. */
  readonly name: string;
  readonly title: string;
  readonly identify: { readonly [S in Signal]: readonly IdentitySource[] };
  readonly fingerprint?: Fingerprint;
  /** null: requests are counted by the data plane in front of this one. */
  readonly requestRecord: RequestRecord | null;
  /** Log records of an identified resource that are access logs: all, or those that carry one of these attributes. */
  readonly accessLogs: "all" | { readonly withAnyOf: readonly string[] };
  readonly aliases: { readonly traces: readonly Alias[]; readonly logs: readonly Alias[] };
  /** Attribute keys under which a request header may arrive, `*` standing for its lower-case name. */
  readonly headerKeys: { readonly traces: readonly string[]; readonly logs: readonly string[] };
  readonly families: readonly Family[];
  /** What names of its other families begin with, so that an override may name any of them. */
  readonly emits?: readonly string[];
  readonly twins?: readonly Twin[];
  readonly scrape: readonly ScrapeJob[];
  /** Signals of Gateways that this data plane's telemetry cannot be told apart by, and what to do. */
  readonly untold?: { readonly [S in Signal]?: { readonly reason: string; readonly remedy: string } };
  /** What has misled people, one sentence each. */
  readonly traps: readonly string[];
  /** How the proxy is made to send a header, for the remedy of a diagnostic. */
  readonly sendHeader: (header: string) => string;
  /** How the proxy is told which propagation formats to use. */
  readonly propagation: string;
  /** The manifests that make this data plane send what a policy needs. */
  readonly native: (wish: NativeWish) => readonly NativeSnippet[];
};
