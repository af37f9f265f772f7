import type { TargetChange } from "./diff.ts";

/** Which process a change replaces: none, a core beside the one in service, or ingest, which owns ports and counters. */
export type ReloadClass = "none" | "core" | "ingest";

type Digests = { readonly digest: string; readonly ingestDigest: string | null };

/** Of two renderings for the handover topology. */
export const reloadClass = (before: Digests, after: Digests): ReloadClass => {
  if (before.ingestDigest !== after.ingestDigest) return "ingest";
  return before.digest === after.digest ? "none" : "core";
};

export const reloadText: { readonly [kind in ReloadClass]: string } = {
  none: "nothing is reloaded: the rendered config is the same",
  core: "a new core starts beside the one in service: nothing is refused, counters go on",
  ingest: "ingest is replaced: what arrives in about 150 ms is refused, counters start anew at 0",
};

const isDimension = (path: string): boolean => /\.dimensions\./.test(path);

/** What a change ends although nothing fails, one sentence each. */
export const lostState = (kind: ReloadClass, changes: readonly TargetChange[]): readonly string[] => {
  if (kind === "none") return [];
  return changes.flatMap(({ target, before, after, settings }) => {
    if (after === null)
      return settings.some(({ path }) => path.startsWith("metrics."))
        ? [`derived series of ${target} stop growing`]
        : [];
    if (before === null) return [];
    const families = settings.filter(({ path }) => isDimension(path)).map(({ path }) => familyOf(path));
    return [...new Set(families)].map(
      (family) => `${family} of ${target}: its series get other labels, so the old ones stop growing`,
    );
  });
};

/** `metrics.overrides.request_count.dimensions.team.source` → `request_count` */
const familyOf = (path: string): string => {
  const words = path.split(".");
  const at = words.indexOf("dimensions");
  return words[1] === "overrides" ? words.slice(2, at).join(".") : "GenAI metrics";
};
