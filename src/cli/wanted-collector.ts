import { join } from "node:path";
import type { CollectorBinary } from "../collector/find.ts";
import { hasErrors } from "../diagnostics/diagnostic.ts";
import type { Call } from "./command.ts";
import { findingsText } from "./findings.ts";
import * as flag from "./flag-table.ts";
import { packageRoot } from "./package-root.ts";
import { wantsColor } from "./paint.ts";

/** Finds and asks the Collector; says on stderr why there is none to use. */
export const wantedCollector = async ({ flags, terminal, parts }: Call): Promise<CollectorBinary | "unusable"> => {
  const findCollector = await parts.findCollector();
  const { value, diagnostics } = await findCollector({
    flag: flags.get(flag.collector),
    env: terminal.env,
    builtIn: ["otelcol-lean", "otelcol-full"].map((name) => join(packageRoot(), "build", name)),
  });
  const color = wantsColor(flags.get(flag.color), terminal.err, terminal.env);
  const findings = { diagnostics, sources: new Map<string, string>() };
  terminal.err.write(await findingsText(findings, { format: "text", detail: "warnings", color }));
  return value === null || hasErrors(diagnostics) ? "unusable" : value;
};
