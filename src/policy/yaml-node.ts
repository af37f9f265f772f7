import type { Json } from "../base/canonical.ts";
import type { Span } from "../diagnostics/source.ts";

/** YAML as a located tree: every key and value knows its place. */
export type YamlNode =
  | { readonly kind: "map"; readonly entries: readonly YamlEntry[]; readonly span: Span }
  | { readonly kind: "sequence"; readonly items: readonly YamlNode[]; readonly span: Span }
  | {
      readonly kind: "scalar";
      readonly value: string | number | boolean | null;
      readonly span: Span;
      /** Written in quotes or as a block, so certainly meant as text. */
      readonly quoted?: boolean;
      /** How a number was written, where that is more than its value: `007`, `1e3`. */
      readonly written?: string;
    };

export type YamlEntry = { readonly key: string; readonly keySpan: Span; readonly value: YamlNode };

/** The tree as plain data; in a map the last of two equal keys stays. */
export const toJson = (node: YamlNode): Json => {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "sequence") return node.items.map(toJson);
  // A null prototype: "__proto__" is a key like any other.
  const map: { [key: string]: Json } = Object.create(null);
  for (const { key, value } of node.entries) map[key] = toJson(value);
  return map;
};
