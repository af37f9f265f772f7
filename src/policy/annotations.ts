import { didYouMean } from "../base/suggest.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Reader } from "./reader.ts";
import { vocabulary } from "./vocabulary.ts";
import { parseYaml } from "./yaml.ts";
import type { YamlEntry, YamlNode } from "./yaml-node.ts";

/** Users who must stay inside a strict CRD write extension fields as annotations: this prefix and the field's path. */
const annotationPrefix = "otel-policy.dev/";

/**
 * `spec` with the values of `otel-policy.dev/<path>` annotations put in their places. A path is dotted below `spec`,
 * list indexes are numbers (`accessLogs.matches.0.cel`); the index after the last entry adds one. Only extension
 * fields, or a whole new entry, can be given so.
 */
export const withAnnotations = (reader: Reader, spec: YamlNode, annotations: YamlNode | null): YamlNode => {
  if (annotations?.kind !== "map") return spec;
  const ours = annotations.entries.filter(({ key }) => key.startsWith(annotationPrefix));
  // In the order of their paths, so that the order of keys in the file means nothing.
  const sorted = [...ours].sort((a, b) => (a.key < b.key ? -1 : 1));
  let result = spec;
  for (const entry of sorted) {
    const path = entry.key.slice(annotationPrefix.length);
    const { value } = entry;
    if (value.kind !== "scalar" || typeof value.value !== "string") {
      reader.report(
        "TP2003",
        { field: `annotation ${entry.key}`, expected: "text", received: "another type", remedy: "put it in quotes" },
        value.span,
      );
      continue;
    }
    const check = checkPath(reader, path);
    if (check !== null) {
      reader.report("TP2602", { path, suggestion: check }, entry.keySpan);
      continue;
    }
    const problem = (text: string): null => {
      reader.report("TP2603", { path, problem: text }, entry.keySpan);
      return null;
    };
    const parsed = readValue(path, value.value, value.span, problem);
    if (parsed === null) continue;
    result = graft(result, path.split("."), parsed, entry.keySpan, problem) ?? result;
    reader.extension(`spec.${path.replace(/\.(\d+)(?=\.|$)/g, "[$1]")}`, entry.keySpan);
  }
  return result;
};

type Problem = (text: string) => null;

/** Null when the path leads to an extension field or a list entry; else a suggestion, possibly empty. */
const checkPath = (reader: Reader, path: string): string | null => {
  const blocks = vocabulary[reader.dialect];
  let block = "";
  let extension = false;
  const segments = path.split(".");
  for (const [index, segment] of segments.entries()) {
    if (/^\d+$/.test(segment)) {
      block += "[]";
      if (index === segments.length - 1) extension = true;
      continue;
    }
    const known = blocks[block] ?? { own: [], extension: [] };
    if (known.extension.includes(segment)) extension = true;
    else if (!known.own.includes(segment)) return didYouMean(segment, [...known.extension, ...known.own]);
    block = block === "" ? segment : `${block}.${segment}`;
  }
  return extension ? null : "";
};

/** Fields that are text stay text, whatever it looks like; others are read as YAML. */
const readValue = (path: string, text: string, span: Span, problem: Problem): YamlNode | null => {
  if (/(?:^|\.)(?:cel|value|fromHeader|fromAttribute)$/.test(path))
    return { kind: "scalar", value: text, span, quoted: true };
  const { value, diagnostics } = parseYaml({ path: span.file, text }, { aliases: false, maxBytes: 64 * 1024 });
  const [first] = value;
  const finding = diagnostics.find(({ severity }) => severity === "error");
  if (finding !== undefined) return problem(`holds no readable YAML: ${finding.message}`);
  if (first === undefined || value.length > 1) return problem("must hold one value");
  return relocate(first, span);
};

/** Everything inside an annotation is found at the annotation. */
const relocate = (node: YamlNode, span: Span): YamlNode => {
  if (node.kind === "scalar") return { ...node, span };
  if (node.kind === "sequence") return { ...node, span, items: node.items.map((item) => relocate(item, span)) };
  const entries = node.entries.map(({ key, value }) => ({ key, keySpan: span, value: relocate(value, span) }));
  return { ...node, span, entries };
};

const graft = (
  node: YamlNode | null,
  path: readonly string[],
  value: YamlNode,
  at: Span,
  problem: Problem,
): YamlNode | null => {
  const [segment, ...rest] = path;
  if (segment === undefined) return node === null ? value : problem("gives a value that spec has, too");
  const empty = node === null || (node.kind === "scalar" && node.value === null);
  if (/^\d+$/.test(segment)) {
    if (!empty && node.kind !== "sequence") return problem(`has the index ${segment} where spec has no list`);
    const items = empty || node.kind !== "sequence" ? [] : node.items;
    const index = Number(segment);
    if (index > items.length) return problem(`has the index ${segment}, but the list has ${items.length} entries`);
    const item = graft(items[index] ?? null, rest, value, at, problem);
    if (item === null) return null;
    return {
      kind: "sequence",
      items: [...items.slice(0, index), item, ...items.slice(index + 1)],
      span: empty ? at : node.span,
    };
  }
  if (!empty && node.kind !== "map") return problem(`goes through "${segment}" where spec has no map`);
  const entries: readonly YamlEntry[] = empty || node.kind !== "map" ? [] : node.entries;
  const existing = entries.find(({ key }) => key === segment);
  const child = graft(existing?.value ?? null, rest, value, at, problem);
  if (child === null) return null;
  const entry = { key: segment, keySpan: existing?.keySpan ?? at, value: child };
  const others = entries.filter(({ key }) => key !== segment);
  return { kind: "map", entries: [...others, entry], span: empty ? at : node.span };
};
