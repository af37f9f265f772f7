import { sortedUnique } from "../base/order.ts";
import { logFieldAliases, plainLogFields, startTimeFields } from "../dataplane/log-fields.ts";
import type { NativeWish } from "../dataplane/native.ts";
import type { DataPlaneProfile } from "../dataplane/profile.ts";
import { draftHeaders } from "../genai/draft-headers.ts";
import type { Target, TelemetryPolicy, ValueSource } from "../policy/types.ts";
import { isCredential } from "./credentials.ts";

const knownFields = new Set([...Object.keys(logFieldAliases), ...startTimeFields, ...plainLogFields]);

const headerOf = (source: ValueSource | undefined): readonly string[] =>
  source?.from === "header" ? [source.name] : [];

/** `request.headers["x"]`, `request.headers.x` and `"x" in request.headers`, and what has a header of HTTP/2 for its only source. */
const headerReads: readonly RegExp[] = [
  /(?:request|response)\.headers\[\s*["'](?<name>[^"']+)["']\s*\]/g,
  /(?:request|response)\.headers\.(?<name>[a-z_]\w*)\b(?!\s*\()/gi,
  /["'](?<name>[^"']+)["']\s+in\s+(?:request|response)\.headers\b/g,
];

/** Headers that an access-log condition reads. */
const inCondition = (cel: string): readonly string[] => [
  ...headerReads.flatMap((reads) =>
    [...cel.matchAll(reads)].map(({ groups }) => (groups?.["name"] ?? "").toLowerCase()),
  ),
  ...(/\brequest\.scheme\b/.test(cel) ? [":scheme"] : []),
];

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
    ...(accessLogs?.fields ?? []).map(({ value }) => value.toLowerCase()).filter((name) => !knownFields.has(name)),
    ...(accessLogs?.matches ?? []).flatMap(({ cel }) => (cel === null ? [] : inCondition(cel.value))),
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
