import { canonicalJson } from "../base/canonical.ts";
import { by, byText, sortedUnique } from "../base/order.ts";
import { chosenProfiles } from "../dataplane/profiles.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { spanOf } from "../diagnostics/origin.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import type { PriceTable } from "../genai/price-table.ts";
import { type EffectivePolicy, targetKey } from "../resolve/types.ts";
import { budgetFindings } from "./budgets.ts";
import { capFindings, capsOf } from "./caps.ts";
import { checkPlan } from "./check.ts";
import { contentFindings } from "./content.ts";
import { type DraftsOf, draftsFor } from "./drafts.ts";
import { priceFindings, pricesOfPlan } from "./gen-ai-prices.ts";
import type { ClassId, DimensionCap, Plan, PolicyClass, Sink, TargetRow } from "./types.ts";
import { untold } from "./untold.ts";

/** Effective policies → what must happen to which records. Total and independent of the order of its input. */
export const buildPlan = (
  effective: readonly EffectivePolicy[],
  dataPlanes: readonly string[],
  /** Path → text of the files that policies were read from: findings inside an expression point into them. */
  sources: ReadonlyMap<string, string> = new Map(),
  /** Prices of models; null: those that come with the tool. */
  prices: PriceTable | null = null,
  /** The drafts of whoever has asked for some of them before. */
  draftsOf: DraftsOf = draftsFor(chosenProfiles(dataPlanes), sources),
): Outcome<Plan> => {
  const profiles = chosenProfiles(dataPlanes);
  const classes = new Map<ClassId, PolicyClass>();
  const sinks = new Map<string, Sink>();
  const headers: string[] = [];
  const diagnostics = new Map<string, Diagnostic>();
  const rows: TargetRow[] = [];
  const caps = new Map<string, DimensionCap>();
  for (const { target, policy } of [...effective].sort(by(({ target }) => targetKey(target), byText))) {
    const drafts = draftsOf(policy, target.kind);
    const ids: { traces?: ClassId; metrics?: ClassId; logs?: ClassId } = {};
    const origin = { kind: "policy", span: policy.span, path: "metadata.name" } as const;
    const values: Record<string, TargetRow["values"][string]> = {
      policy: { value: policy.id, origin },
      "gateway.name": { value: target.kind === "Gateway" ? target.name : "", origin },
      "gateway.namespace": { value: target.kind === "Gateway" ? target.namespace : "", origin },
      namespace: { value: target.kind === "Namespace" ? target.name : "", origin },
    };
    for (const found of [...priceFindings(policy, prices), ...budgetFindings(policy), ...contentFindings(policy)])
      diagnostics.set(canonicalJson({ code: found.code, at: found.at, message: found.message }), found);
    for (const { id, draft } of drafts) {
      ids[draft.signal] = id;
      if (!classes.has(id))
        classes.set(id, {
          id,
          signal: draft.signal,
          stages: draft.stages,
          passthrough: draft.passthrough,
          origin: draft.origin,
        });
      for (const sink of draft.sinks) if (!sinks.has(sink.id)) sinks.set(sink.id, sink);
      headers.push(...draft.headers);
      Object.assign(values, draft.values);
      // A policy with several targets says the same of each: once is enough.
      for (const found of draft.diagnostics)
        diagnostics.set(canonicalJson({ code: found.code, at: found.at, message: found.message }), found);
    }
    const read = drafts.flatMap(({ draft }) => draft.stages);
    for (const cap of capsOf(policy, read)) caps.set(canonicalJson([cap.policy, cap.key]), cap);
    for (const found of capFindings(policy, read))
      diagnostics.set(canonicalJson({ code: found.code, at: found.at, message: found.message }), found);
    const place = policy.targets.find(({ value }) => targetKey(value) === targetKey(target));
    const asked = drafts.map(({ draft }) => draft.signal);
    for (const found of untold(target, place === undefined ? null : spanOf(place.origin), policy, asked, profiles))
      diagnostics.set(canonicalJson({ code: found.code, message: found.message }), found);
    rows.push({ target, policy: policy.id, classes: ids, values });
  }
  const plan: Plan = {
    profiles,
    rows,
    classes: [...classes.values()].sort(by(({ id }) => id, byText)),
    sinks: [...sinks.values()].sort(by(({ id }) => id, byText)),
    headers: sortedUnique(headers),
    prices: pricesOfPlan(classes.values(), prices),
    caps: [...caps].sort(by(([key]) => key, byText)).map(([, cap]) => cap),
  };
  return outcome(plan, [...diagnostics.values(), ...checkPlan(plan)]);
};
