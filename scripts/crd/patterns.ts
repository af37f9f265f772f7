import type { Rule } from "./json-schema.ts";

// The same languages as src/policy/values/*.ts accepts, in RE2. A check compares the two over many policies.

const dnsLabel = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
/** RFC 1123 label. */
export const label = `^${dnsLabel}$`;
/** RFC 1123 subdomain. */
export const subdomain = `^${dnsLabel}(\\.${dnsLabel})*$`;
/** GEP-4768 attribute name. */
export const attributeName = "^[a-zA-Z0-9_.:/-]+$";
/** RFC 9110 token. */
export const headerName = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";

const host =
  "(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\\.?|\\[[0-9a-f:.]*:[0-9a-f:.]*\\])";
/** 1 to 65535, leading zeros included; all zeros are refused by a rule of their own. */
const port = "(?:[0-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5]|\\d{1,4})";
const grpc = `(?:grpcs?://)?${host}:${port}/*`;
const http = `https?://${host}(?::${port})?(?:/[A-Za-z0-9._~/%+-]*)?`;

const raw = (pattern: string): string => `r"${pattern}"`;
const noPortZero: Rule = {
  rule: `!self.matches(${raw("^[^/]*(?://)?[^/]*:0+(?:/|$)")})`,
  message: "use a port from 1 to 65535",
};

/** `accessLogs.provider.endpoint`, `tracing.provider.endpoint` */
export const otlpEndpoint: readonly Rule[] = [
  {
    rule: `self.matches(${raw(`(?i)^(?:${grpc}|${http})$`)})`,
    message: "write host:port (gRPC), http://host:port or https://host:port",
  },
  noPortZero,
  {
    rule: `!self.matches(${raw("(?i)^https?://.*/v1/(?:traces|metrics|logs)/*$")})`,
    message: "leave out /v1/traces and the like: the exporter adds it",
  },
];

/** `metrics.provider.endpoint` with type Prometheus: a remote-write URL. */
export const remoteWriteRule = `self.endpoint.matches(${raw(`(?i)^${http}$`)})`;

/** `metrics.provider.endpoint`, whatever the type. */
export const anyEndpoint: readonly Rule[] = otlpEndpoint.slice(0, 2);

/** The rest for type OTLP. */
export const noSignalPathRule = `!self.endpoint.matches(${raw("(?i)^https?://.*/v1/(?:traces|metrics|logs)/*$")})`;

/**
 * Names by which records are routed. Four rules, because the API server prices a pattern by its length times that of
 * the longest name, for every dimension of every override: one pattern for all is above its budget.
 */
export const notReserved: readonly Rule[] = ["_policy\\b", "_policy_", "\\.policy\\b", "\\.policy_"].map((rest) => ({
  rule: `!self.matches(${raw(`(?i)^otel${rest}`)})`,
  message: "names that begin with otel_policy route and count records",
}));

export const notALabelOfPrometheus: Rule = {
  rule: "!(self in ['le', 'quantile', 'job', 'instance']) && !self.startsWith('__')",
  message: "is a label of Prometheus itself",
};

/** Headers that the exporter's transport owns. */
export const notATransportHeader: Rule = {
  rule: `!self.matches(${raw("(?i)^(?:content-length|content-type|content-encoding|host|te|connection|transfer-encoding|grpc-.*)$")})`,
  message: "is set by the exporter's transport",
};
