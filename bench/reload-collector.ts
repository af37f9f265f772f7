import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Inspection, inspect } from "../src/collector/inspect.ts";
import { requireCollector } from "../test/support/collector.ts";

const full = fileURLToPath(new URL("../build/otelcol-full", import.meta.url));

/** The one Collector that all contestants run: OTELCOL_BIN, else the full build, which a supervisor can ask, else the lean one. */
export const collectorOfAll: string =
  process.env["OTELCOL_BIN"] === undefined && existsSync(full) ? full : requireCollector();

let inspection: Promise<Inspection> | null = null;

/** What it says of itself. */
export const inspectCollector = (): Promise<Inspection> => {
  inspection ??= inspect(collectorOfAll, { env: process.env }).then(({ value }) => {
    if (value === null) throw new Error(`${collectorOfAll} cannot be asked`);
    return value;
  });
  return inspection;
};
