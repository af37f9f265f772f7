import type { Severity } from "./code-table.ts";
import { type ArgsOf, type Code, codes } from "./codes.ts";
import type { Span } from "./source.ts";

/** One finding: what, where, why, and what to write instead. */
export type Diagnostic = {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly at: Span | null;
  readonly related: readonly { readonly span: Span; readonly message: string }[];
  readonly why: string;
  readonly fix: string;
  /** `namespace/name` of the policy it speaks of, where there is one. */
  readonly policy: string | null;
};

export type Details = {
  readonly related?: Diagnostic["related"];
  readonly policy?: string | null;
  readonly severity?: Severity;
};

/** Builds a diagnostic from the code table; the arguments are those of the code's message. */
export const diagnostic = <C extends Code>(
  code: C,
  args: ArgsOf<C>,
  at: Span | null,
  details: Details = {},
): Diagnostic => {
  // The table pairs each code with its own argument type; the union over all rows cannot express that pairing.
  const definition = codes[code] as unknown as {
    severity: Severity;
    message: (args: ArgsOf<C>) => string;
    why: string;
    fix: string | ((args: ArgsOf<C>) => string);
  };
  return {
    code,
    severity: details.severity ?? definition.severity,
    message: definition.message(args),
    at,
    related: details.related ?? [],
    why: definition.why,
    fix: typeof definition.fix === "string" ? definition.fix : definition.fix(args),
    policy: details.policy ?? null,
  };
};

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((d) => d.severity === "error");
