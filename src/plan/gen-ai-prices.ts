import { canonicalJson } from "../base/canonical.ts";
import { by, byText } from "../base/order.ts";
import { didYouMean } from "../base/suggest.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { spanOf } from "../diagnostics/origin.ts";
import type { Outcome } from "../diagnostics/outcome.ts";
import type { SourceFile } from "../diagnostics/source.ts";
import { decodeTable } from "../genai/price-code.ts";
import { priceData } from "../genai/price-data.ts";
import { type PriceForm, priceForm } from "../genai/price-form.ts";
import { type PriceSelection, pickableNames, pickingNothing } from "../genai/price-select.ts";
import type { PriceTable } from "../genai/price-table.ts";
import type { TelemetryPolicy } from "../policy/types.ts";
import { readPrices } from "./gen-ai-override.ts";
import type { Plan, PolicyClass } from "./types.ts";

let decoded: PriceTable | null = null;

/** The prices that come with the tool. Decoding takes milliseconds, so only whoever asks pays for it. */
export const builtInPrices = (): PriceTable => {
  decoded ??= decodeTable(priceData);
  return decoded;
};

const read = new WeakMap<SourceFile, Outcome<PriceTable>>();

/** A platform's own prices before those that come with the tool; read once for each file that is handed in. */
export const pricesOf = (file: SourceFile): Outcome<PriceTable> => {
  const known = read.get(file) ?? readPrices(file, builtInPrices());
  read.set(file, known);
  return known;
};

const forms = new WeakMap<PriceTable, Map<string, PriceForm>>();

/** Arranging a table takes tens of milliseconds, and most policies ask for the same. */
const formOf = (table: PriceTable, selection: PriceSelection): PriceForm => {
  const known = forms.get(table) ?? new Map<string, PriceForm>();
  forms.set(table, known);
  const key = canonicalJson(selection === null ? null : [...selection]);
  const form = known.get(key) ?? priceForm(table, selection);
  known.set(key, form);
  return form;
};

/** The price tables that some class looks into, each once. */
export const pricesOfPlan = (classes: Iterable<PolicyClass>, table: PriceTable | null): NonNullable<Plan["prices"]> => {
  const found = new Map<string, NonNullable<Plan["prices"]>[number]>();
  for (const { stages } of classes) {
    for (const stage of stages) {
      if (stage.kind !== "genAI" || stage.prices === null) continue;
      const { models } = stage.prices;
      const key = canonicalJson(models === null ? null : [...models]);
      if (!found.has(key)) found.set(key, { models, form: formOf(table ?? builtInPrices(), models) });
    }
  }
  return [...found].sort(by(([key]) => key, byText)).map(([, prices]) => prices);
};

/** Listed models that no price is known for. */
export const priceFindings = (policy: TelemetryPolicy, table: PriceTable | null): readonly Diagnostic[] => {
  const listed = policy.metrics?.genAI?.prices ?? [];
  if (listed.length === 0) return [];
  const prices = table ?? builtInPrices();
  const nothing = new Set(
    pickingNothing(
      prices,
      listed.map(({ value }) => value),
    ),
  );
  return listed.flatMap(({ value, origin }) =>
    nothing.has(value)
      ? [
          diagnostic(
            "TP4020",
            { model: value, version: prices.version, known: didYouMean(value, pickableNames(prices)) },
            spanOf(origin),
            { policy: policy.id },
          ),
        ]
      : [],
  );
};
