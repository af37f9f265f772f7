import { type Json, shortDigest } from "../base/canonical.ts";
import type { DataPlaneProfile } from "../dataplane/profile.ts";
import type { Target, TelemetryPolicy } from "../policy/types.ts";
import { accessLogsClass } from "./access-logs.ts";
import type { DraftClass } from "./draft-class.ts";
import { withCalls } from "./gen-ai.ts";
import { metricsClass } from "./metrics.ts";
import { tracingClass } from "./tracing.ts";
import type { ClassId } from "./types.ts";

/** What a policy asks of its targets of one kind, a draft per signal that it speaks of. */
export type Drafts = readonly { readonly id: ClassId; readonly draft: DraftClass }[];
export type DraftsOf = (policy: TelemetryPolicy, kind: Target["kind"]) => Drafts;

/** Structure without origins: where something was written must not split a class. */
const withoutOrigins = (value: unknown): Json => {
  if (Array.isArray(value)) return value.map(withoutOrigins);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== "origin")
        .map(([key, item]) => [key, withoutOrigins(item)]),
    );
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
};

/** Stable over policies and names: the first letter of the signal and a digest of the structure. */
const classId = (draft: DraftClass): ClassId =>
  `${draft.signal.slice(0, 1)}_${shortDigest({ stages: withoutOrigins(draft.stages), passthrough: draft.passthrough })}`;

/**
 * Policies → drafts. A policy's drafts differ by the kind of its targets alone and are asked for once to be weighed and
 * once for each target, so they are kept for as long as this function lives: one compilation.
 */
export const draftsFor = (
  profiles: readonly DataPlaneProfile[],
  /** Path → text of the files that policies were read from: findings inside an expression point into them. */
  sources: ReadonlyMap<string, string>,
): DraftsOf => {
  const bareOf = remembered((policy) =>
    [tracingClass(policy, profiles), metricsClass(policy, profiles), accessLogsClass(policy, profiles, sources)].filter(
      (draft) => draft !== null,
    ),
  );
  const finished = (kind: Target["kind"]) =>
    remembered(
      (policy): Drafts =>
        bareOf(policy).map((bare) => {
          const draft = withCalls(policy, kind, bare);
          return { id: classId(draft), draft };
        }),
    );
  const of = { Gateway: finished("Gateway"), Namespace: finished("Namespace") };
  return (policy, kind) => of[kind](policy);
};

const remembered = <T>(make: (policy: TelemetryPolicy) => T): ((policy: TelemetryPolicy) => T) => {
  const known = new Map<TelemetryPolicy, T>();
  return (policy) => {
    const made = known.get(policy) ?? make(policy);
    known.set(policy, made);
    return made;
  };
};
