import type { PriceForm } from "../../genai/price-form.ts";
import { usualTiers } from "../../genai/price-table.ts";
import { allOf, quoted, type RecordContext } from "../ottl.ts";
import { fieldPath, type Group } from "./gen-ai-names.ts";
import { rowPath, unpricedPath } from "./price-lookup.ts";

const setWidth = 2;

/** Which set of factors a row has, as a text cut by position. */
const setOf = (form: PriceForm, row: string): string => {
  const text = form.rows.map(({ factors }) => String(factors).padStart(setWidth, "0")).join("");
  return `Int(Substring(${quoted(text)}, ${row} * ${setWidth}, ${setWidth}))`;
};

/** A factor that JavaScript writes as it is read back in OTTL: always with a decimal point, never with an exponent. */
const factorText = (factor: number): string => factor.toFixed(12).replace(/0{1,11}$/, "");

/**
 * What a call costs in the service tier that it was answered in. A tier without a factor has no price: half or twice
 * the usual one would both be wrong, and the usual one, too.
 */
export const serviceTierGroup = (context: RecordContext, form: PriceForm, amounts: readonly string[]): Group => {
  const tier = fieldPath(context, "serviceTier");
  const row = rowPath(context);
  const [set, factor] = [`${context}.cache["set"]`, `${context}.cache["factor"]`];
  const factors = form.factors.flatMap((tiers, index) =>
    Object.entries(tiers).map(
      ([name, value]) => `set(${factor}, ${factorText(value)}) where ${set} == ${index} and ${tier} == ${quoted(name)}`,
    ),
  );
  const isUsual = `IsMatch(${tier}, ${quoted(`^(?:${usualTiers.join("|")})$`)})`;
  const gone = quoted("^otel_policy\\.gen_ai\\.(?:cost\\.|saved\\.|cost_source$)");
  return {
    context,
    conditions: [`${tier} != nil and ${row} != nil and ${row} >= 0`],
    statements: [
      ...(factors.length === 0 ? [] : [`set(${set}, ${setOf(form, row)})`, ...factors]),
      ...(factors.length === 0
        ? []
        : amounts.map(
            (amount) =>
              `set(${amount}, ${amount} * ${factor}) where ${allOf([`${factor} != nil`, `${amount} != nil`])}`,
          )),
      `set(${unpricedPath(context)}, "service_tier") where ${factor} == nil and not ${isUsual}`,
      `delete_matching_keys(${context}.attributes, ${gone}) where ${factor} == nil and not ${isUsual}`,
    ],
  };
};
