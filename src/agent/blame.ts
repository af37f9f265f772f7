import type { Compilation } from "../compile.ts";
import type { Span } from "../diagnostics/source.ts";
import type { PolicyId, TelemetryPolicy } from "../policy/types.ts";

/** A policy that a config path leads to, and where in it. */
export type Blame = { readonly policy: PolicyId; readonly file: string; readonly at: Span };

/** `processors::filter/x` holds every leaf below it, and a path below a leaf leads to that leaf. */
const isWithin = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}::`);

/** The policies whose values stand at a path of the rendered config, by the source map. */
export const blamed = (compilation: Compilation, path: string): readonly Blame[] => {
  const { rendered, policies } = compilation;
  if (rendered === null) return [];
  const places = placesOf(policies.policies);
  const found = new Map<string, Blame>();
  for (const part of [rendered.core, rendered.ingest]) {
    for (const [leaf, origin] of part?.sourceMap ?? []) {
      if (origin.kind !== "policy" || !(isWithin(leaf, path) || isWithin(path, leaf))) continue;
      const { span } = origin;
      const policy = places.get(placeOf(span));
      const key = `${span.file}\0${policy}`;
      if (policy !== undefined && !found.has(key)) found.set(key, { policy, file: span.file, at: span });
    }
  }
  return [...found.values()];
};

const placeOf = ({ file, start, end }: Span): string => `${file}\0${start}\0${end}`;

/** Every place that a policy's values were written at → the policy. A file can hold several. */
const placesOf = (policies: readonly TelemetryPolicy[]): ReadonlyMap<string, PolicyId> => {
  const places = new Map<string, PolicyId>();
  for (const policy of policies) {
    const walk = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      if (isSpan(value)) places.set(placeOf(value), policy.id);
      else for (const part of Object.values(value)) walk(part);
    };
    walk(policy);
  }
  return places;
};

const isSpan = (value: object): value is Span =>
  "file" in value && typeof value.file === "string" && "start" in value && "end" in value;
