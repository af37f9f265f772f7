import type { Json } from "../base/canonical.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { typeOf } from "./base-config.ts";
import type { CollectorConfig } from "./types.ts";

/** The oldest Collector whose names and keys are rendered. */
const oldest = "0.145.0";

const isOlder = (version: string, than: string): boolean => {
  const parts = (text: string): readonly number[] => text.replace(/^v/, "").split(/[.-]/).slice(0, 3).map(Number);
  const [a, b] = [parts(version), parts(than)];
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
};

const idsOf = (section: Json | undefined): readonly string[] =>
  typeof section === "object" && section !== null && !Array.isArray(section) ? Object.keys(section) : [];

/** Does the Collector that will run the config know every component it names? */
export const checkComponents = (
  config: CollectorConfig,
  collector: { readonly version: string; readonly components: ReadonlySet<string> } | null,
): readonly Diagnostic[] => {
  if (collector === null) return [];
  if (isOlder(collector.version, oldest))
    return [diagnostic("TP4009", { wanted: oldest, have: collector.version }, null)];
  if (collector.components.size === 0) return [];
  const missing = new Map<string, string>();
  for (const section of ["receivers", "processors", "exporters", "connectors", "extensions"]) {
    for (const id of idsOf(config[section])) {
      // The base config may use names that this Collector knows as aliases; its own validation tells what it does not know.
      if (!id.includes("otel_policy")) continue;
      if (!collector.components.has(typeOf(id))) missing.set(`${typeOf(id)} ${section.slice(0, -1)}`, id);
    }
  }
  return [...missing].map(([component, needs]) => diagnostic("TP4002", { component, needs }, null));
};
