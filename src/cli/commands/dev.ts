import type { Command } from "../command.ts";
import { collectorExit, exit, usualExits } from "../exit.ts";
import * as flag from "../flag-table.ts";

export const dev: Command = {
  name: "dev",
  group: "Run",
  summary: "try policies here: a real Collector, traffic, a live view",
  about:
    "Runs policies on this machine with a real Collector and realistic gateway traffic, and shows live what each policy receives, keeps and counts. Without a path it copies two samples to ./otel-policy-dev and runs those. Edit a policy and watch.",
  operands: "[PATH]",
  arity: { least: 0, most: 1 },
  flags: [
    flag.base,
    flag.dataPlane,
    flag.allowEndpoint,
    flag.rootNamespace,
    flag.collector,
    flag.listen,
    flag.requestsPerSecond,
    flag.duration,
  ],
  examples: [
    { does: "two samples, in a folder of your own", line: "otel-policy dev" },
    { does: "your own policies, or another sample", line: "otel-policy dev samples/04-mesh-namespace" },
  ],
  exits: { [exit.ok]: "ended by you", [exit.findings]: "could not start", ...collectorExit, ...usualExits },
  run: async ({ flags, operands, terminal, parts }) => {
    const runDev = await parts.runDev();
    return runDev({
      path: operands[0] ?? null,
      collector: flags.get(flag.collector),
      base: flags.get(flag.base),
      dataPlanes: flags.get(flag.dataPlane),
      rootNamespace: flags.get(flag.rootNamespace),
      allowEndpoints: flags.get(flag.allowEndpoint),
      listen: flags.get(flag.listen),
      requestsPerSecond: flags.get(flag.requestsPerSecond),
      durationMs: flags.get(flag.duration),
      color: flags.get(flag.color),
      terminal,
    });
  },
};
