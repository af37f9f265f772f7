import { askHealth } from "../collector/health.ts";
import { type Sample, scrape } from "../collector/metrics-text.ts";
import type { Core } from "./cores.ts";
import { pause, type Site } from "./site.ts";

const lookEveryMs = 100;
/** One slow answer on a busy machine is no breach. */
const patience = 5;

/**
 * Looks at a core that was just committed. Answers null when nothing speaks against it, else why it is worse than
 * nothing. Its end is told by whoever owns the process. `isOver` ends the observation early.
 */
export const observe = async (
  site: Site,
  core: Core,
  isOver: () => boolean,
  ask: typeof askHealth = askHealth,
): Promise<string | null> => {
  const until = site.clock.now() + site.observeMs;
  let bad = 0;
  while (site.clock.now() < until && !isOver()) {
    bad = (await ask(core.launch.healthSocket, 1000)) === "healthy" ? 0 : bad + 1;
    if (bad >= patience) return "it was healthy before the commit and is no longer";
    await pause(site.clock, lookEveryMs);
  }
  if (isOver() || core.exit !== null) return null;
  try {
    return refusesAll(await scrape(core.launch.telemetryPort));
  } catch {
    return null; // health was asked above; metrics that are late say nothing about the records
  }
};

const total = (samples: readonly Sample[], pattern: RegExp): number =>
  samples.filter(({ name }) => pattern.test(name)).reduce((sum, { value }) => sum + value, 0);

/** A core that refuses whatever it gets is worse than any other. Otherwise a share of refusals is the senders' matter. */
export const refusesAll = (samples: readonly Sample[]): string | null => {
  const accepted = total(
    samples,
    /^otelcol_receiver_accepted_(?:spans|metric_points|log_records)(?:_total)?(?:__\w+)?$/,
  );
  const refused = total(
    samples,
    /^otelcol_receiver_(?:refused|failed)_(?:spans|metric_points|log_records)(?:_total)?(?:__\w+)?$/,
  );
  return refused > 0 && accepted === 0 ? `it refused all ${refused} items it was given` : null;
};
