import type { Diagnostic } from "../diagnostic.ts";

export type Counts = { readonly errors: number; readonly warnings: number; readonly infos: number };

export const countsOf = (diagnostics: readonly Diagnostic[]): Counts => ({
  errors: diagnostics.filter(({ severity }) => severity === "error").length,
  warnings: diagnostics.filter(({ severity }) => severity === "warning").length,
  infos: diagnostics.filter(({ severity }) => severity === "info").length,
});

/** `1 error, 2 warnings`; empty when there is nothing to say. */
export const summaryOf = (diagnostics: readonly Diagnostic[]): string => {
  const { errors, warnings, infos } = countsOf(diagnostics);
  return [count(errors, "error"), count(warnings, "warning"), count(infos, "note")]
    .filter((part) => part !== "")
    .join(", ");
};

const count = (number: number, word: string): string =>
  number === 0 ? "" : `${number} ${word}${number === 1 ? "" : "s"}`;
