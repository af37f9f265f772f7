import type { Json } from "../base/canonical.ts";
import type { Origin } from "../diagnostics/origin.ts";

/** A config under construction: plain data in which any subtree may say where it came from. */
export type Tree =
  | null
  | boolean
  | number
  | string
  | readonly Tree[]
  | { readonly [key: string]: Tree | undefined }
  | Traced;

/** A subtree with its origin; leaves below inherit it until another one says otherwise. */
export type Traced = { readonly [tracedBy]: Origin; readonly tree: Tree };

const tracedBy: unique symbol = Symbol("origin");

export const traced = (origin: Origin, tree: Tree): Traced => ({ [tracedBy]: origin, tree });

const isTraced = (tree: Tree): tree is Traced => typeof tree === "object" && tree !== null && tracedBy in tree;

const isList = (tree: Tree): tree is readonly Tree[] => Array.isArray(tree);

/** Plain data, and for each leaf the origin next above it. Paths are the Collector's own: `a::b::0`. */
export const untrace = (
  tree: Tree,
  origin: Origin,
): { readonly json: Json; readonly sourceMap: ReadonlyMap<string, Origin> } => {
  const sourceMap = new Map<string, Origin>();
  const walk = (node: Tree, path: string, from: Origin): Json => {
    if (node !== null && typeof node === "object") {
      if (isTraced(node)) return walk(node.tree, path, node[tracedBy]);
      if (isList(node)) return node.map((item, index) => walk(item, `${path}::${index}`, from));
      const entries = Object.entries(node).flatMap(([key, value]): [string, Json][] =>
        value === undefined ? [] : [[key, walk(value, path === "" ? key : `${path}::${key}`, from)]],
      );
      if (entries.length === 0) sourceMap.set(path, from);
      return Object.fromEntries(entries);
    }
    sourceMap.set(path, from);
    return node;
  };
  return { json: walk(tree, "", origin), sourceMap };
};
