import { readFile } from "node:fs/promises";
import type { Exit } from "../collector/exit.ts";
import { isSilent } from "../collector/health.ts";
import { type Sample, scrape } from "../collector/metrics-text.ts";
import { keepsOnDisk } from "./config-text.ts";
import type { CoreLaunch } from "./launch.ts";
import { queueSize } from "./rates.ts";
import { pause, type Site } from "./site.ts";

const everyMs = 250;
const answerMs = 500;
/** So many looks in which it said nothing, though it listens, or told of a full queue. A short wait is no block. */
const patience = { silent: 3, full: 2 };
/** A request that does not fit waits, though there is room for smaller ones. */
const nearlyFull = 0.75;

/**
 * A core that is asked to end first lets what it is taking come to an end. Where a queue is full that waits for room, and
 * whoever sends it waits with it: everything that ingest is handing on, though another core would take it. So a core that is
 * blocked so, and holds nothing but on disk, is ended as it is; what is in its queues is delivered by another. So is one that
 * hangs as a whole. `end` is called then, once at most.
 */
export const endIfBlocked = async (
  { clock, log }: Site,
  core: { readonly launch: CoreLaunch; readonly exit: Exit | null },
  end: () => void,
): Promise<void> => {
  const { name, configPath, telemetryPort, healthSocket } = core.launch;
  const config = await readFile(configPath, "utf8").catch(() => ""); // then it is waited for
  let [silent, full] = [0, 0];
  for (;;) {
    await pause(clock, everyMs);
    if (core.exit !== null) return;
    // None: it has nothing left but to end, or it hangs.
    const samples = await scrape(telemetryPort, answerMs).catch(() => null);
    silent = samples === null && (await isSilent(healthSocket, answerMs)) ? silent + 1 : 0;
    full = samples !== null && isBlocked(samples, (id) => keepsOnDisk(config, id)) ? full + 1 : 0;
    if (core.exit !== null) return;
    if (full < patience.full && silent < patience.silent) continue;
    const what = full > 0 ? "a full queue keeps it from ending" : "it hangs, asked to end";
    log("info", `${what}: it is ended as it is`, { process: name });
    end();
    return;
  }
};

const capacity = /^otelcol_exporter_queue_capacity(?:__\w+)?$/;

/** Whether some queue on disk is full, and all that is in other queues is nothing. */
export const isBlocked = (samples: readonly Sample[], isOnDisk: (exporter: string) => boolean): boolean => {
  const keyOf = ({ labels }: Sample): string => `${labels.get("exporter")} ${labels.get("data_type")}`;
  const capacities = new Map(samples.filter(({ name }) => capacity.test(name)).map((one) => [keyOf(one), one.value]));
  const sizes = samples.filter(({ name }) => queueSize.test(name));
  if (sizes.some(({ labels, value }) => value > 0 && !isOnDisk(labels.get("exporter") ?? ""))) return false;
  return sizes.some((one) => one.value > 0 && one.value >= nearlyFull * (capacities.get(keyOf(one)) ?? Infinity));
};
