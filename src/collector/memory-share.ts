const mebibyte = 1024 * 1024;

/** What the agent itself takes with hundreds of policies (README of the chart, "What it takes"). */
const ofAgent = 96 * mebibyte;
/** A Collector that is held below this does nothing but collect garbage. */
const least = 48 * mebibyte;
/** "No limit" is told as the largest number that fits. */
const unlimited = 2 ** 50;

/**
 * Bytes that each Collector may aim at, given the memory limit of the whole (`process.constrainedMemory()`), or null
 * without one. Go does not look at cgroups: left alone, each Collector would believe that it has all of it. `atOnce`: how
 * many run while generations are swapped; the core in service, its successor or predecessor, and ingest where it is ours.
 */
export const memoryShare = (limit: number, atOnce: number): number | null =>
  limit <= 0 || limit > unlimited ? null : Math.max(least, Math.floor((limit - ofAgent) / atOnce));

/** The environment of Collectors with `GOMEMLIMIT` in it, unless somebody has said one. */
export const withMemoryShare = (
  env: NodeJS.ProcessEnv,
  atOnce: number,
  limit: number = process.constrainedMemory(),
): NodeJS.ProcessEnv => {
  const share = memoryShare(limit, atOnce);
  return share === null || (env["GOMEMLIMIT"] ?? "") !== "" ? env : { ...env, GOMEMLIMIT: `${share}B` };
};
