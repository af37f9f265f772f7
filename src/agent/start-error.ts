import type { Diagnostic } from "../diagnostics/diagnostic.ts";

/** The agent cannot begin at all: its run directory or its address cannot be used. */
export class StartError extends Error {
  override name = "StartError";
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ code, message }) => `${code} ${message}`).join("; "));
    this.diagnostics = diagnostics;
  }
}
