import { alternatives } from "../../base/alternatives.ts";
import { row } from "../code-table.ts";

const probability = "a sampling rate is a probability; it cannot pass 100 %";
const untrusted = "whoever may write a policy must not choose where a platform's telemetry goes";

/** TP21xx to TP26xx: what one policy says, looked at by itself. */
export const meaningCodes = {
  // TP21xx: sampling
  TP2101: row<{ numerator: number; denominator: number }>({
    severity: "error",
    title: "sampling above 100 %",
    message: ({ numerator, denominator }) => `sampling numerator ${numerator} is above its denominator ${denominator}`,
    why: probability,
    fix: ({ numerator, denominator }) => {
      const wider = [1000, 10_000, 1_000_000].find((value) => value >= numerator && value > denominator);
      return `use 0–${denominator}${wider === undefined ? "" : `, or set denominator: ${wider}`}`;
    },
  }),
  TP2102: row<{ percent: number }>({
    severity: "error",
    title: "percent out of range",
    message: ({ percent }) => `sampling percent ${percent} is outside 0–100`,
    why: "a sampling rate is a probability; out-of-range values are never clamped, because the intent is unknown",
    fix: ({ percent }) => (percent < 0 ? "use 0 to drop all, or a whole number up to 100" : "use 0–100"),
  }),
  TP2103: row<{ percent: number }>({
    severity: "error",
    title: "percent not whole",
    message: ({ percent }) => `sampling percent ${percent} is not a whole number`,
    why: "the draft's percent is an int32; rounding would sample something that was not written",
    fix: "use a whole number 0–100; for finer rates use GEP-4768 (numerator and denominator)",
  }),
  TP2104: row<{ field: string; value: number; least: number }>({
    severity: "error",
    title: "not a fraction",
    message: ({ field, value, least }) => `${field} ${value} is not a whole number from ${least} to 2147483647`,
    why: "a sampling rate is an exact fraction of two int32 numbers",
    fix: ({ least }) => `use a whole number, at least ${least}`,
  }),
  TP2105: row<{ field: string }>({
    severity: "warning",
    title: "sampling rate without a rate",
    message: ({ field }) => `${field} has no percent; 100 % is taken: what arrives is kept`,
    why: "in the draft's Go types an absent percent cannot be told from 0, which would drop everything",
    fix: "write percent: 100, or percent: 0 to drop all",
  }),

  // TP22xx: targets
  TP2201: row<{ field: string; example: string }>({
    severity: "error",
    title: "no target",
    message: ({ field }) => `the policy has no ${field}, so it governs nothing`,
    why: "a policy attaches directly to one Gateway or Namespace (GEP-713); there is no global policy",
    fix: ({ example }) => `add ${example}`,
  }),
  TP2202: row<{ kind: string; suggestion: string }>({
    severity: "error",
    title: "target kind not supported",
    message: ({ kind, suggestion }) => `a TelemetryPolicy cannot target ${kind}${suggestion}`,
    why: "it attaches to a Gateway or a Namespace; GatewayClass, routes, Services and workloads are deferred upstream",
    fix: "target the Gateway, or the Namespace for a mesh",
  }),
  TP2203: row<{ kind: string; group: string; expected: string }>({
    severity: "error",
    title: "group of the target",
    message: ({ kind, group, expected }) => `${kind} is in the group "${expected}", not "${group}"`,
    why: "kinds of the same name exist in other groups (Istio has a Gateway, too)",
    fix: ({ expected }) => `write group: ${expected === "" ? '""' : expected}`,
  }),
  TP2204: row<{ namespace: string }>({
    severity: "error",
    title: "namespace of a Namespace",
    message: ({ namespace }) => `a Namespace target cannot have namespace: ${namespace}`,
    why: "a Namespace is cluster-scoped",
    fix: "remove namespace; name says which Namespace is meant",
  }),

  // TP23xx: providers
  TP2301: row<{ endpoint: string; problem: string; remedy: string }>({
    severity: "error",
    title: "malformed endpoint",
    message: ({ endpoint, problem }) => `endpoint "${endpoint}" ${problem}`,
    why: "an endpoint that cannot be reached loses every record sent to it",
    fix: ({ remedy }) => remedy,
  }),
  TP2302: row<{ host: string; allowed: readonly string[] }>({
    severity: "error",
    title: "endpoint not allowed",
    message: ({ host }) => `endpoint host ${host} is not on the platform's allow-list`,
    why: untrusted,
    fix: ({ host, allowed }) =>
      `use a host that matches ${alternatives(allowed)}; or ask the platform for --allow-endpoint ${host}`,
  }),
  TP2303: row<{ field: string; type: string; allowed: readonly string[]; suggestion: string }>({
    severity: "error",
    title: "provider type not supported",
    message: ({ field, type, suggestion }) => `${field} "${type}" is not supported here${suggestion}`,
    why: "a Collector is configured for the protocol, so it must be known; files and standard output are the platform's to choose",
    fix: ({ allowed }) => `use ${alternatives(allowed)}, or remove provider to use the platform's default`,
  }),
  TP2304: row<{ group: string; kind: string }>({
    severity: "error",
    title: "backendRef not resolvable",
    message: ({ group, kind }) => `backendRef to ${group === "" ? "" : `${group}/`}${kind} cannot be resolved here`,
    why: "only a Service has an address that follows from its name",
    fix: 'refer to a Service: group: "", kind: Service, name, port',
  }),
  TP2305: row<Record<never, never>>({
    severity: "error",
    title: "provider needed",
    message: () => "tracing.mode is Enabled, but there is no provider",
    why: "GEP-4768 requires a provider when tracing is enabled",
    fix: "add provider.backendRef, or use mode: ImplementationDefault for the platform's default",
  }),
  TP2306: row<Record<never, never>>({
    severity: "error",
    title: "provider of disabled tracing",
    message: () => "tracing.mode is Disabled, but there is a provider",
    why: "GEP-4768 forbids a provider when tracing is disabled; one of the two is left over",
    fix: "remove provider, or use mode: Enabled",
  }),
  TP2307: row<{ name: string }>({
    severity: "error",
    title: "header not allowed",
    message: ({ name }) => `header "${name}" belongs to the transport`,
    why: "a Collector sets it itself; another value breaks the request",
    fix: "remove it",
  }),

  // TP24xx: names and sources
  TP2401: row<{ field: string; value: string }>({
    severity: "error",
    title: "not an attribute name",
    message: ({ field, value }) => `${field} "${value}" has characters other than letters, digits and _ . : / -`,
    why: "GEP-4768 allows ^[a-zA-Z0-9_.:/-]+$, and backends cannot query much else",
    fix: "rename it",
  }),
  TP2402: row<{ field: string; value: string }>({
    severity: "error",
    title: "not a header name",
    message: ({ field, value }) => `${field} "${value}" is not an HTTP header name`,
    why: "a header name is one or more of letters, digits and !#$%&'*+-.^_`|~ (RFC 9110, 5.6.2)",
    fix: "write the name alone, without colon, space or value",
  }),
  TP2403: row<{ field: string; value: string; reserved: string }>({
    severity: "error",
    title: "reserved name",
    message: ({ field, value, reserved }) => `${field} "${value}" is reserved (${reserved})`,
    why: "a policy that set it could change what other policies govern, or break the metric's own labels",
    fix: "choose another name",
  }),
  TP2404: row<{ field: string; ways: readonly string[] }>({
    severity: "error",
    title: "value has no source",
    message: ({ field }) => `${field} does not say where its value comes from`,
    why: "without a source the value would be empty everywhere",
    fix: ({ ways }) => `add ${alternatives(ways)}`,
  }),
  TP2405: row<{ field: string; first: string; second: string }>({
    severity: "error",
    title: "value has two sources",
    message: ({ field, first, second }) => `${field} has both ${first} and ${second}`,
    why: "which of the two wins would be a guess",
    fix: "keep one of them",
  }),
  TP2406: row<{ field: string; type: string; member: string }>({
    severity: "error",
    title: "source does not fit its type",
    message: ({ field, type, member }) => `${field} has type ${type} and ${member}`,
    why: "GEP-4768 requires exactly the member that the type names",
    fix: ({ type }) =>
      `with type: ${type} use ${type === "Header" ? "headerName" : type === "Literal" ? "literalValue" : "attributeKey"} alone`,
  }),

  // TP25xx: access logs
  TP2501: row<{ path: string }>({
    severity: "error",
    title: "path is not absolute",
    message: ({ path }) => `path "${path}" does not start with "/"`,
    why: "request paths do, so it would never match and nothing would be logged",
    fix: ({ path }) => `write ${JSON.stringify(`/${path.replace(/^https?:\/\/[^/]*\/?/, "")}`)}`,
  }),
  TP2502: row<{ field: string }>({
    severity: "error",
    title: "match without a condition",
    message: ({ field }) => `${field} has no condition, so it would match every request`,
    why: "a filter must not open by omission",
    fix: "add path or cel, or remove the whole list to log every request",
  }),
  TP2503: row<{ path: string }>({
    severity: "warning",
    title: "query in a path",
    message: ({ path }) => `path "${path}" contains ? or #, which never occur in the path that is compared`,
    why: "paths are compared without their query, so this match never fires",
    fix: ({ path }) => `write ${JSON.stringify(path.replace(/[?#].*$/s, ""))}, or use cel`,
  }),

  // TP26xx: extensions
  TP2601: row<{ field: string; dialect: string }>({
    severity: "warning",
    title: "extension field",
    message: ({ field, dialect }) => `${field} is an extension of this tool, not of the ${dialect} dialect`,
    why: "other implementations ignore it, and a strict CRD refuses it",
    fix: ({ field }) =>
      `keep it, or move it to the annotation otel-policy.dev/${field.replace(/\[(\d+)\]/g, ".$1").replace(/^spec\./, "")}`,
  }),
  TP2602: row<{ path: string; suggestion: string }>({
    severity: "error",
    title: "annotation names no extension",
    message: ({ path, suggestion }) => `annotation otel-policy.dev/${path} names no extension field${suggestion}`,
    why: "annotations carry what the CRD cannot say; all else belongs in spec",
    fix: "use the path of an extension field, with indexes as numbers: otel-policy.dev/accessLogs.matches.0.cel",
  }),
  TP2603: row<{ path: string; problem: string }>({
    severity: "error",
    title: "annotation cannot be applied",
    message: ({ path, problem }) => `annotation otel-policy.dev/${path} ${problem}`,
    why: "it would change another place than it names",
    fix: "correct the path, or write the value in spec",
  }),
} as const;
