import type { YamlNode } from "../policy/yaml-node.ts";
import { foreign, isRead, named, readParts, refused, type Shape, wantedShape } from "./field-shapes.ts";
import { type Template, templatesIn } from "./templates.ts";

/** A value of another shape than its field has: a list for a name, a word for a switch. To a reader it is absent. */
export type Misfit = {
  readonly node: YamlNode;
  readonly is: string;
  readonly problem: string;
  readonly remedy: string;
};

const shapes = { map: "a block", sequence: "a list", scalar: "a single value" } as const;

const problemOf = (node: YamlNode, want: Shape | null): { problem: string; remedy: string } | null => {
  if (node.kind === "scalar" && node.value === null) return null;
  switch (want) {
    case "switch":
      if (node.kind === "scalar" && typeof node.value === "boolean") return null;
      return { problem: "stands where true or false belongs", remedy: "write true or false" };
    case "single":
      return node.kind === "scalar"
        ? null
        : { problem: "stands where a single value belongs", remedy: "write one value" };
    case "list":
      return node.kind === "sequence" ? null : { problem: "stands where a list belongs", remedy: "write a list" };
    case "block":
      return node.kind === "map" ? null : { problem: "stands where a block belongs", remedy: "write its fields" };
    case null:
      return null;
  }
};

/** The tree without such values, each of them replaced by nothing in its place; and which they are. */
export const withoutMisfits = (
  root: YamlNode,
  kind: string,
  templates: readonly Template[],
): { readonly root: YamlNode; readonly misfits: readonly Misfit[] } => {
  const parts = readParts.get(kind);
  if (parts === undefined) return { root, misfits: [] };
  const misfits: Misfit[] = [];
  const fitted = (node: YamlNode, want: Shape | null, path: readonly string[]): YamlNode => {
    const isChecked = isRead(parts, path) && !named.has(path.at(-2) ?? "");
    const found = isChecked ? (problemOf(node, want) ?? refused(path, node)) : null;
    if (found === null || templatesIn(node, templates) !== null) return walk(node, want, path);
    const nothing: YamlNode = { kind: "scalar", value: null, span: node.span };
    const is = node.kind === "scalar" ? String(node.written ?? node.value).slice(0, 60) : shapes[node.kind];
    misfits.push({ node: nothing, is, ...found });
    return nothing;
  };
  const walk = (node: YamlNode, of: Shape | null, path: readonly string[]): YamlNode => {
    switch (node.kind) {
      case "scalar":
        return node;
      case "sequence":
        // The lists that are known are lists of blocks.
        return {
          ...node,
          items: node.items.map((item) => fitted(item, of === "list" ? "block" : null, [...path, "[]"])),
        };
      case "map":
        return {
          ...node,
          entries: node.entries.map((entry) =>
            foreign.has(entry.key)
              ? entry
              : { ...entry, value: fitted(entry.value, wantedShape(kind, [...path, entry.key]), [...path, entry.key]) },
          ),
        };
    }
  };
  const fittedRoot = walk(root, "block", []);
  return misfits.length === 0 ? { root, misfits } : { root: fittedRoot, misfits };
};
