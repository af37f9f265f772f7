import { didYouMean, editDistance } from "../base/suggest.ts";
import type { DataPlaneProfile, Signal } from "../dataplane/profile.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Origin, spanOf } from "../diagnostics/origin.ts";
import { draftHeaders } from "../genai/draft-headers.ts";
import type { Dimension, MetricOverride, TelemetryPolicy } from "../policy/types.ts";
import { isContent, keepsContent } from "./content.ts";
import type { DraftClass } from "./draft-class.ts";
import { families, familyAliases, familyCalled } from "./families.ts";
import { callDimensions, derives, foldsMetrics, headersOfCalls } from "./gen-ai.ts";
import { headerNeed } from "./header-needs.ts";
import { sinkOf } from "./sinks.ts";
import type { DerivedFamily, Sink, Stage, TargetRow } from "./types.ts";
import { valueFrom } from "./value-from.ts";

/** Headers and attributes with a new value for almost every request, or every caller: as dimensions they would make a series each. */
const unbounded = new RegExp(
  [
    // Ids, credentials and addresses, as headers and attributes write them.
    "(^|[-_.])((request|session|user|enduser|conversation|correlation|trace|span|message|transaction)[-_]?id|traceparent|tracestate|authorization|cookie|idempotency-key|user-agent|user(name)?|email|forwarded-for|real-ip|client-ip|connecting-ip)$",
    "(^|\\.)(conversation|response|session|user|enduser|call|request|message|thread)\\.id$",
    "^user_agent\\.original$|^(client|source|network\\.peer|net\\.peer|net\\.sock\\.peer)\\.(address|ip|name|port)$",
    // Paths with ids in them.
    "^url\\.(full|path|query)$|^http\\.(url|target)$|^:path$|(^|-)original-(path|url)$|^referer$",
  ].join("|"),
);

export type Derivation = {
  readonly stages: readonly Stage[];
  readonly sinks: readonly Sink[];
  readonly headers: readonly string[];
  readonly origin: Origin;
};

const nothing: Derivation = { stages: [], sinks: [], headers: [], origin: { kind: "default", rule: "no metrics" } };

/** The overrides of one family; several entries of one name add up. */
const overridesOf = (policy: TelemetryPolicy, aliases: readonly string[]): readonly MetricOverride[] =>
  (policy.metrics?.overrides ?? []).filter((override) => aliases.includes(override.name.value.toLowerCase()));

/** The families to derive from the records of a signal. Spans and logs of one plan may both be asked; the renderer counts each request once, by profile. */
export const derivation = (
  policy: TelemetryPolicy,
  signal: Signal,
  profiles: readonly DataPlaneProfile[],
  values: Record<string, TargetRow["values"][string]>,
): Derivation => {
  const metrics = policy.metrics;
  // Model calls are counted from spans of any profile and from access logs, so both signals are always read.
  if (metrics === null || metrics.mode.value === "Disabled" || profiles.length === 0) return nothing;
  if (signal === "metrics" && !foldsMetrics(policy)) return nothing;
  const headers: string[] = signal === "metrics" ? [] : [...draftHeaders, ...headersOfCalls(policy)];
  const derived: DerivedFamily[] = [];
  // Where exported records keep their content, metrics must not find it.
  const keeps = signal !== "metrics" && keepsContent(signal === "traces" ? policy.tracing : policy.accessLogs);
  for (const family of families) {
    const overrides = overridesOf(policy, family.aliases);
    if (overrides.some((override) => override.disabled.value)) continue;
    const wanted = derives(policy, family, signal);
    if (wanted === "never" || (wanted === "named" && overrides.length === 0)) continue;
    const dimensions = [...callDimensions(policy, family), ...overrides.flatMap((override) => override.dimensions)];
    const removed = new Set(
      dimensions.filter((dimension) => dimension.source === null).map((dimension) => dimension.key.value),
    );
    const added = dimensions.flatMap((dimension) => {
      if (dimension.source === null) return [];
      const { value } = dimension.source;
      if (keeps && value.from === "attribute" && isContent(value.key)) return [];
      const from = valueFrom(
        `dimension.${family.family}.${dimension.key.value}`,
        { value: dimension.source.value, origin: dimension.source.origin },
        values,
      );
      if (from.kind === "header") headers.push(from.name);
      return [{ key: dimension.key.value, from }];
    });
    derived.push({
      family: family.family,
      defaults: family.defaults.filter((key) => !removed.has(key) && !added.some((dimension) => dimension.key === key)),
      added,
      origin: overrides[0]?.name.origin ?? metrics.mode.origin,
    });
  }
  if (derived.length === 0) return nothing;
  const sink = sinkOf("metrics", metrics.provider);
  return {
    stages: [{ kind: "derive", families: derived, sinks: [sink.id] }],
    sinks: [sink],
    headers,
    origin: metrics.mode.origin,
  };
};

