import { canonicalJson, type Json } from "../base/canonical.ts";
import { isJsonObject, jsonAt } from "../base/json-at.ts";
import { notOnNode } from "../resolve/elsewhere.ts";
import { controllerName } from "../resolve/status.ts";
import { type AncestorStatus, maxAncestors } from "../resolve/types.ts";

/** An object as the API server has it; only what is needed of it. */
export type LiveObject = { readonly resourceVersion: string; readonly ancestors: readonly Json[] };

/** Null for what is no object of Kubernetes. */
export const readLive = (body: unknown): LiveObject | null => {
  const resourceVersion = jsonAt(body, "metadata", "resourceVersion");
  const ancestors = jsonAt(body, "status", "ancestors");
  if (typeof resourceVersion !== "string") return null;
  return { resourceVersion, ancestors: Array.isArray(ancestors) ? ancestors : [] };
};

/**
 * `status.ancestors` with our entries replaced and everybody else's kept (GEP-713: a controller touches only its own).
 * A condition keeps its lastTransitionTime while its status does not change. Null when nothing but times would differ.
 */
export const mergedAncestors = (
  live: readonly Json[],
  wanted: readonly AncestorStatus[],
  now: string,
): readonly Json[] | null => {
  const isOurs = (entry: Json): boolean => jsonAt(entry, "controllerName") === controllerName;
  const others = live.filter((entry) => !isOurs(entry));
  const before = live.filter(isOurs);
  const ours = wanted.slice(0, Math.max(0, maxAncestors - others.length)).flatMap((ancestor): readonly Json[] => {
    const ancestorRef = withoutNull(ancestor.ancestorRef);
    const old = before.find((entry) => isSame(jsonAt(entry, "ancestorRef"), ancestorRef));
    // What another node says of it stays.
    if (ancestor.conditions.some(({ reason }) => reason === notOnNode)) return old === undefined ? [] : [old];
    const oldConditions = jsonAt(old, "conditions");
    return [
      {
        ancestorRef,
        controllerName: ancestor.controllerName,
        conditions: ancestor.conditions.map((condition): Json => {
          const same = Array.isArray(oldConditions)
            ? oldConditions.find(
                (other: Json) =>
                  jsonAt(other, "type") === condition.type && jsonAt(other, "status") === condition.status,
              )
            : undefined;
          const since = jsonAt(same, "lastTransitionTime");
          return {
            ...withoutNull({ ...condition, message: shortened(condition.message) }),
            lastTransitionTime: typeof since === "string" ? since : now,
          };
        }),
      },
    ];
  });
  return isSame(withoutTimes(before), withoutTimes(ours)) ? null : [...others, ...ours];
};

/** metav1.Condition allows 32 KiB. */
const shortened = (message: string): string => (message.length > 8000 ? `${message.slice(0, 8000)}…` : message);

const withoutTimes = (entries: readonly Json[]): Json =>
  entries.map((entry) => {
    const conditions = jsonAt(entry, "conditions");
    if (!isJsonObject(entry) || !Array.isArray(conditions)) return entry;
    return {
      ...entry,
      conditions: conditions.map((condition: Json) =>
        isJsonObject(condition)
          ? Object.fromEntries(Object.entries(condition).filter(([key]) => key !== "lastTransitionTime"))
          : condition,
      ),
    };
  });

const withoutNull = (object: { readonly [key: string]: string | number | null }): { readonly [key: string]: Json } =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));

const isSame = (a: Json | undefined, b: Json): boolean => a !== undefined && canonicalJson(a) === canonicalJson(b);
