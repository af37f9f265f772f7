import { childOf } from "../policy/object.ts";
import type { YamlNode } from "../policy/yaml-node.ts";

/** Step into a map by name, into a list by number; null where there is no such place. */
export const at = (node: YamlNode | null, ...steps: readonly (string | number)[]): YamlNode | null => {
  let here = node;
  for (const step of steps) {
    if (here === null) return null;
    here =
      typeof step === "string" ? childOf(here, step) : here.kind === "sequence" ? (here.items[step] ?? null) : null;
  }
  return isNothing(here) ? null : here;
};

const isNothing = (node: YamlNode | null): boolean => node?.kind === "scalar" && node.value === null;

/** Entries of a list; one that is null is none. */
export const itemsOf = (node: YamlNode | null): readonly YamlNode[] =>
  node?.kind === "sequence" ? node.items.filter((item) => !isNothing(item)) : [];

export const entriesOf = (node: YamlNode | null): readonly (readonly [key: string, value: YamlNode])[] =>
  node?.kind === "map" ? node.entries.map(({ key, value }) => [key, value] as const) : [];

/** Text; numbers and switches as they are written. */
export const wordOf = (node: YamlNode | null): string | null =>
  node?.kind === "scalar" && node.value !== null ? (node.written ?? String(node.value)) : null;

export const numberOf = (node: YamlNode | null): number | null =>
  node?.kind === "scalar" && typeof node.value === "number" ? node.value : null;

export const switchOf = (node: YamlNode | null): boolean | null =>
  node?.kind === "scalar" && typeof node.value === "boolean" ? node.value : null;

/** Scalars, and maps and lists without anything in them. */
export const isLeaf = (node: YamlNode): boolean =>
  node.kind === "scalar" || (node.kind === "map" ? node.entries.length === 0 : node.items.length === 0);

/** `a.b[0].c`; keys that would not read as one name are quoted. */
export const joined = (path: string, step: string | number): string => {
  if (typeof step === "number" || /^\d+$/.test(step)) return `${path}[${step}]`;
  const name = /^[A-Za-z0-9_$/-]+$/.test(step) ? step : JSON.stringify(step);
  return path === "" ? name : `${path}.${name}`;
};

export const childrenOf = (node: YamlNode): readonly (readonly [step: string | number, node: YamlNode])[] =>
  node.kind === "map"
    ? node.entries.map(({ key, value }) => [key, value] as const)
    : node.kind === "sequence"
      ? node.items.map((item, index) => [index, item] as const)
      : [];

export const leavesUnder = (node: YamlNode): number =>
  isLeaf(node) ? 1 : childrenOf(node).reduce((sum, [, child]) => sum + leavesUnder(child), 0);
