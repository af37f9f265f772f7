import type { Ledger } from "./ledger.ts";
import type { Cited, Sketch, SketchOverride } from "./sketch.ts";

/** The first of equal entries stays; the others are lost, and said to be. */
const first = <T>(
  entries: readonly Cited<T>[],
  keyOf: (value: T) => string,
  ledger: Ledger,
  what: string,
): readonly Cited<T>[] => {
  const seen = new Map<string, Cited<T>>();
  for (const entry of entries) {
    const key = keyOf(entry.value);
    const there = seen.get(key);
    if (there === undefined) seen.set(key, entry);
    else if (there.node !== entry.node)
      ledger.note(entry.node, { outcome: "lost", why: `there is another ${what} of that name, and only one can hold` });
  }
  return [...seen.values()];
};

/** Prometheus folds other characters to "_", so such labels are one there. */
const labelOf = (key: string): string => key.replace(/[^a-zA-Z0-9_]/g, "_");

/** A family is overridden once; what several entries say of it adds up, and the later switch wins. */
const joinedOverrides = (overrides: readonly SketchOverride[], ledger: Ledger): readonly SketchOverride[] => {
  const byName = new Map<string, SketchOverride>();
  for (const override of overrides) {
    const there = byName.get(override.name.value);
    byName.set(
      override.name.value,
      there === undefined
        ? override
        : { ...there, ...override, dimensions: [...(there.dimensions ?? []), ...(override.dimensions ?? [])] },
    );
    if (there !== undefined && there.name.node !== override.name.node)
      ledger.note(there.name.node, { outcome: "changed", why: "several entries of one metric are one override" });
  }
  return [...byName.values()].map((override) => ({
    ...override,
    dimensions: first(override.dimensions ?? [], ({ key }) => labelOf(key), ledger, "dimension"),
  }));
};

/** A sketch in which every name stands once, as a policy wants it. */
export const withoutRepeats = (sketch: Sketch, ledger: Ledger): Sketch => {
  const { tracing, metrics, logs } = sketch;
  return {
    ...sketch,
    targets: first(sketch.targets, ({ kind, namespace, name }) => `${kind} ${namespace}/${name}`, ledger, "target"),
    ...(tracing?.attributes === undefined
      ? {}
      : { tracing: { ...tracing, attributes: first(tracing.attributes, ({ name }) => name, ledger, "attribute") } }),
    ...(metrics?.overrides === undefined
      ? {}
      : { metrics: { ...metrics, overrides: joinedOverrides(metrics.overrides, ledger) } }),
    ...(logs?.fields === undefined
      ? {}
      : { logs: { ...logs, fields: first(logs.fields, (field) => field, ledger, "field") } }),
  };
};
