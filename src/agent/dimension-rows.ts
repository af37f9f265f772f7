import { byText } from "../base/order.ts";
import type { Sample } from "../collector/metrics-text.ts";
import type { DimensionCap, Plan, SeenValues } from "../plan/types.ts";
import { targetName } from "../resolve/types.ts";
import { targetOf } from "./flow.ts";
import type { DimensionRow } from "./view.ts";

/** Values of dimensions, by policy and key. */
export type Seen = ReadonlyMap<string, SeenValues>;

export const seenKey = ({ policy, key }: { readonly policy: string; readonly key: string }): string =>
  `${policy}\0${key}`;

const valuesMetric = "otel_policy_dimension_values_total";
const dimensionLabel = "otel_policy_dimension";

/** Labels of the endpoint and of targets; the one that is left is the dimension's own, however its name was written. */
const isOther = (name: string): boolean =>
  name === dimensionLabel ||
  name === "job" ||
  name === "instance" ||
  name.startsWith("otel_scope_") ||
  /^k8s_(?:gateway_name|gateway_namespace|namespace_name)$/.test(name);

/** One scrape of ingest: for each policy and key, the values that are there. */
export const valuesIn = (samples: readonly Sample[], rows: Plan["rows"]): ReadonlyMap<string, ReadonlySet<string>> => {
  const policies = new Map(rows.map(({ target, policy }) => [targetName(target), policy]));
  const found = new Map<string, Set<string>>();
  for (const { name, labels } of samples) {
    if (name !== valuesMetric) continue;
    const policy = policies.get(targetOf(labels));
    const key = labels.get(dimensionLabel) ?? "";
    const [, text = ""] = [...labels].find(([label]) => !isOther(label)) ?? [];
    if (policy === undefined || key === "" || text === "" || text === overflow) continue;
    const values = found.get(seenKey({ policy, key })) ?? new Set();
    found.set(seenKey({ policy, key }), values.add(text));
  }
  return found;
};

const overflow = "other";

/**
 * What is known after a scrape. Values stay in the order of first sight; those that came at once are in the order of
 * their texts, so that equal scrapes give equal lists. `full` are the dimensions that reached their limit just now.
 */
export const learn = (
  seen: Seen,
  caps: readonly DimensionCap[],
  found: ReturnType<typeof valuesIn>,
): { readonly seen: Seen; readonly isChanged: boolean; readonly full: readonly DimensionCap[] } => {
  const next = new Map(seen);
  const full: DimensionCap[] = [];
  let isChanged = false;
  for (const cap of caps) {
    const at = seenKey(cap);
    const known = seen.get(at)?.values ?? [];
    const room = cap.limit - known.length;
    if (room <= 0) continue;
    const isKnown = new Set(known);
    const added = [...(found.get(at) ?? [])]
      .filter((value) => !isKnown.has(value))
      .sort(byText)
      .slice(0, room);
    if (added.length === 0) continue;
    isChanged = true;
    next.set(at, { policy: cap.policy, key: cap.key, values: [...known, ...added] });
    if (added.length === room) full.push(cap);
  }
  return { seen: isChanged ? next : seen, isChanged, full };
};

/** For the view: dimensions that have any value. */
export const dimensionRows = (caps: readonly DimensionCap[], seen: Seen): readonly DimensionRow[] =>
  caps.flatMap(({ policy, key, limit }) => {
    const values = Math.min(seen.get(seenKey({ policy, key }))?.values.length ?? 0, limit);
    return values === 0 ? [] : [{ policy, dimension: key, values, limit }];
  });
