import type { Located } from "../../diagnostics/origin.ts";
import type { AttributeRule, Dimension, TelemetryPolicy, ValueSource } from "../types.ts";

type Named = { readonly field: string; readonly name: Located<string> };

/** Every name that a policy gives to an attribute. */
export const attributesOf = (policy: TelemetryPolicy): readonly AttributeRule[] => policy.tracing?.attributes ?? [];

/** Every dimension that a policy adds to or removes from a metric. */
export const dimensionsOf = (policy: TelemetryPolicy): readonly Dimension[] => [
  ...(policy.metrics?.overrides.flatMap((override) => override.dimensions) ?? []),
  ...(policy.metrics?.genAI?.dimensions ?? []),
];

/** Attribute names and dimension keys, each with how an author would call it. */
export const namesOf = (policy: TelemetryPolicy): readonly Named[] => [
  ...attributesOf(policy).map(({ name }) => ({ field: "attribute", name })),
  ...dimensionsOf(policy).map(({ key }) => ({ field: "dimension", name: key })),
];

/** Every place where a value is taken from. */
export const sourcesOf = (policy: TelemetryPolicy): readonly Located<ValueSource>[] => [
  ...attributesOf(policy).map(({ source }) => source),
  ...dimensionsOf(policy).flatMap(({ source }) => (source === null ? [] : [source])),
];
