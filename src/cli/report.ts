import { hasErrors } from "../diagnostics/diagnostic.ts";
import type { Call } from "./command.ts";
import { exit } from "./exit.ts";
import { type Detail, type Findings, type FindingsFormat, findingsText, strictly, summary } from "./findings.ts";
import * as flag from "./flag-table.ts";
import { wantsColor } from "./paint.ts";
import type { Stream } from "./terminal.ts";

/** Flags of every verb that reports findings. */
export const reportFlags = [flag.quiet, flag.verbose] as const;

/** Writes findings to `stream` and a summary to stderr; answers the exit code they ask for. */
export const report = async (
  { flags, terminal }: Call,
  { diagnostics, ...found }: Findings & { readonly policies: number },
  { format, stream }: { readonly format: FindingsFormat; readonly stream: Stream },
): Promise<number> => {
  const judged = strictly(diagnostics, flags.get(flag.strict));
  const detail: Detail = flags.get(flag.quiet) ? "errors" : flags.get(flag.verbose) ? "everything" : "warnings";
  const color = wantsColor(flags.get(flag.color), stream, terminal.env);
  const text = await findingsText({ ...found, diagnostics: judged }, { format, detail, color });
  if (text !== "") stream.write(text);
  if (!flags.get(flag.quiet)) {
    // Apart from what is above it, for whoever sees both streams on one screen.
    const gap = text !== "" && format === "text" ? "\n" : "";
    terminal.err.write(`${gap}${summary(found.policies, judged, detail)}\n`);
  }
  return hasErrors(judged) ? exit.findings : exit.ok;
};
