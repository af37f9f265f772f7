import type { Json } from "../base/canonical.ts";
import type { Signal } from "../dataplane/profile.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import type { SourceFile, Span } from "../diagnostics/source.ts";
import { parseYaml } from "../policy/yaml.ts";
import { toJson, type YamlNode } from "../policy/yaml-node.ts";

export type Components = { readonly [id: string]: Json };

export type Pipeline = {
  readonly id: string;
  readonly signal: Signal;
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
};

/** The platform's own Collector config, as far as grafting needs to know it. */
export type BaseConfig = {
  readonly receivers: Components;
  readonly processors: Components;
  readonly exporters: Components;
  readonly connectors: Components;
  readonly extensions: Components;
  readonly serviceExtensions: readonly string[];
  readonly telemetry: { readonly [key: string]: Json };
  /** In code-unit order of their ids. */
  readonly pipelines: readonly Pipeline[];
  /** Where each component and pipeline is written: `processors::batch`. */
  readonly spans: ReadonlyMap<string, Span>;
};

export const typeOf = (id: string): string => id.split("/")[0] ?? id;

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const object = (value: Json | undefined): { readonly [key: string]: Json } => (isObject(value) ? value : {});

const texts = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item: Json) => typeof item === "string") : [];

const spansOf = (root: YamlNode): ReadonlyMap<string, Span> => {
  const spans = new Map<string, Span>();
  const note = (node: YamlNode, path: string, depth: number): void => {
    if (node.kind !== "map" || depth === 0) return;
    for (const { key, keySpan, value } of node.entries) {
      spans.set(path === "" ? key : `${path}::${key}`, keySpan);
      note(value, path === "" ? key : `${path}::${key}`, depth - 1);
    }
  };
  note(root, "", 3);
  return spans;
};

const unusable = (reason: string, at: Span | null): Diagnostic => diagnostic("TP4004", { reason }, at);

const sections = ["receivers", "processors", "exporters", "connectors", "extensions"] as const;

const signalOf = (id: string): Signal | null => {
  const type = typeOf(id);
  return type === "traces" || type === "metrics" || type === "logs" ? type : null;
};

/** Reads a base config. null only when nothing can be grafted onto it. */
export const readBaseConfig = (file: SourceFile): Outcome<BaseConfig | null> => {
  const { value: documents, diagnostics } = parseYaml(file, { aliases: true, maxBytes: 4 * 1024 * 1024 });
  const start: Span = { file: file.path, start: 0, end: 0 };
  if (diagnostics.some((found) => found.severity === "error")) return outcome(null, diagnostics);
  const root = documents[0];
  if (root === undefined || root.kind !== "map")
    return outcome(null, [...diagnostics, unusable("it is not a map of receivers, exporters and service", start)]);
  const json = object(toJson(root));
  const spans = spansOf(root);
  const found: Diagnostic[] = [...diagnostics];
  for (const section of sections) {
    for (const id of Object.keys(object(json[section]))) {
      if (id.includes("otel_policy"))
        found.push(diagnostic("TP4003", { id: `${section}::${id}` }, spans.get(`${section}::${id}`) ?? start));
    }
  }
  const service = object(json["service"]);
  const pipelines: Pipeline[] = [];
  for (const [id, value] of Object.entries(object(service["pipelines"]))) {
    const at = spans.get(`service::pipelines::${id}`) ?? start;
    if (id.includes("otel_policy")) found.push(diagnostic("TP4003", { id: `service::pipelines::${id}` }, at));
    const signal = signalOf(id);
    // Profiles and whatever comes after: policies say nothing of them, they stay as they are.
    if (signal === null) continue;
    const pipeline = object(value);
    const receivers = texts(pipeline["receivers"]);
    const exporters = texts(pipeline["exporters"]);
    if (receivers.length === 0 || exporters.length === 0)
      found.push(unusable(`pipeline ${id} has no ${receivers.length === 0 ? "receivers" : "exporters"}`, at));
    pipelines.push({ id, signal, receivers, processors: texts(pipeline["processors"]), exporters });
  }
  if (pipelines.length === 0)
    found.push(unusable("it has no pipelines under service::pipelines", spans.get("service") ?? start));
  const known = (section: (typeof sections)[number], id: string): boolean => id in object(json[section]);
  for (const pipeline of pipelines) {
    const at = spans.get(`service::pipelines::${pipeline.id}`) ?? start;
    for (const id of pipeline.receivers)
      if (!known("receivers", id) && !known("connectors", id))
        found.push(unusable(`pipeline ${pipeline.id} uses receiver ${id}, which is not defined`, at));
    for (const id of pipeline.processors)
      if (!known("processors", id))
        found.push(unusable(`pipeline ${pipeline.id} uses processor ${id}, which is not defined`, at));
    for (const id of pipeline.exporters)
      if (!known("exporters", id) && !known("connectors", id))
        found.push(unusable(`pipeline ${pipeline.id} uses exporter ${id}, which is not defined`, at));
  }
  if (found.some((item) => item.severity === "error")) return outcome(null, found);
  return outcome(
    {
      receivers: object(json["receivers"]),
      processors: object(json["processors"]),
      exporters: object(json["exporters"]),
      connectors: object(json["connectors"]),
      extensions: object(json["extensions"]),
      serviceExtensions: texts(service["extensions"]),
      telemetry: object(service["telemetry"]),
      pipelines: pipelines.sort((a, b) => (a.id < b.id ? -1 : 1)),
      spans,
    },
    found,
  );
};
