import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../command.ts";
import { exit, usualExits } from "../exit.ts";
import { packageRoot } from "../package-root.ts";

export const schema: Command = {
  name: "schema",
  group: "Write and check policies",
  summary: "JSON Schema of policies, for completion and checks in an editor",
  about:
    "Prints one JSON Schema for all dialects of TelemetryPolicy. An editor with the YAML language server reads it from a first line such as  # yaml-language-server: $schema=telemetry-policy.schema.json  or from its settings. validate says more: it also knows conflicts, references and data planes.",
  operands: "",
  arity: { least: 0, most: 0 },
  flags: [],
  examples: [
    { does: "beside the policies", line: "otel-policy schema > telemetry-policy.schema.json" },
    { does: "which dialects it knows", line: "otel-policy schema | jq .allOf[].if.properties.apiVersion.const" },
  ],
  exits: { [exit.ok]: "printed", ...usualExits },
  run: async ({ terminal }) => {
    terminal.out.write(readFileSync(join(packageRoot(), schemaFile), "utf8"));
    return exit.ok;
  },
};

const schemaFile = "templates/schema/telemetry-policy.schema.json";
