import { sortedUnique } from "../base/order.ts";
import { sideOfPlainKey } from "../dataplane/condition-inputs.ts";
import { isAttributeName, logFieldAliases, plainLogFields, startTimeFields } from "../dataplane/log-fields.ts";
import type { NativeWish } from "../dataplane/native.ts";
import type { DataPlaneProfile } from "../dataplane/profile.ts";
import { draftHeaders } from "../genai/draft-headers.ts";
import type { Target, TelemetryPolicy, ValueSource } from "../policy/types.ts";
import { isCredential } from "./credentials.ts";

const knownFields = new Set([...Object.keys(logFieldAliases), ...startTimeFields, ...plainLogFields]);

const headerOf = (source: ValueSource | undefined): readonly string[] =>
  source?.from === "header" ? [source.name] : [];

/** `request.headers["x"]`, `request.headers.x` and `"x" in request.headers`. */
const headerReads: readonly RegExp[] = [
  /(?<side>request|response)\.headers\[\s*["'](?<name>[^"']+)["']\s*\]/g,
  /(?<side>request|response)\.headers\.(?<name>[a-z_]\w*)\b(?!\s*\()/gi,
  /["'](?<name>[^"']+)["']\s+in\s+(?<side>request|response)\.headers\b/g,
];

/**
 * Headers that an access-log condition reads. Under its bare name a header is taken for one side's; the other side's
 * goes by its conventional key.
 */
const inCondition = (cel: string, profile: DataPlaneProfile): readonly string[] => {
  const isPlain = profile.headerKeys.logs.includes("*");
  const named = headerReads
    .flatMap((reads) => [...cel.matchAll(reads)])
    .map(({ groups }) => ({ side: groups?.["side"] ?? "", name: (groups?.["name"] ?? "").toLowerCase() }))
    .filter(({ name }) => !isCredential(name))
    .map(({ side, name }) => (isPlain && sideOfPlainKey(name) !== side ? `http.${side}.header.${name}` : name));
  return [...named, ...(isPlain && /\brequest\.scheme\b/.test(cel) ? [":scheme"] : [])];
};

/** What the proxies of a target must send for this policy, as far as the policy itself says it. */
export const nativeWish = (
  policy: TelemetryPolicy,
  target: Target,
  profile: DataPlaneProfile,
  otlp: NativeWish["otlp"],
): NativeWish => {
  const { tracing, metrics, accessLogs } = policy;
  const derives = metrics !== null && metrics.mode.value !== "Disabled";
  const ofSpans = (tracing?.attributes ?? []).flatMap(({ source }) => headerOf(source.value));
  const ofLogs = [
    ...(accessLogs?.fields ?? [])
      .map(({ value }) => value.toLowerCase())
      .filter((name) => !knownFields.has(name) && !isAttributeName(name)),
    ...(accessLogs?.matches ?? []).flatMap(({ cel }) => (cel === null ? [] : inCondition(cel.value, profile))),
  ];
  const ofMetrics = [...(metrics?.overrides ?? []), ...(metrics?.genAI ? [metrics.genAI] : [])].flatMap(
    ({ dimensions }) => dimensions.flatMap(({ source }) => headerOf(source?.value)),
  );
  // Models and usage are in headers where a proxy knows of nothing but headers.
  const ofCalls =
    derives && metrics.genAI?.enabled.value === true && profile.headerKeys.logs.includes("*") ? draftHeaders : [];
  // Dimensions are read from the record that stands for the request.
  const counted = profile.requestRecord?.signal ?? "logs";
  const usable = (names: readonly string[]): readonly string[] =>
    sortedUnique(names.filter((name) => !isCredential(name) && /^:?[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)));
  return {
    target,
    otlp,
    signals: {
      traces: tracing?.mode.value !== "Disabled" && (tracing !== null || (derives && counted === "traces")),
      metrics: derives,
      logs: accessLogs?.mode.value !== "Disabled" && (accessLogs !== null || (derives && counted === "logs")),
    },
    headers: {
      spans: usable([...ofSpans, ...(counted === "traces" ? ofMetrics : [])]),
      logs: usable([...ofLogs, ...(counted === "logs" ? [...ofMetrics, ...ofCalls] : [])]),
    },
    propagation: (tracing?.propagation ?? []).map(({ value }) => value),
  };
};
