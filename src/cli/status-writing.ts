import type { Agent } from "../agent/agent.ts";
import { systemClock } from "../collector/system-clock.ts";
import type { Log } from "../telemetry/log.ts";
import type { Call } from "./command.ts";
import * as flag from "./flag-table.ts";
import { UsageError } from "./usage-error.ts";

/** `--write-status` → what starts writing for an agent, and answers what stops it. Null when nobody asked for it. */
export const statusWriting = async ({ flags, terminal, parts }: Call) => {
  if (!flags.get(flag.writeStatus)) return null;
  if (flags.get(flag.once)) throw new UsageError("--write-status follows a running agent, and --once ends at once");
  const { apiServerOfPod, StatusWriter } = await parts.statusWriter();
  const api = apiServerOfPod(terminal.env, flags.get(flag.serviceAccount));
  if (api === null)
    throw new UsageError(
      "--write-status works in a cluster only: KUBERNETES_SERVICE_HOST says where its API server is",
    );
  return (agent: Agent, log: Log): (() => void) => {
    const writer = new StatusWriter({ api, agent, clock: systemClock, log });
    return () => writer.stop();
  };
};
