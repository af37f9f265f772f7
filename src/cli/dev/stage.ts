import { closeSync, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../collector/system-clock.ts";
import { followAccessLog } from "./access-log.ts";
import { logToFile } from "./log-file.ts";
import { startStandIn } from "./stand-in.ts";

/** What stands around the agent for as long as `dev` runs: a private folder, two logs in it, and the sink for the providers. */
export const openStage = async () => {
  const folder = await mkdtemp(join(tmpdir(), "otel-policy-dev-"));
  const accessLogPath = join(folder, "access.log");
  const agentLogPath = join(folder, "agent.log");
  // Opened for appending: the Collectors of two generations may write at the same time.
  const accessLogFd = openSync(accessLogPath, "a", 0o600);
  const accessLog = await followAccessLog(accessLogPath);
  const agentLog = logToFile(agentLogPath, systemClock);
  const standIn = await startStandIn();
  const others: (() => Promise<unknown>)[] = [];
  return {
    folder,
    agentLogPath,
    accessLogFd,
    accessLog,
    log: agentLog.log,
    standIn,
    /** Something else that ends with the stage, before its folder goes. */
    alsoStop: (stop: () => Promise<unknown>): void => {
      others.push(stop);
    },
    /** `keep` leaves the folder, for somebody to find out what went wrong. */
    close: async (keep: boolean): Promise<void> => {
      await Promise.all(others.map((stop) => stop()));
      await Promise.all([standIn.close(), accessLog.close(), agentLog.close()]);
      closeSync(accessLogFd);
      if (!keep) await rm(folder, { recursive: true, force: true });
    },
  };
};

export type Stage = Awaited<ReturnType<typeof openStage>>;
