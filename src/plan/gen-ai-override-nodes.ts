import { didYouMean } from "../base/suggest.ts";
import type { Span } from "../diagnostics/source.ts";
import type { YamlNode } from "../policy/yaml-node.ts";

// Parts of a price file as they should be; what is not is reported, and null.

export type Report = (field: string, problem: string, at: Span) => null;
type MapNode = Extract<YamlNode, { kind: "map" }>;

/** A map whose keys are all known. */
export const mapOf = (
  node: YamlNode,
  field: string,
  known: readonly string[] | null,
  report: Report,
): MapNode | null => {
  if (node.kind !== "map") return report(field, "must be a map", node.span);
  for (const { key, keySpan } of node.entries) {
    if (known !== null && !known.includes(key))
      report(`${field}.${key}`, `is no field of the price grammar${didYouMean(key, known)}`, keySpan);
  }
  return node;
};

export const get = (map: MapNode, key: string): YamlNode | null =>
  map.entries.find((entry) => entry.key === key)?.value ?? null;

export const textOf = (node: YamlNode | null, field: string, report: Report, owner: Span): string | null => {
  if (node === null) return report(field, "is missing", owner);
  return node.kind === "scalar" && typeof node.value === "string" && node.value !== ""
    ? node.value
    : report(field, "must be text", node.span);
};

export const listOf = (node: YamlNode | null, field: string, report: Report): readonly YamlNode[] => {
  if (node === null) return [];
  if (node.kind === "sequence") return node.items;
  report(field, "must be a list", node.span);
  return [];
};

/** A price: a number from 0 on, USD. */
export const priceOf = (node: YamlNode | null, field: string, report: Report, owner: Span): number | null => {
  if (node === null) return report(field, "is missing", owner);
  return node.kind === "scalar" && typeof node.value === "number" && Number.isFinite(node.value) && node.value >= 0
    ? node.value
    : report(field, "must be a number, 0 or more", node.span);
};
