import type { Ast } from "./ast.ts";
import type { Finding } from "./finding.ts";
import type { Allowance } from "./limits.ts";

/** What the compilation of one expression carries along. */
export type CompileScope = {
  readonly isSecret: (header: string) => boolean;
  /** What the variables of `exists` and `all` stand for, read where it was written. */
  readonly variables: ReadonlyMap<string, { readonly ast: Ast; readonly scope: CompileScope }>;
  readonly report: (finding: Finding) => void;
  /** Takes from what is left of the policy's allowance; false where that is too little, which is reported. */
  readonly spend: (what: keyof Allowance, amount: number) => boolean;
};
