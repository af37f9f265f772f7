import type { Agent } from "../agent/agent.ts";
import type { Log } from "../telemetry/log.ts";

/** HUP looks again; TERM or INT stops in order, a second one at once. Resolves when the agent has ended. */
export const untilStopped = async (
  agent: Agent,
  log: Log,
): Promise<{ readonly reason: string; readonly asked: boolean }> => {
  let asked = false;
  const stop = (signal: NodeJS.Signals): void => {
    log("info", asked ? "stopping at once" : "stopping; the same signal again stops at once", { signal });
    asked = true;
    void agent.stop();
  };
  const again = (): void => {
    log("info", "looking again", { signal: "SIGHUP" });
    agent.reload();
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", again);
  try {
    const { reason } = await agent.stopped;
    return { reason, asked };
  } finally {
    process.off("SIGTERM", stop);
    process.off("SIGINT", stop);
    process.off("SIGHUP", again);
  }
};
