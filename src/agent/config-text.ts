import { literally } from "../render/ottl.ts";

/**
 * What a rendered config says of an exporter; null: it has none of this id. The text is enough, for it has one fixed form,
 * and of a Collector that was taken over it is all that is known.
 */
export const exporterIn = (config: string, id: string): string | null => {
  const [, exporters = ""] = /(?:^|\n)exporters:\n((?: .*\n)+)/.exec(config) ?? [];
  return new RegExp(`(?:^|\\n) {2}${literally(id)}:(.*\\n(?: {4,}.*\\n)*)`).exec(exporters)?.[1] ?? null;
};

/** Whether an exporter keeps on disk what it has not delivered. */
export const keepsOnDisk = (config: string, id: string): boolean => /\n {6}storage:/.test(exporterIn(config, id) ?? "");
