import { callAgent } from "../agent-api.ts";
import type { Command } from "../command.ts";
import { exit, usualExits } from "../exit.ts";
import * as flag from "../flag-table.ts";
import { UsageError } from "../usage-error.ts";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

export const rollback: Command = {
  name: "rollback",
  group: "Run",
  summary: "go back to the policies of a former generation, until the next edit",
  about:
    "Asks the running agent to apply the policies of a generation that was in service before. It is proven like any other change. The policies stay in force, also over a restart, until one of the policy files changes.",
  operands: "",
  arity: { least: 0, most: 0 },
  flags: [flag.to, flag.listen],
  examples: [
    { does: "a digest that history shows", line: "otel-policy rollback --to 3f9a61c0d2e4" },
    { does: "the beginning of it is enough", line: "otel-policy rollback --to 3f9a --listen 127.0.0.1:13134" },
  ],
  exits: {
    [exit.ok]: "in service",
    [exit.findings]: "no such generation, not applied, or no agent answers",
    ...usualExits,
  },
  run: async ({ flags, terminal }) => {
    const to = flags.get(flag.to);
    const listen = flags.get(flag.listen);
    if (to === null)
      throw new UsageError("name the generation to go back to: --to DIGEST (otel-policy history shows them)");
    if (listen === null) throw new UsageError("--listen none: an agent without a server cannot be asked");
    const answer = await callAgent(listen, "POST", `/-/rollback?to=${encodeURIComponent(to)}`);
    if ("silence" in answer) {
      terminal.err.write(`otel-policy: ${answer.silence}\n`);
      return exit.findings;
    }
    const body = typeof answer.body === "object" && answer.body !== null ? answer.body : {};
    if (answer.status !== 200) {
      const fix = "fix" in body ? `\n  fix  ${text(body.fix)}` : "";
      terminal.err.write(`otel-policy: ${"error" in body ? text(body.error) : `status ${answer.status}`}${fix}\n`);
      return exit.findings;
    }
    terminal.err.write(`the policies of ${to} are in service until the next edit\n`);
    return exit.ok;
  },
};
