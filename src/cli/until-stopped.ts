import type { Agent } from "../agent/agent.ts";
import type { Log } from "../telemetry/log.ts";

type Deliver = (signal: NodeJS.Signals) => void;

/** Signals that came, and come: those before somebody takes them wait. */
export type HeldSignals = { deliverTo(deliver: Deliver): void; release(): void };

const held = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/**
 * Takes the signals before the agent starts: it may answer as ready before its caller has it, and a TERM in that moment
 * would end this process and leave its Collectors. A second one to end before anybody takes them ends it all the same.
 */
export const holdSignals = (): HeldSignals => {
  const early: NodeJS.Signals[] = [];
  let deliver: Deliver = (signal) => {
    if (signal !== "SIGHUP" && early.some((before) => before !== "SIGHUP")) process.exit(1);
    early.push(signal);
  };
  const take = (signal: NodeJS.Signals): void => deliver(signal);
  for (const signal of held) process.on(signal, take);
  return {
    deliverTo: (to) => {
      deliver = to;
      for (const signal of early.splice(0)) to(signal);
    },
    release: () => {
      for (const signal of held) process.off(signal, take);
    },
  };
};

/** HUP looks again; TERM or INT stops in order, a second one at once. Resolves when the agent has ended. */
export const untilStopped = async (
  agent: Agent,
  log: Log,
  signals: HeldSignals,
): Promise<{ readonly reason: string; readonly asked: boolean }> => {
  let asked = false;
  signals.deliverTo((signal) => {
    if (signal === "SIGHUP") {
      log("info", "looking again", { signal });
      agent.reload();
      return;
    }
    log("info", asked ? "stopping at once" : "stopping; the same signal again stops at once", { signal });
    asked = true;
    void agent.stop();
  });
  const { reason } = await agent.stopped;
  return { reason, asked };
};
