const mebibyte = 1024 * 1024;

/** What the agent itself takes with hundreds of policies (README of the chart, "What it takes"). */
const ofAgent = 96 * mebibyte;
/** Collectors at once while generations are swapped: ingest, the core in service, and its successor or predecessor. */
const atOnce = 3;
/** A Collector that is held below this does nothing but collect garbage. */
const least = 48 * mebibyte;
/** "No limit" is told as the largest number that fits. */
const unlimited = 2 ** 50;

/**
 * Bytes that each Collector may aim at, given the memory limit of the whole (`process.constrainedMemory()`), or null
 * without one. Go does not look at cgroups: left alone, each Collector would believe that it has all of it.
 */
export const memoryShare = (limit: number): number | null =>
  limit <= 0 || limit > unlimited ? null : Math.max(least, Math.floor((limit - ofAgent) / atOnce));

/** The environment of Collectors with `GOMEMLIMIT` in it, unless somebody has said one. */
export const withMemoryShare = (
  env: NodeJS.ProcessEnv,
  limit: number = process.constrainedMemory(),
): NodeJS.ProcessEnv => {
  const share = memoryShare(limit);
  return share === null || (env["GOMEMLIMIT"] ?? "") !== "" ? env : { ...env, GOMEMLIMIT: `${share}B` };
};
