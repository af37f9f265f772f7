import { didYouMean } from "../base/suggest.ts";
import { type Amounts, type BudgetName, budgetNames, type NamespaceBudgets, usualBudgets } from "../resolve/budgets.ts";
import { UsageError } from "./usage-error.ts";

const units: { readonly [unit: string]: number } = { "": 1, KiB: 1024, MiB: 1024 ** 2 };

/** `policies=50` is of every namespace, `team-a/policies=200` of one; later ones win. Throws UsageError. */
export const readNamespaceBudgets = (written: readonly string[], by: string): NamespaceBudgets => {
  let everyone: Amounts = usualBudgets;
  const own = new Map<string, Partial<Amounts>>();
  for (const text of written) {
    const [, namespace, name = "", amount = ""] = /^(?:([^/=]*)\/)?([^/=]*)=([^/=]*)$/.exec(text) ?? [];
    if (name === "" || amount === "" || namespace === "")
      throw new UsageError(`${by} is such as policies=50, or team-a/policies=50 for one namespace, not "${text}"`);
    const budget = budgetCalled(name, by);
    const limit = { [budget]: amountOf(amount, budget, by) };
    if (namespace === undefined) everyone = { ...everyone, ...limit };
    else own.set(namespace, { ...own.get(namespace), ...limit });
  }
  return { everyone, own };
};

const budgetCalled = (name: string, by: string): BudgetName => {
  const found = budgetNames.find((budget) => budget === name);
  if (found !== undefined) return found;
  throw new UsageError(`${by} "${name}" is none of ${budgetNames.join(", ")}${didYouMean(name, budgetNames)}`);
};

const amountOf = (text: string, budget: BudgetName, by: string): number => {
  if (text === "unlimited") return Infinity;
  const [, digits = "", unit = ""] = /^(\d{1,12})(KiB|MiB)?$/.exec(text) ?? [];
  if (digits === "" || (unit !== "" && budget !== "config-bytes")) {
    const form = budget === "config-bytes" ? "a number of bytes such as 512KiB or 10MiB" : "a whole number";
    throw new UsageError(`${by} ${budget} is ${form}, or unlimited, not "${text}"`);
  }
  return Number(digits) * (units[unit] ?? 1);
};

/** The usual budgets, as somebody would write them. */
export const shownBudgets: string = budgetNames
  .map((budget) => {
    const amount = usualBudgets[budget];
    return `${budget}=${budget === "config-bytes" ? `${amount / 1024 ** 2}MiB` : amount}`;
  })
  .join(", ");
