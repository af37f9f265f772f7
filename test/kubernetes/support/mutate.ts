import fc from "fast-check";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Change = { readonly name: string; readonly to: (value: Json) => Json | undefined };

/** What goes wrong in a manifest: at one place, one of these. `undefined` takes the field away. */
const changes: readonly Change[] = [
  { name: "gone", to: () => undefined },
  { name: "null", to: () => null },
  { name: "text", to: () => "text" },
  { name: "empty text", to: () => "" },
  { name: "long text", to: () => "a".repeat(5000) },
  { name: "number", to: () => 7 },
  { name: "negative", to: () => -1 },
  { name: "large", to: () => 2 ** 31 },
  { name: "fraction", to: () => 0.5 },
  { name: "true", to: () => true },
  { name: "map", to: () => ({}) },
  { name: "list", to: () => [] },
  { name: "wrapped", to: (value) => [value] },
  { name: "unknown field", to: (value) => (isMap(value) ? { ...value, surprise: 1 } : value) },
  { name: "alias", to: (value) => (isMap(value) ? { ...value, enable: true } : value) },
  { name: "mode", to: (value) => (isMap(value) ? { ...value, mode: "Enabled" } : value) },
  {
    name: "first entry twice",
    to: (value) => (isList(value) && value[0] !== undefined ? [...value, value[0]] : value),
  },
  { name: "null entry", to: (value) => (isList(value) ? [...value, null] : value) },
  { name: "many entries", to: (value) => (isList(value) ? Array<Json>(129).fill(value[0] ?? "a") : value) },
];

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isMap = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

type Place = readonly (string | number)[];

const placesIn = (value: Json, at: Place = []): readonly Place[] => {
  const inside = isList(value)
    ? value.flatMap((item, index) => placesIn(item, [...at, index]))
    : isMap(value)
      ? Object.entries(value).flatMap(([key, item]) => placesIn(item, [...at, key]))
      : [];
  return [at, ...inside];
};

const changed = (value: Json, place: Place, to: Change["to"]): Json | undefined => {
  const [step, ...rest] = place;
  if (step === undefined) return to(value);
  if (isList(value)) {
    const items = value.map((item, index) => (index === step ? changed(item, rest, to) : item));
    return items.filter((item) => item !== undefined);
  }
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const next = key === step ? changed(item, rest, to) : item;
      return next === undefined ? [] : [[key, next]];
    }),
  );
};

/** The same policy with one thing wrong, or at least other, somewhere below `spec`. */
export const mutated = (policies: fc.Arbitrary<object>): fc.Arbitrary<object> =>
  fc.tuple(policies, fc.nat(), fc.constantFrom(...changes)).map(([policy, choice, { to }]) => {
    const json: { readonly spec: Json } = JSON.parse(JSON.stringify(policy));
    const places = placesIn(json.spec).slice(1);
    const place = places[choice % Math.max(1, places.length)] ?? [];
    return { ...json, spec: place.length === 0 ? json.spec : (changed(json.spec, place, to) ?? {}) };
  });
