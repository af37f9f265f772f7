import { didYouMean } from "../base/suggest.ts";
import { logFieldAliases, plainLogFields, startTimeFields } from "../dataplane/log-fields.ts";
import type { DataPlaneProfile } from "../dataplane/profile.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { spanOf } from "../diagnostics/origin.ts";
import type { AccessLogs, TelemetryPolicy } from "../policy/types.ts";
import { isCredential } from "./credentials.ts";
import type { DraftClass } from "./draft-class.ts";
import { derivation } from "./metrics.ts";
import { sinkOf } from "./sinks.ts";
import type { FieldRef, LogCondition, Stage, TargetRow } from "./types.ts";

const knownFields: readonly string[] = [...Object.keys(logFieldAliases), ...startTimeFields, ...plainLogFields];

/** A header name has a hyphen (`x-token-usage`); a name that has none and that nobody knows is more likely mistyped. */
const looksLikeHeader = (name: string): boolean => /^[a-z0-9]+(-[a-z0-9]+)+$/i.test(name);

const fieldRef = (name: string): FieldRef => {
  const key = name.toLowerCase();
  if (startTimeFields.includes(key)) return { name, from: { kind: "startTime" } };
  const canonical = logFieldAliases[key];
  if (canonical !== undefined) return { name, from: { kind: "attribute", key: canonical } };
  return plainLogFields.includes(key)
    ? { name, from: { kind: "attribute", key: name } }
    : { name, from: { kind: "header", name: key } };
};

/** `/a/` and `/a` hold for the same paths; `/` holds for all. */
const segments = (path: string): string => path.replace(/\/+$/, "");

/** Paths are data of the row: how many there are is structure, which ones is not. */
const condition = (
  accessLogs: AccessLogs,
  values: Record<string, TargetRow["values"][string]>,
): LogCondition | null => {
  if (accessLogs.matches.length === 0) return null;
  // A match whose `cel` cannot be decided here must not hold: what restricts logging never fails open.
  const paths = accessLogs.matches.flatMap((match) => (match.path === null || match.cel !== null ? [] : [match.path]));
  return {
    anyOf: paths.map((path, index) => {
      const field = `path.${index}`;
      values[field] = { value: segments(path.value), origin: path.origin };
      return { path: { kind: "row", field } };
    }),
  };
};

const findings = (policy: TelemetryPolicy, accessLogs: AccessLogs): readonly Diagnostic[] => [
  ...accessLogs.matches.flatMap((match) =>
    match.cel === null
      ? []
      : [
          diagnostic(
            "TP4001",
            {
              field: "accessLogs.matches[].cel",
              reason:
                "CEL conditions are not compiled yet; this match holds for no record, so that nothing is logged that should not be",
              remedy: "use path where it can say the same",
            },
            spanOf(match.cel.origin),
            { policy: policy.id },
          ),
        ],
  ),
  ...(accessLogs.fields ?? []).flatMap((field) =>
    isCredential(field.value)
      ? [
          diagnostic("TP4013", { field: `field "${field.value}"`, header: field.value }, spanOf(field.origin), {
            policy: policy.id,
          }),
        ]
      : knownFields.includes(field.value.toLowerCase()) || looksLikeHeader(field.value)
        ? []
        : [
            diagnostic(
              "TP4006",
              { field: field.value, known: didYouMean(field.value, knownFields) },
              spanOf(field.origin),
              { policy: policy.id },
            ),
          ],
  ),
];

/** Access logs of one target: its block, or only the metrics that are derived from them. Never sampled. */
export const accessLogsClass = (policy: TelemetryPolicy, profiles: readonly DataPlaneProfile[]): DraftClass | null => {
  const values: Record<string, TargetRow["values"][string]> = {};
  const derive = derivation(policy, "logs", profiles, values);
  const logs = policy.accessLogs;
  if (logs === null && derive.stages.length === 0) return null;
  const stages: Stage[] = [{ kind: "normalise" }];
  if (logs === null) {
    return {
      signal: "logs",
      stages: [...stages, ...derive.stages],
      passthrough: true,
      origin: derive.origin,
      values,
      sinks: derive.sinks,
      headers: derive.headers,
      diagnostics: [],
    };
  }
  const origin = logs.mode.origin;
  const diagnostics = findings(policy, logs);
  if (logs.mode.value === "Disabled") {
    return {
      signal: "logs",
      stages: [...stages, ...derive.stages, { kind: "drop", origin }],
      passthrough: false,
      origin,
      values,
      sinks: derive.sinks,
      headers: derive.headers,
      diagnostics,
    };
  }
  const headers = [...derive.headers];
  stages.push({ kind: "redact" }, ...derive.stages);
  const when = condition(logs, values);
  if (when !== null) stages.push({ kind: "keep", when, origin: logs.matches[0]?.path?.origin ?? origin });
  if (logs.fields !== null) {
    const fields = logs.fields.filter((field) => !isCredential(field.value)).map((field) => fieldRef(field.value));
    for (const field of fields) if (field.from.kind === "header") headers.push(field.from.name);
    stages.push({ kind: "fields", fields, origin: logs.fields[0]?.origin ?? origin });
  }
  const sink = sinkOf("logs", logs.provider);
  // Backends take attributes; a line is what a terminal or a file wants.
  if (sink.kind === "stdout") stages.push({ kind: "format", as: logs.format.value, origin: logs.format.origin });
  stages.push({ kind: "export", sinks: [sink.id] });
  return {
    signal: "logs",
    stages,
    passthrough: false,
    origin,
    values,
    sinks: [sink, ...derive.sinks],
    headers,
    diagnostics,
  };
};
