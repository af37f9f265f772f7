import { isName } from "../policy/values/name.ts";
import type { YamlNode } from "../policy/yaml-node.ts";

export type Shape = "single" | "switch" | "list" | "block";

/** Which parts of which kinds are read here, and so must be what they are taken for; all else is somebody else's. */
export const readParts: ReadonlyMap<string, readonly string[]> = new Map([
  ["AgentgatewayPolicy", ["spec.frontend.accessLog", "spec.frontend.tracing", "spec.frontend.metrics"]],
  ["BackendTrafficPolicy", ["spec.telemetry"]],
  ["EnvoyProxy", ["spec.mergeGateways", "spec.telemetry"]],
  ["GCPBackendPolicy", ["spec.default.logging"]],
  ["Gateway", ["spec.infrastructure.parametersRef"]],
  ["GatewayClass", ["spec.parametersRef"]],
  ["KongClusterPlugin", ["plugin"]],
  ["KongPlugin", ["plugin"]],
  ["Kuadrant", ["spec.observability"]],
  ["Telemetry", ["spec"]],
  ["TokenRateLimitPolicy", []],
]);

const common: readonly string[] = [
  "metadata",
  "metadata.name",
  "metadata.namespace",
  "spec",
  "spec.targetRef",
  "spec.targetRefs",
];

export const isRead = (parts: readonly string[], path: readonly string[]): boolean => {
  const here = path.filter((step) => step !== "[]").join(".");
  return (
    common.includes(here) ||
    [...parts, "spec.targetRef", "spec.targetRefs"].some((part) => here === part || here.startsWith(`${part}.`))
  );
};

const switches: ReadonlySet<string> = new Set([
  "disable",
  "disableSpanReporting",
  "disabled",
  "enabled",
  "insecure",
  "mergeGateways",
  "useRequestIdForTraceSampling",
]);

const singles: ReadonlySet<string> = new Set([
  ...switches,
  "clientSampling",
  "customMetric",
  "defaultEndpoint",
  "defaultValue",
  "denominator",
  "expression",
  "headerName",
  "host",
  "httpHeaderIdentifier",
  "kind",
  "metric",
  "mode",
  "name",
  "namespace",
  "numerator",
  "operation",
  "path",
  "plugin",
  "port",
  "protocol",
  "randomSampling",
  "randomSamplingPercentage",
  "reportingInterval",
  "sampleRate",
  "samplingRate",
  "serviceName",
  "text",
  "type",
  "url",
  "value",
]);

const lists: ReadonlySet<string> = new Set([
  "accessLogging",
  "backendRefs",
  "overrides",
  "providers",
  "settings",
  "sinks",
  "targetRefs",
]);

const blocks: ReadonlySet<string> = new Set([
  "accessLog",
  "customTags",
  "frontend",
  "logging",
  "match",
  "metadata",
  "observability",
  "openTelemetry",
  "spec",
  "tagOverrides",
  "telemetry",
]);

/** In one kind a list, in another a block: by kind, what is around it, and its name. */
const own: { readonly [place: string]: "list" | "block" | "single" } = {
  "Telemetry spec.tracing": "list",
  "Telemetry spec.metrics": "list",
  "EnvoyProxy telemetry.tracing": "block",
  "EnvoyProxy telemetry.metrics": "block",
  "AgentgatewayPolicy accessLog.filter": "single",
};

/** Types of sinks, formats, tags, providers and samplers in Envoy Gateway's API. */
const envoyTypes: ReadonlySet<string> = new Set([
  "ALS",
  "AlwaysOff",
  "AlwaysOn",
  "Datadog",
  "Environment",
  "File",
  "JSON",
  "Listener",
  "Literal",
  "OpenTelemetry",
  "ParentBasedAlwaysOff",
  "ParentBasedAlwaysOn",
  "ParentBasedTraceIdRatio",
  "RequestHeader",
  "Route",
  "Text",
  "TraceIdRatio",
  "Upstream",
  "Zipkin",
]);

const hostName = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/i;

/** Sinks, formats, tags and providers of Envoy Gateway's telemetry; other types there are of other things. */
const isOwnType = (path: readonly string[]): boolean => {
  const [, parent = "", grand = ""] = path.toReversed();
  if (!path.includes("telemetry")) return false;
  return (
    ["format", "provider", "sampler"].includes(parent) ||
    grand === "customTags" ||
    (parent === "[]" && ["settings", "sinks"].includes(grand))
  );
};

/** Values that the API would refuse, of fields that are not looked at one by one. */
export const refused = (path: readonly string[], node: YamlNode): { problem: string; remedy: string } | null => {
  if (node.kind !== "scalar" || node.value === null) return null;
  const [key = "", parent = ""] = path.toReversed();
  const text = String(node.written ?? node.value);
  if (text === "" && (key === "name" || key === "customMetric"))
    return { problem: "is empty", remedy: "write a name, or leave the field out" };
  if (parent === "metadata" && key === "name" && !isName(text, "subdomain"))
    return { problem: "is no name of an object", remedy: "write letters, digits, - and ." };
  if (
    key === "port" &&
    !(typeof node.value === "number" && Number.isInteger(node.value) && node.value > 0 && node.value < 65536)
  )
    return { problem: "is no port", remedy: "write a number from 1 to 65535" };
  if (key === "host" && (typeof node.value !== "string" || !hostName.test(text)))
    return { problem: "is no host", remedy: "write the name of a host, without scheme and port" };
  if (key === "type" && isOwnType(path) && !envoyTypes.has(text))
    return { problem: "is no type of Envoy Gateway's telemetry", remedy: "write the type as its API has it" };
  return null;
};

/** Whatever Kubernetes or Envoy has there is theirs. */
export const foreign: ReadonlySet<string> = new Set(["annotations", "backendSettings", "json", "labels", "limits"]);

/** Blocks whose keys are names that somebody chose. */
export const named: ReadonlySet<string> = new Set([
  "customTags",
  "matchLabels",
  "resourceAttributes",
  "resources",
  "tagOverrides",
  "tags",
]);

/** The shape that the field at this path has; null where nobody here knows. */
export const wantedShape = (kind: string, path: readonly string[]): Shape | null => {
  const [key = "", parent = ""] = path.toReversed();
  if (switches.has(key)) return "switch";
  if (singles.has(key)) return "single";
  return own[`${kind} ${parent}.${key}`] ?? (lists.has(key) ? "list" : blocks.has(key) ? "block" : null);
};
