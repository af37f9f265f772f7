import type { DataPlaneProfile } from "../dataplane/profile.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Origin, spanOf } from "../diagnostics/origin.ts";
import type { PolicyId, Rate, TelemetryPolicy, Tracing } from "../policy/types.ts";
import { isContent, keepsContent, redaction } from "./content.ts";
import type { DraftClass } from "./draft-class.ts";
import { headerNeed } from "./header-needs.ts";
import { derivation } from "./metrics.ts";
import { sinkOf } from "./sinks.ts";
import { thresholdOf } from "./threshold.ts";
import type { RowField, Stage, TargetRow } from "./types.ts";
import { valueFrom } from "./value-from.ts";

/**
 * How long a parent-based decision waits for the rest of the local trace, in seconds. Envoy flushes spans every 5 s,
 * so a child may be that much earlier than the span that decides.
 */
const waitSeconds = 6;

const isOne = (rate: Rate): boolean => rate.numerator === rate.denominator;
const equal = (a: Rate, b: Rate): boolean =>
  BigInt(a.numerator) * BigInt(b.denominator) === BigInt(b.numerator) * BigInt(a.denominator);

/** The sampler of a target, or none where everything that arrives is kept. */
const sampler = (tracing: Tracing, values: Record<string, TargetRow["values"][string]>): readonly Stage[] => {
  const root = tracing.rootRate;
  const parent = tracing.parentRate;
  const put = (field: string, value: string, origin: Origin): RowField => {
    values[field] = { value, origin };
    return { kind: "row", field };
  };
  const rootThreshold = thresholdOf(root.value);
  if (parent === null || equal(root.value, parent.value)) {
    return isOne(root.value)
      ? []
      : [{ kind: "sample", threshold: put("threshold.root", rootThreshold, root.origin), origin: root.origin }];
  }
  const parentThreshold = thresholdOf(parent.value);
  const [low, high] =
    rootThreshold < parentThreshold ? [rootThreshold, parentThreshold] : [parentThreshold, rootThreshold];
  return [
    {
      kind: "sampleLocalTrace",
      root: put("threshold.root", rootThreshold, root.origin),
      remoteParent: put("threshold.parent", parentThreshold, parent.origin),
      low: put("threshold.low", low, parent.origin),
      high: put("threshold.high", high, parent.origin),
      waitSeconds,
      origin: parent.origin,
    },
  ];
};

const findings = (tracing: Tracing, profiles: readonly DataPlaneProfile[], policy: PolicyId): readonly Diagnostic[] => [
  ...tracing.propagation.slice(0, 1).map((format) =>
    diagnostic(
      "TP4001",
      {
        field: "tracing.context",
        reason: "propagation formats are chosen by the proxy that forwards the request",
        remedy: profiles.map((profile) => `${profile.title}: ${profile.propagation}`).join("; "),
      },
      spanOf(format.origin),
      { policy },
    ),
  ),
  ...tracing.attributes.flatMap((attribute) =>
    headerNeed(`attribute "${attribute.name.value}"`, attribute.source, profiles, policy),
  ),
];

/** Spans of one target: its tracing block, or only the metrics that are derived from them. */
export const tracingClass = (policy: TelemetryPolicy, profiles: readonly DataPlaneProfile[]): DraftClass | null => {
  const values: Record<string, TargetRow["values"][string]> = {};
  const derive = derivation(policy, "traces", profiles, values);
  const tracing = policy.tracing;
  if (tracing === null && derive.stages.length === 0) return null;
  const stages: Stage[] = [{ kind: "normalise" }];
  const origin: Origin = tracing === null ? derive.origin : tracing.mode.origin;
  const headers = [...derive.headers];
  if (tracing === null) {
    return {
      signal: "traces",
      stages: [...stages, ...derive.stages],
      passthrough: true,
      origin,
      values,
      sinks: derive.sinks,
      headers,
      diagnostics: [],
    };
  }
  const diagnostics = [...findings(tracing, profiles, policy.id)];
  if (tracing.mode.value === "Disabled") {
    const all: Stage[] = [...stages, ...derive.stages, { kind: "drop", origin: tracing.mode.origin }];
    return {
      signal: "traces",
      stages: all,
      passthrough: false,
      origin,
      values,
      sinks: derive.sinks,
      headers,
      diagnostics,
    };
  }
  stages.push(redaction(tracing));
  for (const attribute of tracing.attributes) {
    // Content is never copied under another name, where no metric would know it for what it is.
    if (attribute.source.value.from === "attribute" && keepsContent(tracing) && isContent(attribute.source.value.key))
      continue;
    const from = valueFrom(`attribute.${attribute.name.value}`, attribute.source, values);
    if (from.kind === "header") headers.push(from.name);
    stages.push({ kind: "set", scope: "record", key: attribute.name.value, from, origin: attribute.name.origin });
  }
  for (const [scope, key, named] of [
    ["resource", "service.name", tracing.serviceName],
    ["spanName", "name", tracing.spanName],
  ] as const) {
    if (named === null) continue;
    values[key] = { value: named.value, origin: named.origin };
    stages.push({ kind: "set", scope, key, from: { kind: "row", field: key }, origin: named.origin });
  }
  const sink = sinkOf("traces", tracing.provider);
  stages.push(...derive.stages, ...sampler(tracing, values), { kind: "export", sinks: [sink.id] });
  return {
    signal: "traces",
    stages,
    passthrough: false,
    origin,
    values,
    sinks: [sink, ...derive.sinks],
    headers,
    diagnostics,
  };
};
