import { askHealth } from "../collector/health.ts";
import { scrape } from "../collector/metrics-text.ts";
import type { Core } from "./cores.ts";
import { breachOf, type Counts, countsOf } from "./rates.ts";
import { pause, type Site } from "./site.ts";

const lookEveryMs = 100;
/** One slow answer on a busy machine is no breach. */
const patience = 5;

/**
 * Looks at a core that was just committed. Answers null when nothing speaks against it, else why it does worse than the
 * one before, of which `before` says what it did within its last seconds, and `had` which exporters it had. Its end is told by
 * whoever owns the process. `isOver` ends the observation early.
 */
export const observe = async (
  site: Site,
  core: Core,
  before: Counts,
  had: (exporter: string) => boolean,
  isOver: () => boolean,
  ask: typeof askHealth = askHealth,
): Promise<string | null> => {
  const until = site.clock.now() + site.observeMs;
  let bad = 0;
  // One that answers nothing takes long to be asked: whoever is in doubt at the end is looked at until it is settled.
  while ((site.clock.now() < until || bad > 0) && !isOver()) {
    bad = (await ask(core.launch.healthSocket, 1000)) === "healthy" ? 0 : bad + 1;
    if (bad >= patience) return "it was healthy before the commit and is no longer";
    await pause(site.clock, lookEveryMs);
  }
  if (isOver() || core.exit !== null) return null;
  try {
    return breachOf(before, countsOf(await scrape(core.launch.telemetryPort)), had);
  } catch {
    return null; // health was asked above; metrics that are late say nothing about the records
  }
};
