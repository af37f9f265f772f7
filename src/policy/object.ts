import type { Span } from "../diagnostics/source.ts";
import type { YamlEntry, YamlNode } from "./yaml-node.ts";

/** A Kubernetes object before anyone knows its kind. */
export type KubernetesObject = { readonly root: YamlNode; readonly broken: boolean; readonly span: Span };

export const entryOf = (node: YamlNode | null, name: string): YamlEntry | null =>
  node?.kind === "map" ? (node.entries.find(({ key }) => key === name) ?? null) : null;

export const childOf = (node: YamlNode | null, name: string): YamlNode | null => entryOf(node, name)?.value ?? null;

export const textOf = (node: YamlNode | null): string | null =>
  node?.kind === "scalar" && typeof node.value === "string" ? node.value : null;

/** A document's objects: itself, or the items of a `List` or of a typed list such as `TelemetryPolicyList`. */
export const objectsOf = (document: KubernetesObject, depth = 0): readonly KubernetesObject[] => {
  const { root, broken } = document;
  const kind = textOf(childOf(root, "kind")) ?? "";
  const items = childOf(root, "items");
  if (!kind.endsWith("List") || items?.kind !== "sequence" || depth > 4) return [document];
  const apiVersion = entryOf(root, "apiVersion");
  const kindEntry = entryOf(root, "kind");
  return items.items.flatMap((item) => {
    // Items of a typed list may leave out what the list says already.
    const inherited =
      kind === "List" || kindEntry === null
        ? item
        : inherit(item, apiVersion, { ...kindEntry, value: itemKind(kindEntry.value, kind) });
    return objectsOf({ root: inherited, broken, span: item.span }, depth + 1);
  });
};

const itemKind = (node: YamlNode, kind: string): YamlNode => ({
  kind: "scalar",
  value: kind.slice(0, -"List".length),
  span: node.span,
});

const inherit = (item: YamlNode, ...entries: readonly (YamlEntry | null)[]): YamlNode => {
  if (item.kind !== "map") return item;
  const absent = entries.filter((entry) => entry !== null && entryOf(item, entry.key) === null);
  return { ...item, entries: [...item.entries, ...absent.filter((entry) => entry !== null)] };
};
