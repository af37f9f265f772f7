import type { Located, Origin } from "../diagnostics/origin.ts";
import { providerText, rateText, sourceText } from "../policy/setting-text.ts";
import type { Provider, Rate, TelemetryPolicy, ValueSource } from "../policy/types.ts";

/** One decided value of a policy, said as text. */
export type Setting = { readonly text: string; readonly origin: Origin };

/**
 * Every decided value of a policy by its path, `tracing.attributes.env.source`. It walks the value tree and knows only
 * its few kinds of values, so that a new field is in every comparison from its first day. List elements are named by
 * what names them; lists of plain values are one setting, because their order counts.
 */
export const settingsOf = ({ tracing, metrics, accessLogs }: TelemetryPolicy): ReadonlyMap<string, Setting> =>
  new Map(Object.entries({ tracing, metrics, accessLogs }).flatMap(([signal, block]) => leavesOf(signal, block)));

type Leaf = readonly [path: string, setting: Setting];

/** The same of one block, under a path of one's choice. */
export const leavesOf = (path: string, value: unknown): readonly Leaf[] => {
  if (isLocated(value)) return [[path, { text: textOf(value.value), origin: value.origin }]];
  if (Array.isArray(value)) return listOf(path, value);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => leavesOf(`${path}.${key}`, child));
};

const listOf = (path: string, list: readonly unknown[]): readonly Leaf[] => {
  const [first] = list;
  if (list.every(isLocated) && isLocated(first))
    return [[path, { text: list.map(({ value }) => textOf(value)).join(", "), origin: first.origin }]];
  return list.flatMap((element, at) => {
    const own = `${path}.${nameIn(element) ?? at}`;
    const leaves = leavesOf(own, element);
    // What names the element is in its path already, unless there is nothing else to say of it.
    const others = leaves.filter(([leaf]) => leaf !== `${own}.name` && leaf !== `${own}.key`);
    return nameIn(element) === null || others.length === 0 ? leaves : others;
  });
};

const nameIn = (element: unknown): string | null => {
  if (typeof element !== "object" || element === null) return null;
  const named = "name" in element ? element.name : "key" in element ? element.key : null;
  return isLocated(named) && typeof named.value === "string" ? named.value : null;
};

const isLocated = (value: unknown): value is Located<unknown> =>
  typeof value === "object" && value !== null && "value" in value && "origin" in value;

const textOf = (value: unknown): string => {
  if (isRate(value)) return rateText(value);
  if (isSource(value)) return sourceText(value);
  if (isProvider(value)) return providerText(value);
  return typeof value === "string" ? value : JSON.stringify(value);
};

const has = (value: unknown, key: string): boolean => typeof value === "object" && value !== null && key in value;
const isRate = (value: unknown): value is Rate => has(value, "numerator");
const isSource = (value: unknown): value is ValueSource => has(value, "from");
const isProvider = (value: unknown): value is Provider => has(value, "kind");
