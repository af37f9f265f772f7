import type { Signal } from "../dataplane/profile.ts";
import type { BaseConfig, Pipeline } from "./base-config.ts";
import { entryGroups, isConnector, pullExporters } from "./entries.ts";
import { type Joints, routerOf } from "./policies.ts";

/** Receivers of a pipeline of the base config behind ours: its connectors as they are, and one inlet for all the rest. */
export const receiversBehind =
  (base: BaseConfig, isGoverned: (signal: Signal) => boolean, inlet: (signal: Signal) => string) =>
  ({ receivers, signal }: Pipeline): readonly string[] => {
    const connectors = receivers.filter((id) => isConnector(base, id));
    const fed = receivers.length > connectors.length ? [isGoverned(signal) ? routerOf(signal) : inlet(signal)] : [];
    return [...fed, ...connectors];
  };

/**
 * Exporters of the base config's default pipelines. `pullOf` leads to one that is scraped; derived metrics reach those
 * that push only through `back`, where they were made cumulative. null: nothing comes back.
 */
export const defaultEnds = (
  base: BaseConfig,
  pullOf: (id: string) => string,
  back: string | null,
): Joints["defaultExporters"] => {
  const scrapedIds = pullExporters(base);
  return (signal, metrics) => {
    const used = entryGroups(base, signal).flatMap(({ pipelines }) => pipelines.flatMap(({ exporters }) => exporters));
    const ids = [...new Set(used.filter((id) => !isConnector(base, id)))];
    const own = ids.filter((id) => !scrapedIds.includes(id));
    const scraped = ids.filter((id) => scrapedIds.includes(id)).map(pullOf);
    if (metrics === "arrived") return [...own, ...scraped];
    return [...scraped, ...(back !== null && own.length > 0 ? [back] : [])];
  };
};
