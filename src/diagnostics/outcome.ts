import type { Diagnostic } from "./diagnostic.ts";

/** A value, or none, together with what was found on the way. */
export type Outcome<T> = { readonly value: T; readonly diagnostics: readonly Diagnostic[] };

export const outcome = <T>(value: T, diagnostics: readonly Diagnostic[] = []): Outcome<T> => ({ value, diagnostics });
