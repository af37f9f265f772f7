import { didYouMean, editDistance } from "../base/suggest.ts";
import { compileCel } from "../cel/compile.ts";
import { type Condition, type Place, placesOf } from "../cel/condition.ts";
import { isSpent, newAllowance } from "../cel/limits.ts";
import { celDiagnostics } from "../cel/report.ts";
import { nameOfPlace } from "../cel/vocabulary.ts";
import { carries } from "../dataplane/condition-inputs.ts";
import { isAttributeName, logFieldAliases, plainLogFields, startTimeFields } from "../dataplane/log-fields.ts";
import type { DataPlaneProfile } from "../dataplane/profile.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Located, located, spanOf } from "../diagnostics/origin.ts";
import type { AccessLogs, TelemetryPolicy } from "../policy/types.ts";
import { redaction } from "./content.ts";
import { isCredential } from "./credentials.ts";
import type { DraftClass } from "./draft-class.ts";
import { headerNeed } from "./header-needs.ts";
import { derivation } from "./metrics.ts";
import { sinkOf } from "./sinks.ts";
import type { FieldRef, LogCondition, Stage, TargetRow } from "./types.ts";

const knownFields: readonly string[] = [...Object.keys(logFieldAliases), ...startTimeFields, ...plainLogFields];

/**
 * A header name has a hyphen (`x-token-usage`), an attribute's has dots; a name that has neither and that nobody knows,
 * or that is nearly one we know, is more likely mistyped.
 */
const looksMeant = (name: string): boolean =>
  /^[a-z0-9]+(-[a-z0-9]+)+$/i.test(name) ||
  (isAttributeName(name) && !knownFields.some((known) => editDistance(name, known) <= 2));

const fieldRef = (name: string): FieldRef => {
  const key = name.toLowerCase();
  if (startTimeFields.includes(key)) return { name, from: { kind: "startTime" } };
  const canonical = logFieldAliases[key];
  if (canonical !== undefined) return { name, from: { kind: "attribute", key: canonical } };
  return plainLogFields.includes(key) || isAttributeName(name)
    ? { name, from: { kind: "attribute", key: name } }
    : { name, from: { kind: "header", name: key } };
};

/** `/a/` and `/a` hold for the same paths; `/` holds for all. */
const segments = (path: string): string => path.replace(/\/+$/, "");

type Match = { readonly path: Located<string> | null; readonly when: Condition | null };

/** Paths are data of the row: how many there are is structure, which ones is not. */
const condition = (matches: readonly Match[], values: Record<string, TargetRow["values"][string]>): LogCondition => ({
  anyOf: matches.map(({ path, when }, index) => {
    if (path === null) return { path: null, when };
    const field = `path.${index}`;
    values[field] = { value: segments(path.value), origin: path.origin };
    return { path: { kind: "row", field }, when };
  }),
});

/** Values that a condition reads and access logs of some data planes, or of all, never have. */
const unsaid = (
  places: readonly Place[],
  cel: Located<string>,
  profiles: readonly DataPlaneProfile[],
  policy: TelemetryPolicy["id"],
): readonly Diagnostic[] => {
  // Kuadrant stands beside a gateway, whose access logs they are.
  const gateways = profiles.filter(({ requestRecord }) => requestRecord !== null);
  const asked = gateways.length > 0 ? gateways : profiles;
  return [...new Set(places.flatMap((place) => nameOfPlace(place) ?? []))].flatMap((name) => {
    const place = places.find((each) => nameOfPlace(each) === name);
    const key = place !== undefined && "key" in place ? place.key : "http.server.request.duration";
    const without = asked.filter((profile) => !carries(profile, "logs", key)).map(({ title }) => title);
    if (without.length === 0) return [];
    const code = without.length === asked.length ? "TP4014" : "TP4015";
    return [diagnostic(code, { name, planes: without }, spanOf(cel.origin), { policy })];
  });
};

/** Matches that can be decided; what restricts logging never fails open, so one that cannot holds for no record. */
const decidable = (
  policy: TelemetryPolicy,
  accessLogs: AccessLogs,
  profiles: readonly DataPlaneProfile[],
  sources: ReadonlyMap<string, string>,
): { readonly matches: readonly Match[]; readonly diagnostics: readonly Diagnostic[] } => {
  const details = { policy: policy.id };
  const matches: Match[] = [];
  const diagnostics: Diagnostic[] = [];
  const allowance = newAllowance();
  for (const { path, cel } of accessLogs.matches) {
    if (cel === null) {
      if (path !== null) matches.push({ path, when: null });
      continue;
    }
    // Told once, where it ran out; this match holds for no record either.
    if (isSpent(allowance)) continue;
    const { condition: when, findings } = compileCel(cel.value, { signal: "logs", isSecret: isCredential, allowance });
    diagnostics.push(...celDiagnostics(findings, cel, sources, details));
    if (when === null) continue;
    if (when.op === "true" || when.op === "false" || when.op === "unknown") {
      const answer = when.op === "true" ? "every" : "no";
      diagnostics.push(diagnostic("TP2807", { answer }, spanOf(cel.origin), details));
    }
    diagnostics.push(...unsaid(placesOf(when), cel, profiles, policy.id));
    for (const place of placesOf(when)) {
      if (place.kind !== "header") continue;
      const source = located({ from: "header", name: place.name } as const, cel.origin);
      diagnostics.push(...headerNeed("accessLogs.matches[].cel", source, profiles, policy.id));
    }
    matches.push({ path, when });
  }
  return { matches, diagnostics };
};

const findings = (policy: TelemetryPolicy, accessLogs: AccessLogs): readonly Diagnostic[] => [
  ...(accessLogs.fields ?? []).flatMap((field) =>
    isCredential(field.value)
      ? [
          diagnostic("TP4013", { field: `field "${field.value}"`, header: field.value }, spanOf(field.origin), {
            policy: policy.id,
          }),
        ]
      : knownFields.includes(field.value.toLowerCase()) || looksMeant(field.value)
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
export const accessLogsClass = (
  policy: TelemetryPolicy,
  profiles: readonly DataPlaneProfile[],
  sources: ReadonlyMap<string, string>,
): DraftClass | null => {
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
  const { matches, diagnostics: celFindings } = decidable(policy, logs, profiles, sources);
  const diagnostics = [...celFindings, ...findings(policy, logs)];
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
  stages.push(redaction(logs), ...derive.stages);
  const [first] = logs.matches;
  if (first !== undefined)
    stages.push({
      kind: "keep",
      when: condition(matches, values),
      origin: first.path?.origin ?? first.cel?.origin ?? origin,
    });
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
