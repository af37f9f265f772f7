import { hasErrors } from "../../diagnostics/diagnostic.ts";
import { natives } from "../../migrate/native/natives.ts";
import type { Command } from "../command.ts";
import { exit, usualExits } from "../exit.ts";
import { findingsText } from "../findings.ts";
import * as flag from "../flag-table.ts";
import { migrateTargets } from "../migrate-targets.ts";
import { paint, wantsColor } from "../paint.ts";
import { readFiles } from "../read-files.ts";

export const migrate: Command = {
  name: "migrate",
  group: "Write and check policies",
  summary: "manifests of Istio, Envoy Gateway, Kong, … to policies, or back",
  about:
    "Turns manifests of Istio, Envoy Gateway, Kong, Kuadrant, GKE and agentgateway, and TelemetryPolicies of another dialect, into TelemetryPolicies on standard output, each line with the place it comes from. Standard error says of every field whether it was carried, carried with a change, must be done by the data plane (and how), or was lost (and why).",
  operands: "FILE…",
  arity: { least: 1, most: Number.POSITIVE_INFINITY },
  flags: [
    flag.target,
    flag.manifestNamespace,
    flag.dialect,
    flag.migrateTo,
    flag.statusFormat,
    flag.quiet,
    flag.verbose,
  ],
  examples: [
    {
      does: "policies of one dialect in another, with what it cannot say",
      line: "otel-policy migrate samples/01-draft-example --dialect agentic",
    },
    {
      does: "the same as manifests of Istio, for what its proxies can do themselves",
      line: "otel-policy migrate samples/05-sampling-rates --to istio",
    },
  ],
  exits: {
    [exit.ok]: "every manifest became a policy, or has no telemetry",
    [exit.findings]: "something could not be read, or says no target; the rest is migrated",
    ...usualExits,
  },
  run: async ({ flags, operands, terminal, parts }) => {
    const { migrate, toNative, reportText, reportJson, summaryLine } = await parts.migrate();
    const read = await readFiles(operands, terminal.readStdin);
    const options = { targets: migrateTargets(flags.get(flag.target)), namespace: flags.get(flag.manifestNamespace) };
    const writer = natives.find(({ name }) => name === flags.get(flag.migrateTo));
    const result =
      writer === undefined
        ? migrate(read.value, { ...options, dialect: flags.get(flag.dialect) })
        : toNative(read.value, writer, options);
    const diagnostics = [...read.diagnostics, ...result.diagnostics];
    const sources = new Map(read.value.map(({ path, text }) => [path, text]));
    terminal.out.write(result.policies);
    const color = wantsColor(flags.get(flag.color), terminal.err, terminal.env);
    if (flags.get(flag.statusFormat) === "json") {
      const findings = JSON.parse(
        await findingsText({ diagnostics, sources }, { format: "json", detail: "everything", color: false }),
      );
      terminal.err.write(
        `${JSON.stringify({ ...(reportJson(result.report, sources) as object), ...findings }, null, 2)}\n`,
      );
    } else {
      const { bold, dim, red, yellow } = paint(color);
      if (!flags.get(flag.quiet))
        terminal.err.write(
          `${reportText(result.report, sources, { everything: flags.get(flag.verbose), style: { bold, dim, red, yellow } })}\n`,
        );
      const text = await findingsText(
        { diagnostics, sources },
        { format: "text", detail: flags.get(flag.quiet) ? "errors" : "warnings", color },
      );
      if (text !== "") terminal.err.write(`${text}\n`);
      if (!flags.get(flag.quiet))
        terminal.err.write(
          `${result.count} ${result.count === 1 ? "policy" : "policies"}; fields: ${summaryLine(result.report)}\n`,
        );
    }
    return hasErrors(diagnostics) ? exit.findings : exit.ok;
  },
};
