import { byText } from "../base/order.ts";
import type { Tree } from "./tree.ts";

export type Section = "receivers" | "processors" | "exporters" | "connectors" | "extensions";

export type PipelineParts = {
  readonly receivers: readonly string[];
  readonly processors?: readonly string[];
  readonly exporters: readonly string[];
};

/** A Collector config while its parts are put together; adding the same id twice must mean the same thing. */
export type Assembly = {
  readonly sections: { readonly [S in Section]: Map<string, Tree> };
  readonly pipelines: Map<string, { receivers: string[]; processors: string[]; exporters: string[] }>;
  readonly serviceExtensions: Set<string>;
};

export const newAssembly = (): Assembly => ({
  sections: {
    receivers: new Map(),
    processors: new Map(),
    exporters: new Map(),
    connectors: new Map(),
    extensions: new Map(),
  },
  pipelines: new Map(),
  serviceExtensions: new Set(),
});

/** Adds a component and answers its id. */
export const add = (assembly: Assembly, section: Section, id: string, body: Tree): string => {
  assembly.sections[section].set(id, body);
  return id;
};

/** Adds a pipeline, or widens the one that is there: connectors meet several producers and consumers. */
export const pipe = (assembly: Assembly, id: string, parts: PipelineParts): void => {
  const there = assembly.pipelines.get(id);
  if (there === undefined) {
    assembly.pipelines.set(id, {
      receivers: [...parts.receivers],
      processors: [...(parts.processors ?? [])],
      exporters: [...parts.exporters],
    });
    return;
  }
  for (const receiver of parts.receivers) if (!there.receivers.includes(receiver)) there.receivers.push(receiver);
  for (const exporter of parts.exporters) if (!there.exporters.includes(exporter)) there.exporters.push(exporter);
};

const sorted = (entries: ReadonlyMap<string, Tree>): Tree =>
  Object.fromEntries([...entries].sort(([a], [b]) => byText(a, b)));

/** The finished file, sections and ids in a fixed order. `telemetry` is the service's own. */
export const configTree = (assembly: Assembly, telemetry: Tree): Tree => {
  const { sections } = assembly;
  const pipelines: [string, Tree][] = [...assembly.pipelines]
    .sort(([a], [b]) => byText(a, b))
    .map(([id, parts]) => [
      id,
      {
        receivers: [...parts.receivers].sort(byText),
        processors: parts.processors.length === 0 ? undefined : parts.processors,
        exporters: [...parts.exporters].sort(byText),
      },
    ]);
  const section = (name: Section): Tree | undefined => (sections[name].size === 0 ? undefined : sorted(sections[name]));
  return {
    extensions: section("extensions"),
    receivers: section("receivers"),
    processors: section("processors"),
    connectors: section("connectors"),
    exporters: section("exporters"),
    service: {
      extensions: [...assembly.serviceExtensions].sort(byText),
      telemetry,
      pipelines: Object.fromEntries(pipelines),
    },
  };
};
