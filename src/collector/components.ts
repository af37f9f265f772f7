/** What `otelcol components` says. */
export type Inventory = {
  /** Version of the Collector the binary was built from, `0.158.0`. */
  readonly version: string | null;
  /** Component types by section: `receivers` → otlp, … */
  readonly kinds: ReadonlyMap<string, ReadonlySet<string>>;
};

const sections: ReadonlySet<string> = new Set(["receivers", "processors", "exporters", "connectors", "extensions"]);

/**
 * Reads the output of `otelcol components`: YAML with a fixed shape (command_components.go of v0.158), whose names and
 * modules are plain scalars. Lines of no interest are skipped, so that new fields do no harm.
 */
export const parseComponents = (text: string): Inventory => {
  const kinds = new Map<string, Set<string>>();
  let section = "";
  let buildVersion: string | null = null;
  let coreVersion: string | null = null;
  for (const line of text.split("\n")) {
    const top = /^([a-z]+):/.exec(line)?.[1];
    if (top !== undefined) section = top;
    const name = /^ +- name: "?([A-Za-z][0-9A-Za-z_]*)"?\s*$/.exec(line)?.[1];
    if (name !== undefined && sections.has(section)) {
      const types = kinds.get(section) ?? new Set();
      kinds.set(section, types.add(name));
    }
    if (section === "buildinfo") buildVersion ??= /^ +version: "?v?(\d+\.\d+\.\d+)/.exec(line)?.[1] ?? null;
    coreVersion ??= / module: go\.opentelemetry\.io\/collector\/\S+ v(0\.\d+\.\d+)/.exec(line)?.[1] ?? null;
  }
  // A distribution numbers itself as it likes (`version:` of its builder manifest); its core modules do not lie.
  return { version: coreVersion ?? buildVersion, kinds };
};