const dimensionFindings = (
  policy: TelemetryPolicy,
  dimensions: readonly Dimension[],
  profiles: readonly DataPlaneProfile[],
): readonly Diagnostic[] =>
  dimensions.flatMap(({ key, source }) => {
    if (source === null) return [];
    const found = [...headerNeed(`dimension "${key.value}"`, source, profiles, policy.id)];
    const { value } = source;
    const read = value.from === "header" ? value.name : value.from === "attribute" ? value.key : null;
    if (read !== null && unbounded.test(read)) {
      const args = { key: key.value, header: read };
      found.push(diagnostic("TP4007", args, spanOf(source.origin), { policy: policy.id }));
    }
    return found;
  });

/** A name such as the data planes give theirs, though no alias names it; one letter off a known one it is a mistake. */
const isTheirs = (name: string, known: readonly string[], profiles: readonly DataPlaneProfile[]): boolean =>
  profiles.some(({ emits = [] }) => emits.some((root) => name.startsWith(root) && name.length > root.length)) &&
  !known.some((other) => editDistance(name, other) <= 1);

const findings = (policy: TelemetryPolicy, profiles: readonly DataPlaneProfile[]): readonly Diagnostic[] => {
  const known = [
    ...familyAliases,
    ...profiles.flatMap((profile) => profile.families.flatMap((family) => [family.alias, ...family.names])),
  ];
  const ofCalls = dimensionFindings(policy, policy.metrics?.genAI?.dimensions ?? [], profiles);
  const ofOverrides = (policy.metrics?.overrides ?? []).flatMap((override) => {
    const found: Diagnostic[] = [];
    const name = override.name.value;
    const family = familyCalled(name);
    const at = spanOf(override.name.origin);
    if (family === undefined && !known.includes(name) && !isTheirs(name, known, profiles)) {
      found.push(diagnostic("TP4005", { metric: name, known: didYouMean(name, known) }, at, { policy: policy.id }));
    }
    if (family !== undefined && override.type !== null && override.type.value !== family.type) {
      found.push(
        diagnostic(
          "TP4011",
          { metric: name, type: override.type.value, is: family.type },
          spanOf(override.type.origin),
          { policy: policy.id },
        ),
      );
    }
    found.push(...dimensionFindings(policy, override.dimensions, profiles));
    return found;
  });
  return [...ofCalls, ...ofOverrides];
};

/** Names under which families of one alias arrive from data planes; an unknown name is taken as the exact name of one. */
const arrivingNames = (name: string, profiles: readonly DataPlaneProfile[]): readonly string[] => {
  const derived = familyCalled(name)?.family;
  const alias = derived ?? name;
  const arriving = profiles.flatMap((profile) =>
    profile.families.filter((family) => family.alias === alias).flatMap((family) => family.names),
  );
  if (arriving.length > 0) return [...new Set(arriving)];
  return derived === undefined ? [name] : [];
};

/** Twins of the chosen data planes, as the first stage of a class. */
const twinStage = (profiles: readonly DataPlaneProfile[]): readonly Stage[] => {
  const twins = profiles.flatMap((profile) => profile.twins ?? []);
  const name = profiles.find((profile) => profile.twins !== undefined)?.name ?? "";
  return twins.length === 0 ? [] : [{ kind: "dropTwins", twins, origin: { kind: "profile", name } }];
};

/** Metrics that a target's data plane itself sends: switched off, or viewed with other dimensions. */
export const metricsClass = (policy: TelemetryPolicy, profiles: readonly DataPlaneProfile[]): DraftClass | null => {
  const metrics = policy.metrics;
  if (metrics === null) return null;
  const values: Record<string, TargetRow["values"][string]> = {};
  const headers: string[] = [];
  const diagnostics = findings(policy, profiles);
  const origin = metrics.mode.origin;
  if (metrics.mode.value === "Disabled") {
    return {
      signal: "metrics",
      stages: [{ kind: "drop", origin }],
      passthrough: false,
      origin,
      values,
      sinks: [],
      headers,
      diagnostics,
    };
  }
  const stages: Stage[] = [];
  for (const override of metrics.overrides) {
    const names = arrivingNames(override.name.value, profiles);
    if (names.length === 0) continue;
    if (override.disabled.value) {
      stages.push({ kind: "dropFamily", names, origin: override.disabled.origin });
      continue;
    }
    for (const { key, source } of override.dimensions) {
      const from = source === null ? null : valueFrom(`view.${override.name.value}.${key.value}`, source, values);
      if (from?.kind === "header") headers.push(from.name);
      stages.push({ kind: "dimension", names, key: key.value, from, origin: key.origin });
    }
  }
  stages.sort((a, b) => (a.kind === b.kind ? 0 : a.kind === "dropFamily" ? -1 : 1));
  stages.unshift(...twinStage(profiles));
  const sink = sinkOf("metrics", metrics.provider);
  // A dimension from a header has no value here: metrics carry none.
  stages.push(...derivation(policy, "metrics", profiles, values).stages);
  stages.push({ kind: "export", sinks: [sink.id] });
  return { signal: "metrics", stages, passthrough: false, origin, values, sinks: [sink], headers, diagnostics };
};
