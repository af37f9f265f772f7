import { rm } from "node:fs/promises";
import { sha256 } from "../base/canonical.ts";
import type { Instant } from "../base/clock.ts";
import { waitHealthy } from "../collector/health.ts";
import type { CollectorProcess } from "../collector/process.ts";
import { requestsLeft } from "../collector/queue-left.ts";
import { answers } from "../collector/sockets.ts";
import { drainingIngest } from "./ingest-drain.ts";
import { prepareIngest, start } from "./launch.ts";
import { isEmpty, queueDir } from "./leftovers.ts";
import type { Proposal } from "./machine.ts";
import { pause, type Site } from "./site.ts";

/**
 * A Collector that stops leaves its queue on disk as it is. Where there is a rest a core is there to take, another one
 * hands it on that accepts nothing; what is left after the time stays for the next agent. `alive` has it while it runs.
 */
export const handOn = async (
  site: Site,
  proposal: Proposal,
  until: Instant,
  alive: Set<CollectorProcess>,
): Promise<void> => {
  const { clock, log, runDir } = site;
  const folder = queueDir(runDir.path, "ingest");
  const config = drainingIngest(proposal.ingest);
  const left = config === null ? 0 : await requestsLeft(folder).catch(() => 0); // not to be read: nothing can be done
  if (config === null || left === 0 || !(await answers(runDir.liveSocket))) return;
  log("info", "handing on what ingest had accepted", { requests: left });
  const launch = await prepareIngest(site, { ...proposal, ingest: config, ingestDigest: sha256(config) });
  if ("reason" in launch) return;
  const process = await start(site, launch);
  alive.add(process);
  const waited = await waitHealthy(launch.healthSocket, process.exited, until, clock);
  while (waited.kind === "healthy" && clock.now() < until && !(await isEmpty(launch.telemetryPort)))
    await pause(clock, 50);
  await process.stop(1000);
  alive.delete(process);
  await rm(launch.configPath, { force: true });
};
