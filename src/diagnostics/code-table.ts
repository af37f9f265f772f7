/** How bad it is: an error leaves something out, a warning changes what was meant, an info only tells. */
export type Severity = "error" | "warning" | "info";

/** One row of the code table. `message`, and `fix` where it depends on the case, are functions of the same arguments. */
export type CodeRow<Args> = {
  readonly severity: Severity;
  readonly title: string;
  /** One sentence in lower case that names the offending value and its limit. */
  readonly message: (args: Args) => string;
  /** Why it matters. */
  readonly why: string;
  /** What to write instead. */
  readonly fix: string | ((args: Args) => string);
};

/** Keeps the argument type of each row, so that a missing or wrong argument does not compile. */
export const row = <Args>(definition: CodeRow<Args>): CodeRow<Args> => definition;
