import type { Call } from "../command.ts";
import { type Compiled, compiled } from "../compiled.ts";
import { findingsText } from "../findings.ts";
import * as flag from "../flag-table.ts";
import { wantsColor } from "../paint.ts";

/** The policies of `-f`, compiled. Their errors go to stderr first: what they leave out, no explanation can have. */
export const compiledPolicies = async (call: Call, topology: "single" | "handover"): Promise<Compiled> => {
  const { flags, terminal } = call;
  const result = await compiled(call, { paths: [], topology, collector: null });
  const color = wantsColor(flags.get(flag.color), terminal.err, terminal.env);
  const errors = await findingsText(result, { format: "text", detail: "errors", color });
  if (errors !== "") terminal.err.write(`${errors}\n`);
  return result;
};
